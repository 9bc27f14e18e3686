"""JSON stream: a document whose one long list is read item by item, so that it never stands in memory whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from kazerooni.errors import KazerooniError
from kazerooni.strict_json import fault_of, strict_decoder

# As much of the file as is read at once; an item that is longer is read in steps that double.
_STEP = 2**20
# No patient of any score book comes near; a file that is one endless string ends here.
_LONGEST_ITEM = 2**30
_BLANKS: Final = " \t\n\r"
# A word or an escape that is cut off ends so near to the end of the buffer.
_LONGEST_WORD = 16


class JsonStream:
    """A JSON file, read as strictly as `read_json` reads one: iterate over the items of one of its lists.

    streamed: the member of the outermost object whose list is given item by item. wanted: what the file should be, for
    messages. error: of what is raised, where the file cannot be read or is none; the message does not name the file.

    frame: the other members, as far as they have been read, and `streamed` with an empty list once it has been met;
    complete after the last item. Empty where the document is no object.
    """

    def __init__(self, file: Path, streamed: str, *, wanted: str, error: type[KazerooniError]) -> None:
        self.frame: dict[str, Any] = {}
        self._file, self._streamed, self._wanted, self._error = file, streamed, wanted, error

    def __iter__(self) -> Iterator[object]:
        """Give the items."""
        try:
            with self._file.open(encoding="utf-8-sig", newline="") as opened:
                yield from self._document(_Text(opened))
        except OSError as refused:
            raise self._error(f"cannot be read ({refused.strerror}); give {self._wanted}") from None
        except (ValueError, RecursionError) as refused:
            raise self._error(fault_of(refused, self._wanted)) from None

    def _document(self, text: _Text) -> Iterator[object]:
        if text.takes("{"):
            yield from self._members(text)
        else:
            text.value()
        text.end()

    def _members(self, text: _Text) -> Iterator[object]:
        if text.takes("}"):
            return
        while True:
            name = text.name()
            if name in self.frame:
                raise self._error(f"the name {name!r:.60} stands twice in one object; the file is damaged")
            text.take(":")
            if name == self._streamed and text.takes("["):
                self.frame[name] = []
                yield from text.items()
            else:
                self.frame[name] = text.value()
            if not text.takes(","):
                text.take("}")
                return


class _Text:
    """The text of a file, of which only a part is in memory; values are decoded from where the last one ended."""

    def __init__(self, opened: TextIO) -> None:
        self._file = opened
        self._decoder = strict_decoder()
        self._buffer, self._at, self._is_over = "", 0, False
        # What was before the buffer: whole lines, and characters of the line in which it begins.
        self._lines, self._characters = 0, 0

    def is_next(self, char: str) -> bool:
        """Tell whether a character comes next, after blanks."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _BLANKS:
                self._at += 1
            if self._at < len(self._buffer) or self._is_over:
                return self._buffer[self._at : self._at + 1] == char
            self._more(_STEP)

    def takes(self, char: str) -> bool:
        """Go past a character where it comes next, and tell whether it did."""
        if self.is_next(char):
            self._at += 1
            return True
        return False

    def take(self, char: str) -> None:
        """Go past a character that must come next."""
        if not self.takes(char):
            raise self._placed(json.JSONDecodeError(f"Expecting {char!r} delimiter", self._buffer, self._at))

    def end(self) -> None:
        """See that nothing but blanks follows."""
        self.is_next("")
        if self._at < len(self._buffer):
            raise self._placed(json.JSONDecodeError("Extra data", self._buffer, self._at))

    def name(self) -> str:
        """Decode the name of a member."""
        if not self.is_next('"'):
            said = "Expecting property name enclosed in double quotes"
            raise self._placed(json.JSONDecodeError(said, self._buffer, self._at))
        return str(self.value())

    def items(self) -> Iterator[object]:
        """Decode what follows the bracket of a list, up to the other bracket."""
        if self.takes("]"):
            return
        while True:
            yield self.value()
            if not self.takes(","):
                self.take("]")
                return

    def value(self) -> object:
        """Decode a value; more of the file is read until it is whole."""
        self.is_next("")
        step = _STEP
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._is_over or not self._is_cut(error) or len(self._buffer) - self._at > _LONGEST_ITEM:
                    raise self._placed(error) from None
            else:
                if self._is_over or end < len(self._buffer) - _LONGEST_WORD:  # else a number may go on: 12, or 12.5
                    self._at = end
                    return found
            self._more(step)
            step *= 2

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Tell whether the end of the buffer may be to blame, and not the text."""
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._buffer) - _LONGEST_WORD

    def _more(self, step: int) -> None:
        """Read on; what has been decoded goes."""
        gone = self._buffer[: self._at]
        lines = gone.count("\n")
        self._characters = len(gone) - gone.rfind("\n") - 1 if lines else self._characters + len(gone)
        self._lines += lines
        read = self._file.read(step)
        self._is_over = not read
        self._buffer, self._at = self._buffer[self._at :] + read, 0

    def _placed(self, error: json.JSONDecodeError) -> json.JSONDecodeError:
        """Count the lines and columns of an error from the start of the file."""
        if error.lineno == 1:
            error.colno += self._characters
        error.lineno += self._lines
        return error
