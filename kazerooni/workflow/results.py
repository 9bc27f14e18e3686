"""Results: the documents, tables, reports and maps that a case leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kazerooni.dicom import read_person
from kazerooni.errors import OutputError
from kazerooni.files import StrPath, make_folder, write_all_whole
from kazerooni.labels import encapsulated_pdf
from kazerooni.model import Case, Judgement, Timeline
from kazerooni.report import (
    LONG,
    WIDE,
    Paper,
    Report,
    long_csv,
    redcap_csv,
    redcap_dictionary_csv,
    report_of,
    report_pdf,
    wide_csv,
    write_report,
)
from kazerooni.scoring import find_scheme, score_json, timeline, timeline_json
from kazerooni.tables import dictionary_csv
from kazerooni.version import __version__
from kazerooni.workflow.kept import Scans
from kazerooni.workflow.objects import OBJECTS, dicom_objects
from kazerooni.workflow.pictures import with_pictures
from kazerooni.workflow.unnamed import unnamed_objects, unnamed_report


def score_document(case: Case) -> dict[str, object]:
    """Give the JSON document of `kazerooni score --json`."""
    return score_json(case.score, case.reading, program_version=__version__, notices=case.notices)


def timeline_document(line: Timeline, *, judgements: Sequence[Judgement] | None = None) -> dict[str, object]:
    """Give the JSON document of `kazerooni timeline --json`; with what the criteria say where they were asked."""
    return timeline_json(line, program_version=__version__, judgements=judgements)


def report_visits(
    cases: Sequence[Case],
    folder: StrPath,
    *,
    formats: Sequence[str] = ("html",),
    partial: bool = False,
    force: bool = False,
    book_head: str | None = None,
    paper: Paper = "a4",
    identify: bool = False,
    line: Timeline | None = None,
    compare: bool = False,
    scans: Sequence[StrPath] = (),
    maps: Sequence[StrPath] = (),
    beside: Iterable[StrPath] = (),
    deidentify: bool = False,
) -> tuple[Path, ...]:
    """Write the report of the latest of some cases of one patient under one scheme, with all of them as its timeline.

    Where several readers read the latest visit, the report is of the last of them in the order given. Where cases hold
    scans and maps, slices of the latest stand beside the same level at the visit before.

    formats: names of `kazerooni.report.WRITERS`, and of `OBJECTS`, the DICOM objects, which want the scan.
    book_head: of the score book that readings were taken from.
    paper: what pages are laid out for. identify: read name and birth date from the scan of the latest case and print
    them on the pages; they are kept nowhere. Else the pseudonym alone.
    line: the timeline of the cases, where it was made already, beside lung function for example.
    compare: write the report that lays the latest visit and the one before side by side.
    scans, maps: where scan and label maps of kept readings lie (`with_pictures`).
    beside: folders in which the maps of DICOM objects, and earlier ones, may lie, besides `folder`.
    deidentify: make DICOM objects of nobody (PS3.15); only they are then among the formats.

    Gives the files. Raises ReadingError where they make no timeline, OutputError where a file cannot be written or is
    there already (unless `force`), ScanError where a scan is not that of the reading.
    """
    if deidentify and any(name not in OBJECTS for name in formats):
        raise OutputError(f"only DICOM objects can be de-identified: {', '.join(OBJECTS)}")
    latest, seen = cases[-1], Scans.at(*scans) if scans else None
    if line is None and len(cases) > 1:
        scheme = find_scheme(latest.score.scheme, latest.score.scheme_version)
        line = timeline([case.reading for case in cases], scheme, partial=partial)
    prior = None
    if line is not None:
        latest, prior = _latest(cases, line)
    if seen is not None and maps:
        latest, prior = with_pictures(latest, prior, seen, maps)
    made = report_of(
        latest,
        timeline=line,
        prior=prior,
        compare=compare,
        program_version=__version__,
        book_head=book_head,
        person=read_person(seen.own(latest.reading)) if identify and seen is not None else None,
        paper=paper,
    )
    also = _objects(made, formats, scans=seen, folders=(*maps, *beside, folder))
    if deidentify and seen is not None:
        made = unnamed_report(latest, seen.own(latest.reading), paper=paper)
        also = unnamed_objects(also, made)
    make_folder(Path(folder))
    pages = [name for name in formats if name not in OBJECTS]
    return write_report(made, pages, Path(folder), force=force, also=also)


def _objects(
    report: Report, formats: Sequence[str], *, scans: Scans | None, folders: Sequence[StrPath]
) -> dict[str, bytes]:
    """Make the DICOM objects among some formats, by what follows the id of the reading in their names."""
    wanted = [name for name in formats if name in OBJECTS]
    if not wanted:
        return {}
    if scans is None:
        raise OutputError(f"{', '.join(wanted)}: a DICOM object carries patient and study of the scan; give it")
    reading = report.case.reading
    series = scans.own(reading)
    made = dict(dicom_objects(report.case, series, wanted, folders=folders))
    if "epdf" in wanted:
        title = f"Kazerooni score, reading {reading.id}"
        made[".pdf.dcm"] = encapsulated_pdf(
            report_pdf(report), reading, series, title=title, names_patient=bool(report.person)
        )
    return made


def _latest(cases: Sequence[Case], line: Timeline) -> tuple[Case, Case | None]:
    """Give the case of the latest visit, and that of the visit before, of the same reader where there is one."""
    last = {case.reading.id for case in line.points[-1].counted}
    latest = next(case for case in reversed(cases) if case.reading.id in last)
    if len(line.points) == 1:
        return latest, None
    before = {case.reading.id for case in line.points[-2].counted}
    earlier = [case for case in cases if case.reading.id in before]
    return latest, next((one for one in earlier if one.reading.reader == latest.reading.reader), earlier[0])


def write_tables(cases: Sequence[Case], folder: StrPath, *, force: bool = False) -> tuple[Path, ...]:
    """Write long and wide table and REDCap import of some cases, each with its dictionary; gives the files.

    Raises OutputError where a file cannot be written or is there already (unless `force`).
    """
    made = {
        "long.csv": long_csv(cases, program_version=__version__),
        "long.dictionary.csv": dictionary_csv(LONG),
        "wide.csv": wide_csv(cases, program_version=__version__),
        "wide.dictionary.csv": dictionary_csv(WIDE),
        "redcap.csv": redcap_csv(cases, program_version=__version__),
        "redcap.dictionary.csv": redcap_dictionary_csv(),
    }
    files = {Path(folder) / name: data for name, data in made.items()}
    write_all_whole(files, force=force)
    return tuple(files)
