"""Help overlay: all keys of the reading room over the window, until a key or a click takes it away."""

from __future__ import annotations

from html import escape
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from napari_kazerooni.keys import DESK_KEYS, KEYS, MOUSE, TYPED, as_on_keyboard

_STYLE = "QFrame { background: rgba(20, 24, 30, 235); border-radius: 8px; } QLabel { color: #eeeeee; font-size: 13px; }"


class HelpOverlay(QFrame):
    """Lists keys and mouse, in the middle of a window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setStyleSheet(_STYLE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        label = QLabel(help_html())
        label.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.addWidget(label)
        self.hide()

    def toggle(self) -> None:
        """Show it where it is hidden, hide it where it is shown."""
        if not self.isHidden():
            self._leave()
            return
        self.adjustSize()
        window = self.parentWidget()
        self.move((window.width() - self.width()) // 2, max(0, (window.height() - self.height()) // 2))
        self.show()
        self.raise_()
        self._before = window.focusWidget()
        self.setFocus()

    def _leave(self) -> None:
        self.hide()
        if self._before is not None:
            self._before.setFocus()

    def keyPressEvent(self, _: Any) -> None:  # noqa: N802 - Qt's name
        """Go away at any key."""
        self._leave()

    def mousePressEvent(self, _: Any) -> None:  # noqa: N802 - Qt's name
        """Go away at a click."""
        self._leave()


def help_html() -> str:
    """Give the list of keys and mouse as a table."""
    rows = [(key.key, key.words) for key in (*KEYS, *DESK_KEYS)] + [*TYPED, *MOUSE]
    rows = [(as_on_keyboard(key), as_on_keyboard(words)) for key, words in rows]
    cells = "".join(
        f'<tr><td style="padding-right: 24px"><b>{escape(key)}</b></td><td>{escape(words)}</td></tr>'
        for key, words in rows
    )
    return f"<h3>Reading room</h3><table>{cells}</table>"
