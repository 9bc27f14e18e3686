"""Blocks: what a page is made of. A format that lays out each kind of block lays out every report."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from kazerooni.report.view import Amount, Fact, GradeView, NoticeView


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph. tone: `soft` for what may be skipped, `paste` for what is to be copied whole."""

    text: str
    tone: Literal["plain", "soft", "paste"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The total, its parts, and the change beside them.

    change: heading, headline, what both totals were, and what the change is worth; the last three may be empty.
    is_number: whether the headline is a number.
    """

    total: Amount
    parts: tuple[Amount, ...]
    of: str
    scheme: str
    change: tuple[str, str, str, str]
    is_number: bool


@dataclass(frozen=True, slots=True)
class Warned:
    """Lines that must be read with what stands above them."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is said under labels, in so many columns of pairs. is_code: values are digests."""

    facts: tuple[Fact, ...]
    columns: int = 1
    is_code: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks beside each other."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: words and grades in their order, and what stands small below them."""

    parts: tuple[str | GradeView, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column.

    group: what heads it and its neighbours of the same group. width: its share of the page, 0 for as much as it wants.
    is_text: words, from the left; else figures, from the right.
    """

    heading: str
    group: str = ""
    width: int = 0
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. marked: the rows that are shaded. title: a name above the caption."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    marked: tuple[int, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as SVG text. alt: what it shows, for those who do not see it. heading above, lines below it."""

    svg: str
    alt: str
    heading: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures in rows of so many; width: of each, as a share of its place."""

    pictures: tuple[Picture, ...]
    columns: int = 2
    width: float = 1.0
    is_tinted: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """What signs of pictures mean: a short picture and its name."""

    samples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The scale of the grades' colours, and remarks beside it."""

    lowest_to_highest: str
    no_grade: str
    remark: str


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices, the gravest first."""

    notices: tuple[NoticeView, ...]


Block = Heading | Prose | Result | Warned | Facts | Beside | Table | Pictures | Key | Scale | Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks under a heading. ends_page: what follows begins on another page."""

    heading: str
    blocks: tuple[Block, ...]
    ends_page: bool = False


def as_plain(value: object) -> object:
    """Give blocks as dictionaries, lists and plain values, each dictionary with its `kind`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def words(text: str) -> Cell:
    """Give a cell of words alone."""
    return Cell(parts=(text,))


def named(code: str, name: str) -> Cell:
    """Give a cell of a code, and small below it what it stands for."""
    return Cell(parts=(code,), below=(name,))
