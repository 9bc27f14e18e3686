"""The score of an earlier visit stands beside this one with the change, unless the reading is blinded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Lobe
from napari_kazerooni.beside import BesideCell, beside
from tests.plugins.builders import FIVE, paint_rows, small_session


def test_the_change_since_an_earlier_visit() -> None:
    """Ground glass that fell from 30 to 10 % fell by one grade; what was not read has no change."""
    then, now = small_session(), small_session()
    paint_rows(then, "alveolar", Lobe.RLL, 12, 1)
    paint_rows(now, "alveolar", Lobe.RLL, 4, 1)
    earlier = then.reading()
    partly = beside(now, earlier)
    assert partly.cells[Lobe.RLL, Component.ALVEOLAR] == BesideCell(3, 30.0, -1, -20.0)
    assert partly.cells[Lobe.RUL, Component.ALVEOLAR] == BesideCell(None, None, None, None)
    assert (partly.total, partly.total_change) == (None, None)
    for session in (then, now):
        for lobe in FIVE:
            session.say.nothing_else(lobe)
    whole = beside(now, then.reading())
    assert (whole.total, whole.total_change, whole.differences, whole.is_interpretable) == (3, -1, (), True)
    assert now.reading().session.prior_shown == "score"


def test_a_change_between_readers_is_not_interpretable() -> None:
    """Where another person read the earlier visit the change says so; another patient is refused."""
    now, earlier = small_session(), small_session().reading()
    assert not beside(now, replace(earlier, reader="Reader B")).is_interpretable
    assert not beside(now, replace(earlier, reader=None)).is_interpretable
    with pytest.raises(ReadingError, match="not known to be of this patient"):
        beside(now, replace(earlier, scan=replace(earlier.scan, patient="P-2")))


def test_a_blinded_reading_has_nothing_beside() -> None:
    """While a blinded reading is not signed no earlier score is put beside it, and none is recorded as shown."""
    now = small_session(blinded=True)
    with pytest.raises(ReadingError, match="blinded"):
        beside(now, small_session().reading())
    assert now.reading().session.prior_shown == "none"
