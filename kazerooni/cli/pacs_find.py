"""`kazerooni pacs find`: the studies of a PACS, and the series of one."""

from __future__ import annotations

from typing import Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.pacs_options import Days, Name, Patient, PatientFrom, Profiles, Study, profile_of, query_of
from kazerooni.cli.pacs_table import show_series, show_studies, study_json
from kazerooni.cli.terminal import print_json, say

FIND_SCHEMA_VERSION = 1


def find(
    name: Name,
    *,
    patient: Patient = None,
    patient_from: PatientFrom = None,
    study: Study = None,
    days: Days = None,
    modality: Annotated[
        str | None, typer.Option(metavar="CODE", help="Studies that hold this modality, such as CT.")
    ] = None,
    identify: Annotated[bool, typer.Option("--identify", help="Show ids and names of patients, too.")] = False,
    profiles: Profiles = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """List the studies that match, the newest first; with --study its series as well.

    Patients are shown as the pseudonyms that `kazerooni inspect` shows of the pulled scans. --identify shows ids and
    names as the PACS has them, on the screen only: they go into no log and no file.

    \b
    Example:
      kazerooni pacs find clinic --date 2024-05 --modality CT
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.identity import user_key
        from kazerooni.pacs import connected, find_series, find_studies

        profile = profile_of(name, profiles)
        query = query_of(patient, patient_from, study, days, modality)
        with connected(profile) as server:
            studies = find_studies(server, query, key=user_key().key, tries=profile.tries)
            series = find_series(server, study, tries=profile.tries) if study is not None and studies else None
        if as_json:
            listed = [study_json(one, series, identify=identify) for one in studies]
            print_json({"schema_version": FIND_SCHEMA_VERSION, "profile": profile.name, "studies": listed})
        elif studies:
            show_studies(studies, identify=identify)
            if series is not None:
                show_series(series)
        if not studies:
            say(f"Profile {profile.name}: no study matches.")
