"""Sign dialog: what is asked before signing, and the frame that a signed reading shows. Wiring only."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qtpy.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kazerooni.scoring import Trace
from napari_kazerooni.commands import Commands
from napari_kazerooni.question_row import question_row
from napari_kazerooni.remembered import SIGNING_FOLDER
from napari_kazerooni.signing import Question, questions

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

LAW: Final = "Signing closes the reading. It is not an electronic signature in law."
_WIDTH: Final = 560


class SignDialog(QDialog):
    """Asks what stands against signing, for the reader, the date and the folder, and signs."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle("Sign the reading")
        self.setMinimumWidth(_WIDTH)
        self.buttons: dict[str, QPushButton] = {}
        session = desk.open_session
        self.reader, self.remarks = QLineEdit(session.reader or ""), QLineEdit(session.said.remarks)
        self.folder = QLineEdit(str(desk.reading_folder or SIGNING_FOLDER))
        self.choose, self.sign_button = QPushButton("Choose\N{HORIZONTAL ELLIPSIS}"), QPushButton("Sign")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self._asked = QVBoxLayout()
        self._build()
        self._listen()
        self.ask()
        self.reader.setFocus()

    def _build(self) -> None:
        self._form = form = QFormLayout()
        place = QWidget()
        beside = QHBoxLayout(place)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.folder)
        beside.addWidget(self.choose)
        for words, widget in (("Reader", self.reader), ("Remarks", self.remarks), ("Folder", place)):
            form.addRow(words, widget)
        form.addRow("Date", QLabel(f"{self.desk.now():%Y-%m-%d %H:%M}"))
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addLayout(self._asked)
        layout.addWidget(QLabel(LAW))
        layout.addWidget(self.message)
        self.sign_button.setDefault(True)
        self.choose.setAutoDefault(False)
        layout.addWidget(self.sign_button)

    def _listen(self) -> None:
        self.reader.editingFinished.connect(self._on_reader)
        self.remarks.editingFinished.connect(self._on_remarks)
        self.choose.clicked.connect(self._choose_folder)
        self.sign_button.clicked.connect(self._on_sign)
        self.desk.events.told.connect(self._on_told)
        self.desk.events.changed.connect(self.ask)
        self.desk.events.signed.connect(self._on_signed)
        self.desk.events.busy.connect(self._on_busy)

    def _on_busy(self) -> None:
        """Let nothing be filled in or answered while what stands here is signed."""
        for index in range(self._form.count()):
            self._form.itemAt(index).widget().setEnabled(not self.desk.is_held)
        for button in self.buttons.values():
            button.setEnabled(not self.desk.is_held)
        self.sign_button.setEnabled(not self.desk.is_held and not self.buttons)
        if not self.desk.is_held:
            self.ask()

    def ask(self) -> None:
        """Show what stands against signing now."""
        session = self.desk.session
        if session is None or session.signed is not None:
            return
        open_ = questions(session)
        while self._asked.count():
            row = self._asked.takeAt(0).widget()
            row.hide()
            row.deleteLater()
        self.buttons.clear()
        for question in open_:
            self._asked.addWidget(self._row(question))
        self.sign_button.setEnabled(not open_ and not self.desk.is_held)

    def _row(self, question: Question) -> QWidget:
        answers = [(words, partial(self._answer, answer)) for words, answer in self._answers(question)]
        row, buttons = question_row(question.message, answers)
        for (words, _), button in zip(answers, buttons, strict=True):
            self.buttons[f"{question.key}: {words}"] = button
        return row

    def _answers(self, question: Question) -> list[tuple[str, Any]]:
        if not question.must:
            return [("Yes, sign anyway", partial(self._confirm, question.key))]
        for trace in self.desk.open_session.open_traces():
            if question.key == f"trace {trace.lobe.name} {trace.finding}":
                return [
                    ("It counts", partial(self.desk.do, partial(_count, trace))),
                    ("A spill: erase", partial(self.desk.spill, trace)),
                ]
        return []

    def _answer(self, answer: Any) -> None:
        answer()
        self.ask()

    def _confirm(self, key: str) -> None:
        self.desk.confirm(key)

    def _on_reader(self) -> None:
        session = self.desk.open_session
        if session.signed is None and self.reader.text().strip() != (session.reader or ""):
            self.desk.name_reader(self.reader.text())
            self.ask()

    def _on_remarks(self) -> None:
        session = self.desk.open_session
        if session.signed is None and self.remarks.text() != session.said.remarks:
            self.desk.do(lambda say: say.set_remarks(self.remarks.text()))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Keep signed readings in", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _on_sign(self) -> None:
        self._on_reader()
        self._on_remarks()
        if not self.folder.text().strip():
            self.message.setText("Give a folder in which the reading is kept.")
            return
        self.desk.reading_folder = Path(self.folder.text().strip()).expanduser()
        self.desk.sign(self.desk.reading_folder)

    def _on_told(self, event: Any) -> None:
        self.message.setText(event.message)

    def _on_signed(self) -> None:
        self.close()

    def done(self, result: int) -> None:
        """Hear of the desk no more."""
        self.desk.events.told.disconnect(self._on_told)
        self.desk.events.changed.disconnect(self.ask)
        self.desk.events.signed.disconnect(self._on_signed)
        self.desk.events.busy.disconnect(self._on_busy)
        super().done(result)


def _count(trace: Trace, say: Commands) -> None:
    say.count_trace(trace)


class SignedFrame(QFrame):
    """Says that the reading is signed, and opens an amendment for a reason; hidden before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text, self.reason = QLabel(), QLineEdit()
        self.text.setWordWrap(True)
        self.reason.setPlaceholderText("reason of an amendment")
        self.amend = QPushButton("Amend")
        self.amend.clicked.connect(lambda: self._desk.amend(self.reason.text()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.text)
        row = QHBoxLayout()
        row.addWidget(self.reason)
        row.addWidget(self.amend)
        layout.addLayout(row)
        desk.events.signed.connect(self._renew)
        desk.events.opened.connect(self._renew)
        self.hide()

    def _renew(self) -> None:
        session = self._desk.session
        signed = None if session is None else session.signed
        self.setVisible(signed is not None)
        if signed is not None:
            ended = signed.session.ended
            when = "" if ended is None else f" {ended:%Y-%m-%d %H:%M}"
            self.text.setText(f"Signed by {signed.reader}{when}. It stays as it is; an amendment supersedes it.")
            self.reason.clear()
