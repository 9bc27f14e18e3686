"""Export widget: the dock that writes report, tables, JSON and SEGs of the current reading, and fills a score book."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from qtpy.QtWidgets import QCheckBox, QFileDialog, QMessageBox, QPushButton, QVBoxLayout, QWidget

from napari_kazerooni.book_widget import BookFrame
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.desk import desk_of
from napari_kazerooni.exporting import WORDS, Exported, Kind, export

_IDENTIFIES: Final = (
    "This study hides who it is and when. These files tell: the date of the scan, the pseudonym, and what the scanner "
    "wrote. Whoever opens them is not blind to this scan any more.\n\nExport all the same?"
)
_NOT_EXPORTED: Final = "Nothing was exported: the study stays blind. Leave the study first, or export when it is read."
_NOTHING_OPEN: Final = "Open a scan first: there is no reading to export."


class ExportWidget(QWidget):
    """Exports the current reading, draft or signed, in the background."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.busy = BusyBar("Writes the reading as it stands; a draft is called a draft.")
        self.boxes = {kind: QCheckBox(words) for kind, words in WORDS.items()}
        self.button = QPushButton("Export into a folder\N{HORIZONTAL ELLIPSIS}")
        self.button.clicked.connect(self._choose_folder)
        layout = QVBoxLayout(self)
        for box in self.boxes.values():
            box.setChecked(True)
            layout.addWidget(box)
        layout.addWidget(self.button)
        layout.addWidget(self.busy)
        self.book = BookFrame(self.desk)
        layout.addWidget(self.book)
        layout.addStretch(1)
        self._closing = ClosingWatch(self)
        self._closing.closing.connect(self.busy.cancel)

    @property
    def kinds(self) -> list[Kind]:
        """What is ticked."""
        return [kind for kind, box in self.boxes.items() if box.isChecked()]

    def _choose_folder(self) -> None:
        if not self._may_identify():
            self.busy.say(_NOT_EXPORTED)
            return
        folder = QFileDialog.getExistingDirectory(self, "A folder for the reading")
        if folder:
            self.export_into(Path(folder))

    def export_into(self, folder: Path, *, force: bool = False) -> None:
        """Export into a folder, in the background; asks before files are overwritten."""
        session, series = self.desk.session, self.desk.room.series
        if session is None or series is None:
            self.busy.say(_NOTHING_OPEN)
            return
        self._closing.watch_window()
        kinds = self.kinds
        self.busy.run(
            lambda progress, _: export(session, series, folder, kinds, force=force, progress=progress),
            "Exporting",
            lambda made: self._on_exported(made, folder),
        )

    def _on_exported(self, made: Exported, folder: Path) -> None:
        if made.files:
            self.busy.say(f"{len(made.files)} files are in {folder}: {made.files[0].name} and others.")
        elif self._may_overwrite(made.in_the_way):
            self.export_into(folder, force=True)
        else:
            self.busy.say("Nothing was written: files of these names are there. Choose another folder.")

    def _may_identify(self) -> bool:
        """Ask, where a study hides who it is, whether files that tell may be written."""
        is_told = self.desk.session is None or not self.desk.room.identity_hidden
        return is_told or self._is_yes("Who it is would be told", _IDENTIFIES)

    def _may_overwrite(self, files: tuple[Path, ...]) -> bool:
        names = "\n".join(path.name for path in files)
        return self._is_yes("Overwrite?", f"These files are there already:\n{names}")

    def _is_yes(self, title: str, words: str) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        return bool(QMessageBox.question(self, title, words, yes | no, no) == yes)
