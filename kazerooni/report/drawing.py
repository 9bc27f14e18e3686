"""Drawing: the lobes of both lungs seen from the front, coloured by the grade of one component, as SVG text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from kazerooni.model import Component, Lobe
from kazerooni.report.colours import GRADE_FILLS, GRADE_TEXTS, INK, LINE, NONE_FILL
from kazerooni.report.view import ComponentView, LobeView


class _Shape(NamedTuple):
    """The outline of a lobe as an SVG path, and the place of its text: middle, and base line of the grade."""

    path: str
    x: float
    y: float


# A schematic, not an atlas: each lobe is large enough to be written in. The patient's right lung stands on the left.
_RIGHT: Final = {
    Lobe.RUL: _Shape("M112 14C74 16 40 66 30 118L150 130C150 76 140 16 112 14Z", 96, 78),
    Lobe.RML: _Shape(
        "M30 118L150 130C152 172 150 220 146 264C141 261 136 258 132 256L24 156C25 143 27 130 30 118Z", 108, 168
    ),
    Lobe.RLL: _Shape("M24 156L132 256C104 248 62 254 26 286C18 256 19 200 24 156Z", 60, 230),
}
_UPPER: Final = _Shape("M208 14C246 16 282 66 294 126L175 132C172 80 180 16 208 14Z", 228, 80)
_LINGULA: Final = _Shape(
    "M175 132L294 126C295 130 296 135 296 140L200 254C190 240 188 206 179 186C173 172 174 150 175 132Z", 218, 164
)
_UPPER_WITH_LINGULA: Final = _Shape(
    "M208 14C246 16 284 70 296 140L200 254C190 240 188 206 179 186C173 172 174 150 175 132C172 80 180 16 208 14Z",
    226,
    112,
)
_LEFT_LOWER: Final = _Shape("M296 140C302 196 303 256 296 286C266 256 232 248 200 254Z", 265, 226)
_TRACHEA: Final = "M155 2V44C155 60 148 72 138 82M167 2V44C167 60 172 70 182 80"

_TEXT_WHERE_NONE: Final = 10


def lobe_drawing(lobes: Sequence[LobeView], component: Component, *, name: str) -> str:
    """Draw the lobes, each in the colour of its grade with the number and the extent in it; hatched without a grade.

    name: prefix of the ids in the drawing, which must be unique in their page.
    """
    with_lingula = any(lobe.lobe is Lobe.LIN for lobe in lobes)
    parts = "".join(part for lobe in lobes for part in _lobe(lobe, component, name, with_lingula=with_lingula))
    heading = escape(f"{component.capitalize()} grades of the lobes")
    return (
        f'<svg class="lungs" viewBox="0 0 322 296" role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{heading}</title><desc id="{name}-words">{escape(in_words(lobes, component))}</desc>'
        f'<defs><pattern id="{name}-none" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{NONE_FILL}"/>'
        f'<path d="M0 0V7" stroke="{LINE}" stroke-width="1.6"/></pattern></defs>'
        f'<path d="{_TRACHEA}" fill="none" stroke="{LINE}" stroke-width="1.6" stroke-linecap="round"/>'
        f"{parts}{_letter('R', 22)}{_letter('L', 300)}</svg>"
    )


def in_words(lobes: Sequence[LobeView], component: Component) -> str:
    """Say what the drawing shows."""
    return f"{'; '.join(f'{lobe.name}: {lobe.component(component).said}' for lobe in lobes)}."


def _lobe(lobe: LobeView, component: Component, name: str, *, with_lingula: bool) -> Iterator[str]:
    shape, view = _shape_of(lobe.lobe, with_lingula=with_lingula), lobe.component(component)
    shade = view.grade.shade
    fill = f"url(#{name}-none)" if shade is None else GRADE_FILLS[shade]
    ink = INK if shade is None else GRADE_TEXTS[shade]
    yield f'<path d="{shape.path}" fill="{fill}" stroke="{LINE}" stroke-width="1.4" stroke-linejoin="round"/>'
    if shade is None:
        yield from _no_grade(shape, lobe.code, view.grade.text)
        return
    yield _text(lobe.code, shape.x, shape.y - 18, 10, ink)
    yield _text(view.grade.text, shape.x, shape.y + 7, 25, ink, weight=700)
    yield _text(_extent(view), shape.x, shape.y + 22, 11, ink)


def _extent(view: ComponentView) -> str:
    """Give the extent; 0 % in a lobe that is graded by a presence would be taken for a healthy one."""
    if view.by_presence:
        return "by presence"
    return f"{view.percent} %" if any(map(str.isdigit, view.percent)) else ""


def _no_grade(shape: _Shape, code: str, why: str) -> Iterator[str]:
    """Write why there is no grade on a ground of its own, so that it can be read on the hatching."""
    lines = [code, *why.split(" ", 1)]
    height = 13 * len(lines) + 6
    top = shape.y - height / 2 + 4
    yield f'<rect x="{shape.x - 34}" y="{top}" width="68" height="{height}" rx="4" fill="{NONE_FILL}"/>'
    for number, line in enumerate(lines):
        yield _text(line, shape.x, top + 13 * (number + 1), _TEXT_WHERE_NONE, INK)


def _shape_of(lobe: Lobe, *, with_lingula: bool) -> _Shape:
    left = {
        Lobe.LUL: _UPPER if with_lingula else _UPPER_WITH_LINGULA,
        Lobe.LIN: _LINGULA,
        Lobe.LLL: _LEFT_LOWER,
    }
    return _RIGHT[lobe] if lobe in _RIGHT else left[lobe]


def _letter(letter: str, x: float) -> str:
    return _text(letter, x, 26, 16, LINE, weight=700)


def _text(words: str, x: float, y: float, size: float, ink: str, *, weight: int = 400) -> str:
    if not words:
        return ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" fill="{ink}" text-anchor="middle" '
        f'aria-hidden="true">{escape(words)}</text>'
    )
