"""Write: datasets as files, as a zip, or as a DICOMDIR tree."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
from pydicom.charset import convert_encodings
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRLittleEndian

from kazerooni.phantom.encode import OffsetTable, encode
from kazerooni.phantom.uids import derive_uid

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

Names = Sequence[str] | str
DICOMDIR = "DICOMDIR"


def to_bytes(
    dataset: Dataset,
    *,
    syntax: str = ExplicitVRLittleEndian,
    fragments: int = 1,
    offset_table: OffsetTable = "basic",
) -> bytes:
    """Give the DICOM file of a native dataset in a transfer syntax (see `encode`); file meta follows the dataset."""
    encoded = encode(dataset, syntax, fragments=fragments, offset_table=offset_table)
    stream = BytesIO()
    with warnings.catch_warnings():
        # pydicom warns of what traps are made for: unknown character sets, values that break their VR.
        warnings.simplefilter("ignore")
        _complete_file_meta(encoded)
        if syntax == ExplicitVRLittleEndian and any(element.is_raw for element in encoded.elements()):
            # Tells the writer that raw values are as the file wants them, so that it takes them over unread.
            charset = convert_encodings(encoded.get("SpecificCharacterSet"))
            encoded.set_original_encoding(is_implicit_vr=False, is_little_endian=True, character_encoding=charset)
        pydicom.dcmwrite(stream, encoded, enforce_file_format=True)
    return stream.getvalue()


def _complete_file_meta(encoded: Dataset) -> None:
    """Name class and instance of the dataset; where a trap took or emptied a UID, what the scanner wrote stays."""
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        if encoded.get(keyword):
            setattr(encoded.file_meta, f"MediaStorage{keyword}", encoded[keyword].value)


def write_series(
    datasets: Iterable[Dataset],
    folder: Path,
    *,
    syntax: str = ExplicitVRLittleEndian,
    names: Names = "IM{:04d}.dcm",
    fragments: int = 1,
    offset_table: OffsetTable = "basic",
) -> list[Path]:
    """Write one file for each dataset, in their order, and give the paths.

    names: one name for each file (may hold folders), or a pattern for the running number from 1.
    """
    paths = []
    for dataset, name in _named(datasets, names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(dataset, syntax=syntax, fragments=fragments, offset_table=offset_table))
        paths.append(path)
    return paths


def write_zip(
    datasets: Iterable[Dataset], path: Path, *, syntax: str = ExplicitVRLittleEndian, names: Names = "IM{:04d}.dcm"
) -> Path:
    """Write the datasets as members of one zip file; the same datasets give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for dataset, name in _named(datasets, names):
            archive.writestr(zipfile.ZipInfo(name), to_bytes(dataset, syntax=syntax), zipfile.ZIP_DEFLATED)
    return path


def write_dicomdir(datasets: Iterable[Dataset], folder: Path, *, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write the datasets as a tree with a DICOMDIR, as on a patient's disc, and give the path of the DICOMDIR."""
    folder.mkdir(parents=True, exist_ok=True)
    files = FileSet()
    files.UID = derive_uid("file set")
    for dataset in datasets:
        files.add(pydicom.dcmread(BytesIO(to_bytes(dataset, syntax=syntax))))
    files.write(folder)
    # pydicom keeps the staged files until its collector runs, and warns then.
    files._stage["t"].cleanup()  # noqa: SLF001
    return folder / DICOMDIR


def redirect_dicomdir(dicomdir: Path, target: str) -> None:
    r"""Make the first image record of a DICOMDIR name another file, for instance `..\..\SECRET`: the folder's escape.

    The name is written over the old one, so that no offset moves; the place ends with spaces, as PS3.5 pads names.

    Raises ValueError where the target is longer than the name it replaces.
    """
    record = next(r for r in pydicom.dcmread(dicomdir).DirectoryRecordSequence if "ReferencedFileID" in r)
    old = "\\".join(record.ReferencedFileID).encode()
    old += b" " * (len(old) % 2)
    if len(target) > len(old):
        raise ValueError(f"target {target!r} has {len(target)} characters, the record has room for {len(old)}")
    dicomdir.write_bytes(dicomdir.read_bytes().replace(old, target.encode().ljust(len(old)), 1))


def _named(datasets: Iterable[Dataset], names: Names) -> Iterator[tuple[Dataset, str]]:
    for index, dataset in enumerate(datasets):
        yield dataset, names.format(index + 1) if isinstance(names, str) else names[index]
