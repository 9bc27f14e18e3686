"""Caption labels: show the texts of a room in the corners of its canvas.

Labels of Qt, not texts of napari: these take 5 ms of every step of scrolling, 50 ms each and 10 ms for each letter when
they are first drawn, and 25 MB. What napari saves of the canvas alone has no words in it then.
"""

from __future__ import annotations

from typing import Any, Final

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QLabel, QWidget

from napari_kazerooni.captions import CORNERS, Captions

_NAME: Final = "kazerooni-captions"
_MARGIN: Final = 8
_STYLE: Final = "background: transparent; font-size: 8pt; color: {}"
_COLOUR, _WARNING = "#edede0", "#ffbf4d"
_RIGHT: Final = ("notices", "cursor")
_BOTTOM: Final = ("slice", "cursor")
# In a narrow canvas the words under the cursor would run into the two lines on the left: they stand above these.
_LIFTED: Final = "cursor"
_LINES: Final = 2


class CaptionLabels(QObject):
    """Four labels on a canvas, which mouse and drops pass through. labels: by the name of their text."""

    def __init__(self, captions: Captions, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName(_NAME)
        self._captions = captions
        self.labels = {name: _label(name, canvas) for name in CORNERS}
        for name in CORNERS:
            self._show(name)
        captions.events.text.connect(self._on_text)
        canvas.installEventFilter(self)

    def _on_text(self, event: Any) -> None:
        self._show(event.name)

    def _show(self, name: str) -> None:
        label, text = self.labels[name], self._captions[name]
        label.setText(text)
        if text:
            self._place(name)
        label.setVisible(bool(text))

    def _place(self, name: str) -> None:
        """Put a label, as large as its text, into its corner."""
        label = self.labels[name]
        label.adjustSize()
        canvas = self.parent()  # not held: what Qt keeps would keep the canvas
        from_right, from_bottom = canvas.width() - label.width(), canvas.height() - label.height()
        lift = _LINES * label.fontMetrics().lineSpacing() if name == _LIFTED else 0
        label.move(
            from_right - _MARGIN if name in _RIGHT else _MARGIN,
            from_bottom - _MARGIN - lift if name in _BOTTOM else _MARGIN,
        )

    def eventFilter(self, _: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Stay in the corners of a canvas of another size; nothing is held back."""
        if event is not None and event.type() == QEvent.Type.Resize:
            for name in CORNERS:
                self._place(name)
        return False


def _label(name: str, canvas: QWidget) -> QLabel:
    label = QLabel(canvas)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    label.setStyleSheet(_STYLE.format(_WARNING if name == "notices" else _COLOUR))
    label.setAlignment(Qt.AlignmentFlag.AlignRight if name in _RIGHT else Qt.AlignmentFlag.AlignLeft)
    return label


def show_captions(captions: Captions, qt_viewer: Any) -> None:
    """Show texts on the canvas of napari's view of a viewer, once for each canvas; None is no view."""
    if qt_viewer is not None and qt_viewer.canvas.native.findChild(CaptionLabels, _NAME) is None:
        CaptionLabels(captions, qt_viewer.canvas.native)
