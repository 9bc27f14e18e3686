"""Criteria table: how `kazerooni timeline --criteria` shows what the criteria say, and of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from kazerooni.model import Input, Judgement, Verdict
from kazerooni.scoring import CRITERIA

if TYPE_CHECKING:
    from rich.console import RenderableType

_MARKS = {Verdict.MET: "+", Verdict.NOT_MET: "-", Verdict.UNDECIDED: "?"}


def criteria_parts(judgements: Sequence[Judgement]) -> Iterator[RenderableType]:
    """Give each criterion: its verdict at every visit, and every input of the last one, each input once."""
    yield Text()
    yield Text("Criteria: verdict by visit, and the parts at the last visit (+ met, - not met, ? cannot be decided)")
    shown: dict[Input, str] = {}
    for name, criterion in CRITERIA.items():
        own = [one for one in judgements if one.criterion == name]
        yield Text()
        yield Text(f"{criterion.title} ({name} {criterion.version})", style="bold")
        yield _indented(criterion.citation, 2)
        yield _indented("; ".join(f"{one.on}: {one.verdict}" for one in own), 2)
        above = dict.fromkeys(shown[one] for one in own[-1].inputs if one in shown)
        if above:
            yield _indented(f"Parts shown above, with {', '.join(above)}.", 4)
        new = [one for one in own[-1].inputs if one not in shown]
        yield from (_indented(f"{_MARKS[one.verdict]} {input_words(one)}", 4) for one in new)
        shown.update(dict.fromkeys(new, name))
        yield from (_indented(f"Note: {note}", 2) for note in criterion.notes)


def input_words(one: Input) -> str:
    """Say an input in a sentence: value and date, against which, what came out, what is wanted, what is missing."""
    now = "" if one.value is None else f" {one.value}{'' if one.on is None else f' on {one.on}'}"
    against = "" if one.against_on is None else f", against {one.against or 'nothing'} on {one.against_on}"
    found = "" if one.found is None else f": {one.found}"
    confirmed = {True: ", confirmed by the next test", False: ", not confirmed by the next test", None: ""}
    missing = f"; missing: {one.reason}" if one.reason else ""
    return f"{one.what}:{now}{against}{found}{confirmed[one.confirmed]} (wanted: {one.threshold}){missing}"


def _indented(text: str, columns: int) -> Padding:
    return Padding(Text(text), (0, 0, 0, columns))
