"""Glance: what an index of many files wants to know of each, from its header."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple

from kazerooni.dicom import tags
from kazerooni.dicom.dicomdir import DICOMDIR_CLASS
from kazerooni.dicom.find import read_header, was_ct, why_skipped
from kazerooni.dicom.header import Header, NotDicomError
from kazerooni.dicom.layout import Layouts
from kazerooni.dicom.sources import Source
from kazerooni.dicom.technique import CT_CLASSES
from kazerooni.dicom.values import text, uid
from kazerooni.identity import pseudonym

GlanceKind = Literal["picture", "segmentation", "dicomdir", "other", "unreadable"]
_SEGMENTATIONS: Final = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})


_SUFFIXES: Final = (".dcm", ".dicom", ".ima")
_MAGIC: Final = slice(128, 132)
_UNUSABLE: Final = "a DICOM file that cannot be used"
_CUT: Final = f"{_UNUSABLE}: cut short, or damaged; get it again"


class Glance(NamedTuple):
    """What one file is.

    picture: of a series, or what was one and is broken. other: of no use here, or no DICOM. unreadable: as other, but
    only now: the file system refused it.
    patient: the pseudonym. is_ct: whether it is a picture of a CT.
    why: of one that is called a DICOM file, or begins as one, and of which nothing can be told.
    """

    kind: GlanceKind
    patient: str | None = None
    study_uid: str = ""
    series_uid: str = ""
    sop_uid: str = ""
    is_ct: bool = False
    why: str = ""


class Glancer:
    """Looks into one file after the other. key: of the pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._layouts = Layouts()
        self._pseudonym = lru_cache(4096)(lambda patient, issuer: pseudonym(_plain(patient), _plain(issuer), key))

    def look(self, source: Source) -> Glance:
        """Tell what a file is; whatever is wrong with it is told, never raised."""
        try:
            header = read_header(source, self._layouts, frames=False)
        except NotDicomError as error:
            is_one = _is_called_so(source) or _begins_so(source)
            return Glance("other", why=_fault(str(error)) if is_one else "")
        except OSError:
            return Glance("unreadable")
        raw = header.raw.get
        sop_class = uid(raw(tags.SOP_CLASS_UID))
        if sop_class == DICOMDIR_CLASS:
            return Glance("dicomdir")
        kind: GlanceKind = "segmentation" if sop_class in _SEGMENTATIONS else "picture"
        series = uid(raw(tags.SERIES_UID))
        if why_skipped(header) is not None and not (series and header.pixels is None and was_ct(header, sop_class)):
            return Glance("other", why=_CUT if _is_lost(header, sop_class, source) else "")
        return Glance(
            kind,
            self._pseudonym(raw(tags.PATIENT_ID), raw(tags.ISSUER_OF_PATIENT_ID)),
            uid(raw(tags.STUDY_UID)),
            series,
            uid(raw(tags.SOP_INSTANCE_UID)),
            kind == "picture" and (sop_class in CT_CLASSES or text(raw(tags.MODALITY)) == "CT"),
        )


def _is_lost(header: Header, sop_class: str, source: Source) -> bool:
    """Tell whether a file was a picture, and ends before it says of which series."""
    is_cut = header.cut_short or (header.pixels is None and was_ct(header, sop_class))
    return is_cut or (not sop_class and (_is_called_so(source) or _begins_so(source)))


def _is_called_so(source: Source) -> bool:
    return source.name.lower().endswith(_SUFFIXES)


def _begins_so(source: Source) -> bool:
    return source.read(0, _MAGIC.stop)[_MAGIC] == b"DICM"


def _fault(said: str) -> str:
    """Say in few kinds of words what is wrong, without the name of an error of pydicom."""
    return f"{_UNUSABLE}: {said}" if said.startswith(("empty", "a Git LFS")) else _CUT


def _plain(raw: bytes | None) -> str:
    return raw.strip(b" \0").decode("latin-1") if raw else ""
