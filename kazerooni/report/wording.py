"""Wording: the fixed words of a report, in English; another language is another such module."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from kazerooni.model import Cause, Component, ComponentScore, Finding, State

BOOK_HEAD: Final = "Score book, audit"
DISCLAIMER: Final = "For research and decision support; not a medical device."
NOT_ASSESSED: Final = "not assessed"
NOT_SAID: Final = "not said"
NOT_INTERPRETABLE: Final = "Not interpretable"
REFUSED: Final = "refused"
SLICE_SEEN: Final = "in lung window, seen from the feet: the patient's right is on the left."
SAMPLING_ONLY: Final = "sampling only, not reader error"

SINCE: Final = ("the visit before", "the baseline", "the best")
"""What changes are counted from."""

SUMS: Final = ("Alveolar", "Interstitial", "Total")
"""How the sums of a visit are headed."""

RULES: Final = {"each": "each", "mean": "mean", "median": "median", "consensus": "consensus"}
"""What several readers of a visit were pooled to."""

WITHIN_ERROR: Final = "within error"
HB_CORRECTED: Final = "corrected for haemoglobin"
BEST: Final = "Best: the lowest total of the visits before, by the same readers on the same lobes."

FLAGS: Final = {
    "partly-covered": "partly covered: percents are of the covered part",
    "few-slices": "seen on very few slices",
    "missing-slice": "slices are missing here",
    "not-hrct": "slices too thick for HRCT",
    "thick-slices": "slices so thick that the interstitial grade is unsure",
}
"""The flags of a lobe."""

DIFFERENCES: Final = {
    "reader": "Reader",
    "origin": "How findings were recorded",
    "manufacturer": "Manufacturer",
    "kernel": "Kernel",
    "kvp": "Tube voltage",
    "contrast": "Contrast",
    "position": "Position",
    "slice-thickness": "Slice thickness",
    "slice-gap": "Distance of slices",
    "coverage": "Coverage",
    "lung-volume": "Lung volume",
    "reference-equations": "Reference equations",
    "dlco-unit": "Unit of DLCO",
    "hb-correction": "Correction for haemoglobin",
}
"""What two visits may differ in."""

ROLES: Final = {
    "scan": "Scan",
    "lobes": "Lobe map",
    "alveolar": "Alveolar map",
    "interstitial": "Interstitial map",
    "table": "Table of typed values",
}
"""What a reading was made from."""

SEVERITIES: Final = {"error": "Error", "warning": "To weigh", "info": "Good to know"}
"""How notices are headed."""

PRIOR_SHOWN: Final = {
    "none": "no prior was shown",
    "scan": "the prior scan was shown",
    "score": "a prior scan, or another reading of this one, was shown with its score",
}

POSITIONS: Final = {
    "HFS": "supine, head first",
    "FFS": "supine, feet first",
    "HFP": "prone, head first",
    "FFP": "prone, feet first",
}

LEGEND: Final = (
    ("\N{EM DASH}", "not assessed or not known; never zero"),
    ("0", "looked for, none found"),
    ("present", "seen, its extent was not given"),
    ("<25.0, >25.0", "rounds to the edge of a grade, but lies below or above it"),
    ("Extent", "what the scheme grades by its share of the lobe"),
    ("95 % interval", f"of the extent, from slices that only sample the lung: {SAMPLING_ONLY}"),
    ("Trace", "a finding so small that it may be a stray stroke"),
    ("On an edge", "the typed percent lies on the edge of two grades; the total is given under both"),
)
"""What the signs of the tables mean."""

CAUSES: Final = {
    Cause.SCHEME: "another scheme, or another version of it",
    Cause.MAP: "another map of lobes or findings",
    Cause.SCAN: "another scan: other pixels or another geometry",
    Cause.READING: "other typed values or ticks, or another reading of the same maps",
    Cause.PROGRAM: "nothing that is known: another version of the program, or a file changed by hand",
    Cause.UNKNOWN: "the old score does not say what it was made from",
}
"""What made a score change."""

ERRORS: Final = {
    "crash": "the process that scored it ended",
    "memory": "it took more memory than was allowed",
    "time": "it took longer than was allowed",
    "LabelError": "a map is broken, or does not fit its scan",
    "PixelError": "pixels that cannot be decoded",
    "ReadingError": "a reading is broken, or the scheme cannot grade it",
    "SegmentError": "no lungs were found",
    "UnusableSeriesError": "the series is not fit to score",
}
"""What keeps a scan from being scored again."""


def state_words(component: ComponentScore) -> str:
    """Name the state of a component that has no grade because of it."""
    return component.state.value.replace("_", " ") if component.state not in (None, State.ASSESSED) else NOT_ASSESSED


def heading(finding: Finding) -> str:
    """Give a finding as the heading of a column."""
    return finding.full_name.capitalize()


def sum_name(component: Component, combine: str) -> str:
    """Name the sum, or mean, of a component."""
    return f"{component.capitalize()} {combine}"


def plain(text: str) -> str:
    """Give text of a person or a header without control characters, which could hide or turn around what is read."""
    shown = "".join(" " if character in "\t\n\r" else character for character in text)
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_unseen(character) else character for character in shown).strip()


def _is_unseen(character: str) -> bool:
    """Tell control characters, half characters and those that turn the direction of text around."""
    category = unicodedata.category(character)
    return category in ("Cc", "Cs") or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


def prior_of(on: str) -> str:
    """Name the picture of an earlier visit."""
    return f"Earlier visit, {on}"


def matched(*, is_same_frame: bool, off_mm: str, share: str, share_now: str) -> str:
    """Say how a slice of the scan before was matched to the level of another, and how near it came."""
    if is_same_frame:
        return f"matched by z, as both scans share their frame of reference; {off_mm} off the level"
    return (
        f"matched by height in the lungs, {share} here and {share_now} there, as z of two examinations is not one "
        f"place; {off_mm} off the level"
    )


def crossed(edges: Sequence[int], *, up: bool) -> str:
    r"""Name the edges that an extent crossed, and which way.

    >>> crossed([5, 25], up=True), crossed([0], up=False)
    ('up across 5 and 25\xa0%', 'down across 0\xa0%')
    """
    return f"{'up' if up else 'down'} across {' and '.join(map(str, edges))}\N{NO-BREAK SPACE}%"


def hidden(component: str, lobe: str, grade: str, extents: str) -> str:
    """Tell of a grade that stands still though its extent moved beyond sampling."""
    return f"{component.capitalize()} of {lobe}: grade {grade} at both visits, extent {extents}."


def against_error(*, is_beyond: bool, smallest: str, kind: str, repeats: int) -> str:
    """Say whether a change is beyond the readers' own error."""
    where = "is beyond" if is_beyond else "lies within"
    return (
        f"The change of the total {where} the readers\N{RIGHT SINGLE QUOTATION MARK} own error: smallest detectable "
        f"change {smallest} ({kind} readers, {repeats} repeats)."
    )


