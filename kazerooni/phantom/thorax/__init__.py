"""Thorax: a chest with lobes, fissures, vessels, bronchi and disease that are all known, and that looks like one."""

from kazerooni.phantom.thorax.body import ThoraxBody
from kazerooni.phantom.thorax.disease import HEALTHY, Disease, Threshold
from kazerooni.phantom.thorax.fissures import FissureShape
from kazerooni.phantom.thorax.person import Thorax
from kazerooni.phantom.thorax.scan import Placed, ThoraxTruth, place_disease, thorax_series

__all__ = [
    "HEALTHY",
    "Disease",
    "FissureShape",
    "Placed",
    "Thorax",
    "ThoraxBody",
    "ThoraxTruth",
    "Threshold",
    "place_disease",
    "thorax_series",
]
