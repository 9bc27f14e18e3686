"""What is broken in an archive, or of no use: files, pictures, maps and readings, each with what must become of it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset

from kazerooni import phantom
from kazerooni.labels import reading_text
from kazerooni.phantom import damage
from tests.archive.kept_readings import Kept
from tests.archive.known import renewed

# --- Readings that fail ----------------------------------------------------------------------------------------------


def write_broken_readings(kept: Sequence[Kept], folder: Path) -> int:
    """Write a reading for each way in which one can be broken, all of which look like readings; give how many."""
    folder.mkdir(parents=True)
    for number, (name, spoil) in enumerate(_READINGS.items()):
        document = json.loads(reading_text(kept[number].reading))
        document["id"] = f"R-X{number:03d}"
        (folder / f"{name}.json").write_text(json.dumps(spoil(document), indent=1), "utf-8")
    text = reading_text(kept[0].reading)
    for name, cut in (("cut early", 400), ("cut late", len(text) - 20)):
        (folder / f"{name}.json").write_text(text[:cut], "utf-8")
    (folder / "utf-16 inside.json").write_bytes(text[:500].encode() + text[500:].encode("utf-16"))
    head = b'{"schema_version": 1e999, "id": NaN, "status": '
    (folder / "nested.json").write_bytes(head + b"[" * 200_000)
    return len(_READINGS) + 4


def _tally(document: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return document | {"tally": document["tally"] | changed}


def _one_count(document: dict[str, Any], count: object) -> dict[str, Any]:
    """Write another number of voxels into the second row of counts: slice, lobe, two labels, voxels."""
    rows = [list(row) for row in document["tally"]["counts"]]
    rows[1][-1] = count
    return _tally(document, counts=rows)


_READINGS: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    "scan is a text": lambda d: d | {"scan": "all"},
    "entries are a number": lambda d: d | {"entries": 7},
    "a later version": lambda d: d | {"schema_version": 99},
    "an id that is a path": lambda d: d | {"id": "../../etc/passwd"},
    "an id that is a list": lambda d: d | {"id": ["R"]},
    "a digest that is none": lambda d: d | {"inputs": [{"role": "lobes", "sha256": "no digest"}]},
    "a status of its own": lambda d: d | {"status": "perhaps"},
    "a count below zero": lambda d: _one_count(d, -1),
    "a count that is a fraction": lambda d: _one_count(d, 0.5),
    "a count beyond 64 bits": lambda d: _one_count(d, 2**70),
    "depths of another number": lambda d: _tally(d, depths=[1, 1]),
    "a depth of zero": lambda d: _tally(d, depths=[0] * len(d["tally"]["depths"])),
    "no area": lambda d: _tally(d, pixel_area_mm2=0),
    "marks of what was not measured": lambda d: _tally(d, measured=[]),
    "a slice that is none": lambda d: _tally(d, counts=[[99, 1, 0, 0, 7]]),
    "counts twice": lambda d: _tally(d, counts=[*d["tally"]["counts"][:1], *d["tally"]["counts"]]),
    "a lobe that is none": lambda d: d | {"traction_bronchiectasis": {"LIVER": True}},
    "without a tally": lambda d: {name: value for name, value in d.items() if name != "tally"},
}


# --- Scans whose task fails ------------------------------------------------------------------------------------------

Scan = dict[str, bytes]
"""Files by name: `pictures/...`, `maps/...`."""


def _first_picture(change: Callable[[bytes], bytes]) -> Callable[[Scan], Scan]:
    def spoil(scan: Scan) -> Scan:
        name = next(name for name in scan if name.startswith("pictures"))
        return scan | {name: change(scan[name])}

    return spoil


def _pictures(change: Callable[[bytes], bytes]) -> Callable[[Scan], Scan]:
    return lambda scan: {name: change(data) if name.startswith("pictures") else data for name, data in scan.items()}


def _map(role: str, change: Callable[[bytes], bytes]) -> Callable[[Scan], Scan]:
    return lambda scan: scan | {f"maps/{role}.dcm": change(scan[f"maps/{role}.dcm"])}


def edited(change: Callable[[Dataset], object]) -> Callable[[bytes], bytes]:
    """Give what changes the dataset of a file."""

    def apply(data: bytes) -> bytes:
        dataset = pydicom.dcmread(BytesIO(data))
        change(dataset)
        stream = BytesIO()
        dataset.save_as(stream)
        return stream.getvalue()

    return apply


def _halve(dataset: Dataset) -> None:
    dataset.PixelData = dataset.PixelData[: len(dataset.PixelData) // 4 * 2]


def _move(dataset: Dataset) -> None:
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient[0] += 50


def _shrink(dataset: Dataset) -> None:
    dataset.Rows, dataset.Columns = dataset.Columns // 2, dataset.Rows // 2


def _nameless(keyword: str) -> Callable[[bytes], bytes]:
    return edited(lambda dataset: dataset.__delattr__(keyword))


FAILING: Final[Mapping[str, tuple[Callable[[Scan], Scan], str]]] = {
    "pixels cut": (_first_picture(damage.truncate_pixels), "UnusableSeriesError"),
    "a syntax that nobody knows": (
        _pictures(lambda data: damage.claim_syntax(data, "1.2.840.10008.1.2.4.999")),
        "UnusableSeriesError",
    ),
    "no spacing": (_pictures(_nameless("PixelSpacing")), "UnusableSeriesError"),
    "no position": (_pictures(_nameless("ImagePositionPatient")), "UnusableSeriesError"),
    "localizers only": (
        _pictures(edited(lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"]))),
        "UnusableSeriesError",
    ),
    "lobes cut": (_map("lobes", lambda data: data[: len(data) - 900]), "LabelError"),
    "glass cut": (_map("alveolar", lambda data: data[: len(data) - 700]), "LabelError"),
    "pixels of lobes halved": (_map("lobes", edited(_halve)), "LabelError"),
    "lobes elsewhere": (_map("lobes", edited(_move)), "LabelError"),
    "lobes of another size": (_map("lobes", edited(_shrink)), "LabelError"),
}
"""How a sequential scan is spoilt, and the error that its task ends with."""


def of_another_series(scan: Scan, other: Scan) -> Scan:
    """Give a scan the lobes of another one, which say that they were drawn on this one."""
    own = pydicom.dcmread(BytesIO(scan["maps/lobes.dcm"])).ReferencedSeriesSequence[0].SeriesInstanceUID
    theirs = pydicom.dcmread(BytesIO(other["maps/lobes.dcm"])).ReferencedSeriesSequence[0].SeriesInstanceUID

    def rename(dataset: Dataset) -> None:
        assert dataset.ReferencedSeriesSequence[0].SeriesInstanceUID == theirs
        dataset.ReferencedSeriesSequence[0].SeriesInstanceUID = own

    return scan | {"maps/lobes.dcm": edited(rename)(other["maps/lobes.dcm"])}


# --- What is of no use -----------------------------------------------------------------------------------------------


def write_junk(picture: bytes, seg: bytes, folder: Path) -> None:
    """Write files that are no pictures, or not whole ones, and things of a file system that are no files."""
    folder.mkdir(parents=True)
    for name, data in _junk(picture, seg).items():
        (folder / name).write_bytes(data)
    for seed in range(24):
        spoilt = damage.mutate(renewed(picture, 5000 + seed)[:900], count=20, seed=seed) + picture[900:]
        (folder / f"mutated{seed}.dcm").write_bytes(spoilt)
        # Below the class of its objects, so that it stays a SEG for the index.
        (folder / f"mutated{seed}.seg").write_bytes(damage.mutate(renewed(seg, 6000 + seed), count=60, seed=seed))
    if os.name == "posix":
        _write_no_files(folder / "odd")


def _junk(picture: bytes, seg: bytes) -> dict[str, bytes]:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("IM1", picture)
        zipped.writestr("../../escape.dcm", picture)
        zipped.writestr("inner.zip", b"PK\5\6" + bytes(18))
    return {
        "empty.dcm": b"",
        "empty.json": b"",
        "empty.zip": b"",
        "pointer.dcm": damage.lfs_pointer(picture),
        "log.txt": damage.huge_text(megabytes=1),
        "noise": bytes(range(256)) * 40,
        "only a preamble": bytes(128) + b"DICM",
        "header cut.dcm": damage.truncate_header(renewed(picture, 4000)),
        "no pixels.dcm": renewed(picture, 4001)[:1500],
        "seg cut.dcm": seg[:700],
        "whole.zip": packed.getvalue(),
        "cut.zip": packed.getvalue()[:-30],
        "noise in it.zip": packed.getvalue()[:200] + bytes(400) + packed.getvalue()[600:],
        "list.json": b'[{"schema_version": 1}]',
        "no numbers.json": b'{"schema_version": 1e999, "id": NaN, "status": 1}',
        "other.json": b'{"schema_version": 1, "colour": "blue"}',
        "score.json": b'{"schema_version": 1, "totals": null, "lobes": 3, "scheme": [], "reading": "R-P001"}',
        "latin.json": '{"schema_version": 1, "name": "M\u00fcller"}'.encode("latin-1"),
        "marked.json": b'\xef\xbb\xbf{"schema_version": 1}',
        "\u00fcml\u00e4ut \U0001fac1.dcm": damage.drop_preamble(renewed(picture, 4002)),
    }


def _write_no_files(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "pipe.dcm")
    (folder / "gone.dcm").symlink_to("nowhere")
    (folder / "loop").symlink_to(folder.parent)
    (folder / "itself.json").symlink_to("itself.json")
    Path(os.fsdecode(os.fsencode(folder) + b"/no \xff unicode.dcm")).write_bytes(b"not a picture")
    (folder / "two\nlines.json").write_text("{}", "utf-8")
    locked = folder / "locked.dcm"
    locked.write_bytes(b"nobody but root reads this")
    locked.chmod(0)
    if Path("/proc/self/mem").exists():  # a file that root cannot read either
        (folder / "memory.dcm").symlink_to("/proc/self/mem")
        (folder / "memory.json").symlink_to("/proc/self/mem")


def other_kinds(datasets: Sequence[Dataset]) -> dict[str, Sequence[Dataset]]:
    """Give series that are no CT of slices, or odd ones, by what they are; none has a map."""
    traps = phantom.traps
    return {
        "magnetic": traps.set_attributes(datasets, Modality="MR", SOPClassUID="1.2.840.10008.5.1.4.1.1.4"),
        "positron": traps.set_attributes(datasets, Modality="PT", SOPClassUID="1.2.840.10008.5.1.4.1.1.128"),
        "localizer": traps.add_localizer(datasets)[-1:],
        "capture": traps.add_capture(datasets)[-1:],
        "colour": traps.add_capture(datasets, "colour")[-1:],
        "dose report": traps.add_document(datasets)[-1:],
        "projection": traps.derive(datasets, "MIP"),
        "one slice": datasets[:1],
        "no UIDs": traps.empty_uids(datasets),
        "the same UIDs": traps.repeat_instance_uids(datasets),
        "spoilt values": traps.spoil_values(datasets),
        "charset": traps.claim_charset(datasets),
        "junk bits": traps.add_junk_bits(datasets),
    }
