"""A long JSON document is read item by item as the whole of it would be read, and refused where that would be."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazerooni import json_stream
from kazerooni.errors import ReadingError
from kazerooni.json_stream import JsonStream
from kazerooni.strict_json import read_json

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def stream(file: Path) -> JsonStream:
    """Open a stream over the member `items`."""
    return JsonStream(file, "items", wanted="a document", error=ReadingError)


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read 3 characters at once, so that every value is cut in every place."""
    monkeypatch.setattr(json_stream, "_STEP", 3)


@settings(deadline=None)
@given(
    st.dictionaries(texts, values, max_size=3), st.lists(values, max_size=4), st.sampled_from([None, 1]), st.booleans()
)
def test_it_gives_what_the_whole_document_holds(
    frame: dict[str, object],
    items: list[object],
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001 - drawn
) -> None:
    """Items and the other members are those of the document, wherever its text is cut while it is read."""
    document = {**frame, "items": items, "last": 12.5}
    with TemporaryDirectory() as folder:
        file = Path(folder, "x.json")
        file.write_text(json.dumps(document, indent=indent, ensure_ascii=ascii_only), "utf-8")
        opened = stream(file)
        assert list(opened) == items
        assert opened.frame == {**document, "items": []}


@pytest.mark.parametrize(
    "text",
    [
        "", "{", '{"items"', '{"items": [', '{"items": [1', '{"items": [1,', '{"items": [1]', '{"items": [1] "a": 2}',
        '{"items": [1,]}', '{"items": [1 2]}', '{"items": [1]} x', '{"items": [tru]}', '{"items": ["\n"]}', "{1: 2}",
        '{"items": [NaN]}', '{"items": [1e999]}', '{"items": [{"a": 1, "a": 2}]}', '{"a": 1, "a": 2}', '{"a": 1,}',
        '{"items": [1], "items": [2]}', '\n\n  {"items": [1,\n\n   x]}', '{"items": ["abc', '{"items": ["\\ud8"]}',
        '{"items": ["\\x"]}', '{"items": [' + "1" * 5000 + "]}", '{"items": ' + "[" * 20_000, "[1, 2",
    ],
)  # fmt: skip
def test_it_refuses_what_the_whole_document_is_refused_for(tmp_path: Path, text: str) -> None:
    """A document that is cut off, no JSON or not strict gives the message that reading the whole gives."""
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ReadingError) as whole:
        read_json(file, largest_bytes=2**20, wanted="a document", error=ReadingError)
    with pytest.raises(ReadingError) as streamed:
        list(stream(file))
    said = "is not JSON"
    assert str(whole.value) == str(streamed.value) or (said in str(whole.value) and said in str(streamed.value))


def test_the_place_of_a_fault_is_counted_from_the_start_of_the_file(tmp_path: Path) -> None:
    """Line and column are those of the file, though its start has left the memory."""
    file = tmp_path / "x.json"
    file.write_text('{"items": [1,\n  2, 3, [4,\n 5],   x]}', "utf-8")
    with pytest.raises(ReadingError, match="line 3, column 8: "):
        list(stream(file))


def test_what_is_no_object_has_no_items(tmp_path: Path) -> None:
    """A list or a number gives no items and an empty frame; `items` may be no list; a missing file is told."""
    for text, frame in (("[1, 2]", {}), (" 7 ", {}), ('{"items": 3}', {"items": 3}), ("{}", {})):
        (tmp_path / "x.json").write_text(text, "utf-8")
        opened = stream(tmp_path / "x.json")
        assert (list(opened), opened.frame) == ([], frame)
    with pytest.raises(ReadingError, match="cannot be read"):
        list(stream(tmp_path / "gone.json"))


def test_a_text_in_another_encoding_is_told(tmp_path: Path) -> None:
    """Latin-1 is refused as no UTF-8."""
    (tmp_path / "x.json").write_bytes('{"items": ["\xe9"]}'.encode("latin-1"))
    with pytest.raises(ReadingError, match="is not UTF-8"):
        list(stream(tmp_path / "x.json"))


def test_items_do_not_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a document of 20 MB less than a half is in memory at any time."""
    monkeypatch.undo()
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"items": ["x" * 1000] * 20_000}), "utf-8")
    tracemalloc.start()
    try:
        count = sum(1 for _ in stream(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < file.stat().st_size / 2