def readers_error(smallest: str, kind: str, repeats: int) -> str:
    """Say what `within error` means."""
    return (
        f"Within error: within the readers\N{RIGHT SINGLE QUOTATION MARK} own error, the smallest detectable change of "
        f"the total being {smallest} ({kind} readers, {repeats} repeats)."
    )


def pooled(rule: str, consensus: str) -> str:
    """Say how several readers of a visit became one number."""
    said = {
        "each": "each for themselves; there is no pooled number",
        "mean": "the mean of their sums, grades and percents",
        "median": "the median of each sum, grade and percent; medians need not add up",
        "consensus": f"{consensus} stands for all",
    }
    return f"Several readers: {said[rule]}."


def repeats(identifiers: Sequence[str]) -> str:
    """Name the readings that are kept and not counted."""
    return f"Repeats by one reader, kept and not counted: {', '.join(identifiers)}."


def visits_heading(count: int, first: str, last: str) -> str:
    """Head the timeline."""
    return f"{count} visit{'' if count == 1 else 's'} from {first} to {last}"


def window(days: int) -> str:
    """Say how near to a visit a test must lie."""
    return f"Lung function within {days} days of the visit, and the doses of the day."


def predicted(percent: str) -> str:
    """Give a percent of the value that is predicted."""
    return f"{percent} % predicted"


def change_predicted(points: str) -> str:
    """Give a change of a percent predicted."""
    return f"{points} points of % predicted"


def when(on: str, days: int) -> str:
    """Say when a test was made, against the visit."""
    if not days:
        return "that day"
    plural = "" if abs(days) == 1 else "s"
    return f"{on}, {abs(days)} day{plural} {'after' if days > 0 else 'before'}"


def dose(drug: str, mg_per_day: str | None) -> str:
    """Give the dose of a drug."""
    return f"{drug}, dose not known" if mg_per_day is None else f"{drug} {mg_per_day} mg/day"


def tests_differ(since: str, on: str, what: str, earlier: str, later: str) -> str:
    """Say what the tests beside two visits differ in."""
    return (
        f"Tests of {since} and {on}: not the same are {DIFFERENCES.get(what, what).lower()} ({earlier}, then {later})."
    )
