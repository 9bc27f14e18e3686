"""What `kazerooni rescore --dry-run` shows: every row where a program reads, grouped by reason where a person does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kazerooni.cli.terminal import on_terminal, plain_table, print_json_list, print_lines, printable, say, show
from kazerooni.files import write_whole_by
from kazerooni.tables import csv_line

if TYPE_CHECKING:
    from rich.table import Table

    from kazerooni.archive import Choice

_COLUMNS: Final = ("what", "uid", "study_uid", "decision", "task", "why", "detail")
_WOULD_BE_DONE, _WITH_STUDY, _WOULD_FAIL, _LEFT = _TITLES = (
    "Would be done",
    "Of these studies",
    "Would fail, told in errors.csv",
    "Left",
)
_SHOWN: Final = 2
_PLURALS: Final = {"study": "studies"}


@dataclass(slots=True)
class Tally:
    """Counts what was decided: by decision, what it is of and why, with the first few of each.

    tasks: that would be done, by what they are of. doomed: that would fail. left: what is left.
    groups holds one entry for each reason, however many rows there are.
    """

    groups: dict[tuple[str, str, str], tuple[int, list[str]]] = field(default_factory=dict)
    tasks: Counter[str] = field(default_factory=Counter)
    doomed: int = 0
    left: int = 0

    def counted(self, found: Iterable[Choice]) -> Iterator[Choice]:
        """Count choices as they pass."""
        for one in found:
            self.left += one.is_left
            self.doomed += one.is_doomed
            if one.task is not None and not one.is_doomed:
                self.tasks[one.what] += 1
            key = (_shown_under(one), one.what, _why(one))
            count, first = self.groups.get(key, (0, []))
            if len(first) < _SHOWN:
                first.append(_example(one))
            self.groups[key] = (count + 1, first)
            yield one


def consume(found: Iterable[Choice], *, as_json: bool, table: Path | None) -> Tally:
    """Print what is decided as it is decided, but nothing yet on a terminal, and write it into a table.

    Raises OutputError.
    """
    tally = Tally()
    rows = tally.counted(found)
    if table is None:
        _print(rows, as_json=as_json)
    else:
        write_whole_by(table, lambda part: _print(_written(rows, part), as_json=as_json))
    return tally


def _print(rows: Iterator[Choice], *, as_json: bool) -> None:
    if as_json:
        print_json_list({"schema_version": 1}, "choices", (dict(zip(_COLUMNS, _row(one), strict=True)) for one in rows))
    elif on_terminal():
        for _ in rows:
            pass
    else:
        print_lines(printable(f"{_named(one, what=True)}: {one.why}{_in_brackets(one.detail)}") for one in rows)


def _written(rows: Iterator[Choice], part: Path) -> Iterator[Choice]:
    with part.open("wb") as file:
        file.write(f"{','.join(_COLUMNS)}\r\n".encode())
        for one in rows:
            file.write(csv_line(_row(one)).encode("utf-8", "backslashreplace"))
            yield one


def tell(tally: Tally, *, as_json: bool) -> None:
    """Tell a person what came of it: on a terminal every reason with how many, and the first of them."""
    is_grouped = on_terminal() and not as_json
    if is_grouped:
        for title in _TITLES:
            groups = {key: group for key, group in tally.groups.items() if key[0] == title}
            if groups:
                show(title, _grouped(groups), "")
    every = " Every row: --choices FILE, --json, or into a pipe." if is_grouped and tally.groups else ""
    say(f"{_words(tally)}, {tally.left} left. Nothing was done.{every}")


def _words(tally: Tally) -> str:
    """Say how many tasks there are, and of what: what is left is no task."""
    kinds = ", ".join(f"{count} {_many(what, count)}" for what, count in sorted(tally.tasks.items()))
    fails = f", {tally.doomed} would fail" if tally.doomed else ""
    return f"{tally.tasks.total()} would be done{f' ({kinds})' if kinds else ''}{fails}"


def _grouped(groups: dict[tuple[str, str, str], tuple[int, list[str]]]) -> Table:
    table = plain_table()
    table.show_header = False
    table.add_column(justify="right")
    table.add_column()
    table.add_column(overflow="fold")
    for (_, what, why), (count, first) in sorted(groups.items(), key=lambda item: -item[1][0]):
        more = [f"and {count - len(first)} more"] if count > len(first) else []
        table.add_row(str(count), _many(what, count), printable("\n  ".join([why, *first, *more])))
    return table


def _many(what: str, count: int) -> str:
    return what if count == 1 else _PLURALS.get(what, what if what.endswith("s") else f"{what}s")


def _row(one: Choice) -> tuple[str | None, ...]:
    kind = None if one.task is None else one.task.kind.value
    return one.what, one.uid, one.study or None, _decision(one), kind, _why(one), one.detail or None


def _decision(one: Choice) -> str:
    return "left" if one.is_left else "fails" if one.is_doomed else "done"


def _shown_under(one: Choice) -> str:
    """Give the title that a row is counted under; of those that would be done each is a task."""
    if one.is_left:
        return _LEFT
    if one.is_doomed:
        return _WOULD_FAIL
    return _WITH_STUDY if one.task is None else _WOULD_BE_DONE


def _why(one: Choice) -> str:
    from kazerooni.archive import LEFT

    return one.why.removeprefix(LEFT)


def _named(one: Choice, *, what: bool = False) -> str:
    """Name what was decided of; files and folders by their number in the index, as errors.csv does."""
    is_numbered = one.what in {"file", "folder"}
    return f"{one.what} {one.uid}" if what or is_numbered else one.uid


def _example(one: Choice) -> str:
    """Name one of those of a reason; with what is its own where somebody will go and look it up."""
    is_looked_up = one.is_doomed or one.what == "file"
    return f"{_named(one)}{_in_brackets(one.detail) if is_looked_up else ''}"


def _in_brackets(detail: str) -> str:
    return f" ({detail})" if detail else ""
