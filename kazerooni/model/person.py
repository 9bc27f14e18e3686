"""Person: the name and birth date of a patient, for a page that was asked to show them; never kept, never logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a scan is of. Its repr shows nothing, so that no log or traceback does.

    name: as it is to be read, "" where the scan does not say. born: None where the scan does not say.
    """

    name: str = field(repr=False)
    born: date | None = field(repr=False)
