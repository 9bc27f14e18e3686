"""The readers' own error, as a value that a change is held against."""

from __future__ import annotations

import pytest

from kazerooni.model import DetectableChange, ReadersError

KNOWN = DetectableChange(sem=1.5, smallest=4.158, repeats=12, scans=12)
NONE = DetectableChange(sem=None, smallest=None, repeats=3, scans=3, reason="10 repeats are wanted, found 3")
ERROR = ReadersError(
    scheme="kazerooni", scheme_version=1, kind="within", readers=("R1",), alveolar=KNOWN, interstitial=NONE, total=KNOWN
)


@pytest.mark.parametrize(("change", "is_beyond"), [(5, True), (-5, True), (4, False), (0, False), (None, None)])
def test_a_change_is_beyond_the_error_or_not(*, change: float | None, is_beyond: bool | None) -> None:
    """A rise or fall larger than the smallest detectable change is beyond it; of an unknown change nobody can say."""
    assert ERROR.is_beyond("total", change) is is_beyond


def test_without_an_error_nothing_is_beyond_it() -> None:
    """Where the smallest change is not known, no change can be told from the readers' error."""
    assert ERROR.is_beyond("interstitial", 20) is None
    assert ERROR.of("alveolar") is KNOWN
