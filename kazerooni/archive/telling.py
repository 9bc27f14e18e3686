"""Telling: what is said of an error of a task, without a name that stands in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from kazerooni.archive.task import Kind, Task
from kazerooni.errors import KazerooniError

_LONGEST_WHY: Final = 1000
_NAME_OF_ALL: Final = "reading.json"
# Of a picture whose name is shorter than this, nothing could be told; a number in a message could be garbled.
_SHORTEST_NAME: Final = 4
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\.\.\.)')
_MEMBERS: Final = re.compile(r"(?<=must not contain )\{.*(?= properties)|(?<=must not contain )\{.*")


def told_of(error: KazerooniError, task: Task) -> str:
    """Say why a task gave nothing, as errors.csv tells it."""
    why = _without_names(str(error), task)
    return (_without_texts(why) if task.kind is Kind.READING else why)[:_LONGEST_WHY]


def _without_names(text: str, task: Task) -> str:
    """Take the names of a task's files, which may be names of people, out of a message."""
    for words, paths in (("the map", task.maps), ("the score", task.old), ("the file", task.files)):
        for path in paths:
            for name in (path, Path(path).name):
                if len(name) >= _SHORTEST_NAME and name in text and name != _NAME_OF_ALL:
                    text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", words, text)
    return text


def _without_texts(text: str) -> str:
    """Take what a broken reading holds, texts and names of members, out of a message: anyone's name may stand there."""
    return _MEMBERS.sub("other", _TEXT.sub("a text", text))
