"""Visits: what is known of the other visits of a patient: scans that were found, readings that were signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from kazerooni.dicom import Series
from kazerooni.model import Reading, ScanRef
from napari_kazerooni.listing import Signed
from napari_kazerooni.priors import visits_of

NO_PATIENT: Final = "This scan names no patient, so it is not known which visits are of the same one."
NO_VISITS: Final = "No other visit of this patient is known: open the folder that holds all visits."
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class VisitRow:
    """Another visit of the patient.

    series: its best scan in the folder, None where only its reading is kept. reading: the signed one that stands, None
    where nobody signed one.
    """

    on: date | None
    is_earlier: bool
    series: Series | None
    reading: Reading | None

    @property
    def words(self) -> str:
        """Say when it was, and what there is of it."""
        when = self.on.isoformat() if self.on else "no date"
        return f"{when}   {'earlier' if self.is_earlier else 'later'}   {self._scan()}, {self._score()}"

    def _scan(self) -> str:
        if self.series is None:
            return "scan not in this folder"
        return f"{self.series.acquisition}, {self.series.slices} slices"

    def _score(self) -> str:
        return "not scored" if self.reading is None else f"scored by {self.reading.reader or 'somebody'}"


def visit_rows(
    found: Iterable[Series], current: Series, signed: Sequence[Signed], *, reader: str | None = None
) -> tuple[VisitRow, ...]:
    """List the other visits of the patient of a series, the latest first; none where the scan names no patient.

    reader: whose reading of a visit is taken where several are kept; else the one that was begun last.
    """
    if current.patient is None:
        return ()
    own = [one.reading for one in signed if one.reading.scan.patient == current.patient]
    others = [reading for reading in own if not is_of_study(reading.scan, current)]
    rows = []
    for visit in visits_of(found, current):
        mine = [reading for reading in others if is_of_study(reading.scan, visit.series)]
        rows.append(VisitRow(visit.on, visit.is_earlier, visit.series, preferred(mine, reader)))
    shown = {id(row.reading) for row in rows}
    left = [reading for reading in others if not any(_same_visit(reading, row) for row in rows)]
    for day in {reading.scan.study_date for reading in left if id(reading) not in shown}:
        same = [reading for reading in left if reading.scan.study_date == day]
        rows.append(VisitRow(day, _is_earlier(day, current.study_date), None, preferred(same, reader)))
    return tuple(sorted(rows, key=lambda row: row.on or date.min, reverse=True))


def is_of_study(scan: ScanRef, series: Series) -> bool:
    """Tell whether a reading is of the study of a series."""
    if scan.study_uid and series.study_uid:
        return scan.study_uid == series.study_uid
    return scan.series_uid == series.series_uid


def is_other_visit(series: Series, current: Series) -> bool:
    """Tell whether a series is of another study of the same patient."""
    return series.patient is not None and series.patient == current.patient and not is_of_study(series.scan, current)


def preferred(readings: Sequence[Reading], reader: str | None) -> Reading | None:
    """Give the reading of a visit that counts: that of the reader, else of anybody; the one begun last."""
    if not readings:
        return None
    return max(readings, key=lambda one: (one.reader == reader, one.session.started or _EARLIEST, one.id))


def default_row(rows: Sequence[VisitRow]) -> VisitRow | None:
    """Give the visit to compare with: the latest of the earlier ones that has a scan, else any."""
    ranked = [row for row in rows if row.is_earlier and row.series is not None]
    return next(iter((*ranked, *rows)), None)


def _same_visit(reading: Reading, row: VisitRow) -> bool:
    return row.series is not None and is_of_study(reading.scan, row.series)


def _is_earlier(on: date | None, current: date | None) -> bool:
    return on is not None and current is not None and on < current
