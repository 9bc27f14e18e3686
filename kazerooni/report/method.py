"""Method: the paragraph on how a score was made, ready to paste into a paper; every number comes from the scheme."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Case, Component, Origin, Reading
from kazerooni.report import wording
from kazerooni.report.numbers import amount, day, number
from kazerooni.scoring import Criterion, Scheme

_PROGRAM = "kazerooni"


def method_text(case: Case, scheme: Scheme, *, program_version: str) -> str:
    """Give the paragraph: scan, scheme with its edges, how percents were made, program, inputs, citation."""
    return " ".join(_sentences(case, scheme, program_version))


def _sentences(case: Case, scheme: Scheme, program_version: str) -> Iterator[str]:
    reader = wording.plain(case.reading.reader or "")
    by = f" by reader {reader}" if reader else ""
    yield (
        f"{_scan(case)} was scored{by} with {_PROGRAM} {program_version} under the scheme {scheme.name}, version "
        f"{scheme.version}."
    )
    yield _regions(scheme)
    for component in Component:
        yield _criterion(scheme.criterion(component))
    highest = {component: amount(scheme.highest(component)) for component in Component}
    yield (
        f"The grades of the lobes were combined by their {scheme.combine}: alveolar 0 to "
        f"{highest[Component.ALVEOLAR]}, interstitial 0 to {highest[Component.INTERSTITIAL]}, total 0 to "
        f"{amount(scheme.maximum)}."
    )
    if case.score.is_partial:
        stands_on, lobes = case.score.totals.lobes, len(case.score.lobes)
        yield f"The total is partial: it stands on {stands_on} of {lobes} lobes."
    yield from _percents(case.reading)
    yield "Missing values were never taken as zero."
    digests = [f"{one.role} {one.sha256}" for one in case.reading.inputs if one.sha256 is not None]
    if digests:
        yield f"SHA-256 of the inputs: {', '.join(digests)}."
    yield f"Scheme after: {scheme.citation}."


def _scan(case: Case) -> str:
    reading = case.reading
    technique, on = reading.technique, reading.scan.study_date
    said: list[str] = [technique.acquisition if technique.acquisition != "unknown" else ""]
    if technique.slice_thickness_mm is not None:
        gap = technique.slice_gap_mm
        every = f" every {number(gap, 'mm')}" if gap is not None else ""
        said.append(f"slices of {number(technique.slice_thickness_mm, 'mm')}{every}")
    if technique.kernel:
        said.append(f"kernel {wording.plain(technique.kernel)}")
    details = ", ".join(word for word in said if word)
    dated = f" of {day(on)}" if on is not None else ""
    return f"The CT{dated}{f' ({details})' if details else ''}"


def _regions(scheme: Scheme) -> str:
    lobes = (
        region.lobe.name + "".join(f" with {lobe.name}" for lobe in region.holds if lobe is not region.lobe)
        for region in scheme.regions
    )
    return f"Each of {len(scheme.regions)} lobes ({', '.join(lobes)}) received two grades."


def _criterion(criterion: Criterion) -> str:
    measured = " or ".join(finding.full_name for finding in criterion.measured)
    edges = "; ".join(f"{grade}: {words}" for grade, words in criterion.rows())
    return f"The {criterion.component} grade is that of the share of the lobe with {measured} ({edges})."


def _percents(reading: Reading) -> Iterator[str]:
    typed = any(entry.origin is Origin.TYPED and entry.values for entry in reading.entries)
    if reading.tally is not None and reading.tally.measured:
        yield (
            "Percents were counted from label maps without resampling or interpolation: the sum of involved area x "
            "depth over the sum of lobe area x depth, each slice standing for the depth half-way to its neighbours, "
            "and were not rounded before grading."
        )
        if reading.tally.is_sampled:
            yield (
                "As the slices only sample the lung, 95 % intervals are given by systematic sampling over slices "
                f"({wording.SAMPLING_ONLY})."
            )
        else:
            yield "As no lung lies between the slices, sampling adds no error, and no interval is given."
    if typed:
        where = "Percents, presences or grades of some places" if reading.tally is not None else "Percents and grades"
        yield f"{where} were typed by the reader and stand as typed."
    if any(entry.origin is Origin.PROPOSED for entry in reading.entries):
        yield "Some findings were proposed by a program."
