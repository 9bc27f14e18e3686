"""Captions: the fixed words that sections, tables and pictures of a report are headed by; every format takes them here.

In English; another language is another such module, as another `wording.py`.
"""

from __future__ import annotations

from typing import Final

LANGUAGE: Final = "en"
"""The language of these words, as BCP 47 names it."""

TITLE: Final = "Kazerooni score of the lung on HRCT"
COMPARISON_TITLE: Final = "Kazerooni score of the lung on HRCT: two visits compared"

# The head of the report, and its first page.
PATIENT: Final = "Patient"
STUDY: Final = "Study"
STATUS: Final = "Status"
NAME: Final = "Name"
BORN: Final = "Born"
RESULT: Final = "Result"
OF: Final = "of"
CHANGE: Final = "Change"
SINCE: Final = "since"
CHANGE_SINCE: Final = "Change since"
NO_EARLIER: Final = "No earlier visit is at hand."
READ_WITH_TOTAL: Final = "To be read with the total"

# The drawing of the lobes.
GRADES_OF: Final = "grades"
SCALE: Final = "Grade, lowest to highest"
NO_GRADE: Final = "no grade: not assessed, not assessable or absent"
SCHEMATIC: Final = (
    "Schematic, seen from the front: the patient\N{RIGHT SINGLE QUOTATION MARK}s right (R) is on the left."
)

# The table of the lobes.
LOBES: Final = "Lobes"
LOBE: Final = "Lobe"
GRADE: Final = "Grade"
EXTENT: Final = "Extent"
EXTENT_PERCENT: Final = "Extent, %"
GRADE_AND_PERCENT: Final = "grade, and percent of the lobe"
LOBES_CAPTION: Final = "Grade, extent and findings of each lobe."
INTERVAL_CAPTION: Final = "Below an extent: its 95 % interval"
BY_PRESENCE: Final = "by presence"

# Two visits beside each other.
TWO_SCANS: Final = "Scans and readings"
TWO_SCANS_CAPTION: Final = (
    "Both visits; rows that differ are shaded, but for what is another one at every visit: dates, series and reading."
)
TWO_DRAWINGS: Final = "Grades of both visits"

# What was seen of each lobe.
SEEN: Final = "What was seen of each lobe"
SEEN_CAPTION: Final = "Slices that show the lobe, the depth they stand for, its volume, and what is to be known of it."
REMARKS: Final = "Remarks"
NO_REMARKS: Final = "none"

NOTICES: Final = "Notices"
NO_NOTICES: Final = "Nothing is to be told of scan, maps and score."

BESIDE: Final = "Beside the total"
BESIDE_CAPTION: Final = (
    "What hangs on a choice, and the volume-weighted extent, which is another figure than the score."
)
FIGURE: Final = "Figure"
VALUE: Final = "Value"
MEANING: Final = "What it is"

# The change since an earlier visit.
DIFFERS: Final = "What differs between the two visits"
DIFFERS_CAPTION: Final = "What makes the two visits not fully comparable."
WHAT: Final = "What"
THEN: Final = "Then"
NOW: Final = "Now"
BY_LOBE: Final = "By lobe"
BY_LOBE_CAPTION: Final = (
    "Grades and graded extents, then and now; a change of extent is in percentage points. A grade beside an extent of "
    "0 comes from a presence."
)
NOT_BETWEEN_READERS: Final = "Changes between different readers are not given."
CHANGE_POINTS: Final = "Change, points"

HIDDEN: Final = "What the score hides"
HIDDEN_INTRO: Final = (
    "The grade is the same at both visits, while the extent moved so far that its 95 % intervals (sampling only, not "
    "reader error) have nothing in common."
)

# The visits.
TIMELINE: Final = "Timeline"
PLOT_CAPTION: Final = (
    "A hollow point differs from the visit before in reader or technique; visits of different readers are not joined."
)
TOTALS: Final = "Totals"
TOTALS_CAPTION: Final = "The row of this report is shaded. Changes between different readers are not interpretable."
VISIT: Final = "Visit"
READER: Final = "Reader"
THIS_REPORT: Final = "this report"
SINCE_PREVIOUS: Final = "Since visit before"
SINCE_BASELINE: Final = "Since baseline"
SINCE_BEST: Final = "Since best"
DIFFERS_FROM_PREVIOUS: Final = "Differs from visit before in"
DIFFERS_IN: Final = "Differs in"
BY_VISIT: Final = "Lobes by visit"
BY_VISIT_INTRO: Final = "A grade beside an extent of 0 comes from the presence of a finding."
EXTENT_AND_GRADE: Final = "extent in percent, and grade"

BESIDE_VISITS: Final = "Lung function and treatment"
FVC: Final = "FVC"
DLCO: Final = "DLCO"
EQUATIONS: Final = "Reference equations"
DOSES: Final = "Doses"
EVENTS: Final = "Events"

# The slices.
SLICES: Final = "Most involved slices"
SLICES_INTRO: Final = (
    "For each involved lobe the slice on which most was marked of what its grade counts. Lung window, level "
    "\N{MINUS SIGN}600 HU, width 1500 HU; seen from the feet, the patient\N{RIGHT SINGLE QUOTATION MARK}s right (R) is "
    "on the left. White: borders of the lobes; those named are stronger. Percents are of the whole lobe, not of the "
    "slice."
)
BESIDE_PRIOR: Final = (
    "Before each slice stands the same level at an earlier visit, with its own marks and borders; the level is "
    "matched, not registered: breath and position of the patient differ."
)
OUTLINES: Final = "Outlines of marks"

# The method.
SCAN_AND_READING: Final = "Scan and reading"
SCAN: Final = "Scan"
READING: Final = "Reading"
METHOD: Final = "Method"
GRADES: Final = "Grades"
PARAGRAPH: Final = "Paragraph to paste"
SIGNS: Final = "Signs"
MADE_FROM: Final = "Made from"
MUST_BE_CHECKED: Final = "A result must be checked by a person who can read the scan."


def every_page(patient: str, study_day: str, title: str) -> str:
    """Say what stands at the foot of every page of paper, so that no page is taken for one of another patient."""
    return f"{patient}, study of {study_day}, {title}"
