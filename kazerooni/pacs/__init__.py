"""A PACS: found, pulled from and pushed to, by DICOMweb or DIMSE; patients are pseudonyms."""

from kazerooni.pacs.connect import connected
from kazerooni.pacs.find import FoundSeries, FoundStudy, Query, find_instances, find_series, find_studies
from kazerooni.pacs.password import keyring_service, password_variable
from kazerooni.pacs.patience import patiently
from kazerooni.pacs.profile import (
    PROFILES_VARIABLE,
    DimseProfile,
    Profile,
    WebProfile,
    find_profile,
    profiles_path,
    read_profiles,
)
from kazerooni.pacs.pull import Pulled, list_pictures, path_of, pull
from kazerooni.pacs.push import Pushed, Result, push, read_results
from kazerooni.pacs.server import Instance, Receiver, Server

__all__ = [
    "PROFILES_VARIABLE",
    "DimseProfile",
    "FoundSeries",
    "FoundStudy",
    "Instance",
    "Profile",
    "Pulled",
    "Pushed",
    "Query",
    "Receiver",
    "Result",
    "Server",
    "WebProfile",
    "connected",
    "find_instances",
    "find_profile",
    "find_series",
    "find_studies",
    "keyring_service",
    "list_pictures",
    "password_variable",
    "path_of",
    "patiently",
    "profiles_path",
    "pull",
    "push",
    "read_profiles",
    "read_results",
]
