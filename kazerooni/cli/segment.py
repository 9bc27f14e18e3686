"""`kazerooni segment`: the lungs and lobes of a scan, found or corrected, as a label map and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.lobe_usage import check_labels, check_method
from kazerooni.cli.options import (
    ByIndex,
    Deidentify,
    Force,
    Json,
    Labels,
    Lobes,
    Log,
    Method,
    Points,
    SeriesUid,
    StudyUid,
    Verbose,
)
from kazerooni.cli.terminal import print_json, progress, say, steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kazerooni.dicom import Series
    from kazerooni.labels import SegKind
    from kazerooni.workflow import LobeSource, SegmentedScan


def segment(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", readable=False, help="The scan: a folder, file, DICOMDIR or zip.")
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="The lobe map: .dcm (DICOM SEG), .nrrd, .nii.gz or .mha."),
    ] = None,
    method: Method = None,
    points: Points = None,
    lingula: Annotated[bool, typer.Option("--lingula", help="Number the lingula apart: six lobes.")] = False,
    lobes: Lobes = None,
    labels: Labels = None,
    by_index: ByIndex = False,
    preview: Annotated[
        Path | None, typer.Option("--preview", metavar="FILE.png", help="A picture of three planes, lobes outlined.")
    ] = None,
    series: SeriesUid = None,
    study: StudyUid = None,
    labelmap: Annotated[
        bool, typer.Option("--labelmap", help="A SEG of the newer kind LABELMAP: smaller, not known to every viewer.")
    ] = False,
    deidentify: Deidentify = False,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Find the lungs and lobes of a scan.

    The lungs first, then the fissures, then the lobes by them; of a sequential scan the fissures are laid by anatomy.
    What is found is a proposal: look at it with --preview, and correct it with --points, a file of points on fissures
    in LPS millimetres: a few on each fissure that lies elsewhere.

    Methods: classical, from_file (a lobe map that is there, by --lobes, to be converted or corrected), lungmask and
    totalsegmentator (their packages have to be installed).

    \b
    Examples:
      kazerooni segment /scans/visit-1 -o lobes.dcm --preview lobes.png
      kazerooni segment /scans/visit-1 -o lobes.dcm --points points.json --force
      kazerooni segment /scans/visit-1 --lobes lobes.nrrd --labels lungmask -o lobes.dcm
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        _check_usage(out, preview, lobes, as_json=as_json)
        for name, is_asked in (("--deidentify", deidentify), ("--labelmap", labelmap)):
            if is_asked and (out is None or out.suffix.lower() != ".dcm"):
                raise typer.BadParameter("goes with a DICOM SEG: -o FILE.dcm", param_hint=name)
        check_labels(labels)
        check_method(method, lobes=lobes)
        from kazerooni.files import check_new
        from kazerooni.workflow import LobeSource, left_out, segmentation_document, write_lobes, write_preview

        for file in (out, preview):
            if file is not None:
                check_new(file, force=force)
        source = LobeSource(
            lobes, labels=labels, by_index=by_index, method=method or "classical", points=points, lingula=lingula
        )
        found = _find(path, source, out, series=series, study=study)
        if out is not None:
            kind: SegKind = "LABELMAP" if labelmap else "BINARY"
            write_lobes(found, out, kind=kind, deidentify=deidentify, force=force)
        if preview is not None:
            write_preview(found, preview, force=force)
        if as_json:
            print_json(segmentation_document(found))
        else:
            from kazerooni.cli.segment_table import show_segmentation

            show_segmentation(found)
        written = [file.name for file in (out, preview) if file is not None]
        if written:
            say(f"Written: {', '.join(written)}.")
        omitted = left_out(found.segmentation) if out is not None else ()
        if omitted:
            say(f"Not in the map, as they cannot be graded: {', '.join(lobe.name for lobe in omitted)}.")


def _check_usage(out: Path | None, preview: Path | None, lobes: Path | None, *, as_json: bool) -> None:
    if out is None and preview is None and not as_json:
        raise typer.BadParameter("give a lobe map to write, a --preview, or --json", param_hint="-o")
    if preview is not None and preview.suffix.lower() != ".png":
        raise typer.BadParameter(f"{preview.name} is written as PNG; give a name that ends so", param_hint="--preview")
    if out is not None and preview is not None and out == preview:
        raise typer.BadParameter("the lobe map and its picture are two files", param_hint="--preview")
    if out is not None and out == lobes:
        raise typer.BadParameter("the lobe map that is read would be overwritten; give another name", param_hint="-o")


def _find(path: Path, source: LobeSource, out: Path | None, *, series: str | None, study: str | None) -> SegmentedScan:
    from kazerooni.cli.score_table import series_line
    from kazerooni.labels import check_writable
    from kazerooni.workflow import segment_scan

    def choice(chosen: Series, rivals: Sequence[Series]) -> None:
        say(series_line(chosen, rivals))
        if out is not None and chosen.geometry is not None:
            check_writable(out, chosen.geometry)  # before the long work, not after it

    with progress("Reading slices") as told, steps() as step:
        return segment_scan(
            path,
            source,
            series=series,
            study=study,
            progress=told,
            on_choice=choice,
            on_step=step,
        )
