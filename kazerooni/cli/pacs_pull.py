"""`kazerooni pacs pull`: series from a PACS into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, UNUSABLE, WRONG_USAGE, edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.pacs_options import Days, Name, Patient, PatientFrom, Profiles, Study, profile_of, query_of
from kazerooni.cli.terminal import print_json, progress, say

if TYPE_CHECKING:
    from kazerooni.pacs import Instance, Profile, Pulled, Query

PULL_SCHEMA_VERSION = 1
_TOLD = 10


def pull_series(
    name: Name,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", readable=False, help="Where the scans go.")],
    patient: Patient = None,
    patient_from: PatientFrom = None,
    study: Study = None,
    series: Annotated[
        list[str] | None, typer.Option("--series", metavar="UID", help="Only this series; may be repeated.")
    ] = None,
    days: Days = None,
    all_series: Annotated[bool, typer.Option("--all-series", help="Everything, not only CT pictures.")] = False,
    profiles: Profiles = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Pull the CT series of a study, or of all studies of a patient, into DIR/STUDY/SERIES.

    Files are written whole or not at all. Where a pull was broken off, the same command goes on: what is there, whole,
    is not fetched again. Ends with status 1 where some objects could not be had, and names them.

    \b
    Example:
      kazerooni pacs pull clinic --study 1.2.840.99.1 --out scans
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.pacs import pull

        profile = profile_of(name, profiles)
        query = query_of(patient, patient_from, study, days)
        if query.study_uid is None and query.patient_id is None:
            raise typer.BadParameter("give a study or a patient", param_hint="--study")
        wanted = _list(profile, query, set(series or ()), all_series=all_series)
        with progress("Pulling") as tell:
            pulled = pull(profile, wanted, out, progress=tell)
        if as_json:
            print_json(_document(profile, pulled))
        _tell(pulled, out)
        if pulled.lost:
            raise typer.Exit(CASE_FAILED)


def _list(profile: Profile, query: Query, chosen: set[str], *, all_series: bool) -> list[tuple[Instance, ...]]:
    """List the objects of the series that are wanted; ends here where there are none."""
    from kazerooni.identity import user_key
    from kazerooni.pacs import connected, find_series, find_studies, list_pictures

    tries = profile.tries
    wanted, others = [], 0
    with connected(profile) as server:
        studies = find_studies(server, query, key=user_key().key, tries=tries)
        found = [series for study in studies for series in find_series(server, study.uid, tries=tries)]
        if unknown := sorted(chosen - {series.uid for series in found}):
            say(f"kazerooni: profile {profile.name}: of what was asked for it holds no series {', '.join(unknown)}.")
            raise typer.Exit(WRONG_USAGE)
        for series in found:
            if chosen and series.uid not in chosen:
                continue
            is_wanted = all_series or series.uid in chosen or series.modality in ("CT", "")
            only_ct = not all_series and series.uid not in chosen
            objects = list_pictures(server, series, tries=tries, only_ct=only_ct) if is_wanted else ()
            wanted.append(objects)
            others += not objects
    if not any(wanted):
        what = "no study matches" if not studies else f"{others} series, none of them CT; --all-series takes them"
        say(f"kazerooni: profile {profile.name}: nothing to pull: {what}.")
        raise typer.Exit(UNUSABLE)
    for patient in sorted({study.patient or "without an id" for study in studies}):
        say(f"Patient {patient}, {sum(map(len, wanted))} objects.")
    return [objects for objects in wanted if objects]


def _tell(pulled: Pulled, out: Path) -> None:
    for lost, why in pulled.lost[:_TOLD]:
        say(f"Not had: object {lost.sop_uid}: {why}")
    if len(pulled.lost) > _TOLD:
        say(f"Not had: {len(pulled.lost) - _TOLD} objects more")
    there = f", {pulled.there} were there already" if pulled.there else ""
    say(f"Pulled: {pulled.fetched} objects of {pulled.series} series{there}.")
    say(f"Go on with: kazerooni inspect {out.name or out}")


def _document(profile: Profile, pulled: Pulled) -> dict[str, object]:
    return {
        "schema_version": PULL_SCHEMA_VERSION,
        "profile": profile.name,
        "series": pulled.series,
        "fetched": pulled.fetched,
        "there": pulled.there,
        "lost": [{"sop_uid": lost.sop_uid, "series_uid": lost.series_uid, "reason": why} for lost, why in pulled.lost],
    }
