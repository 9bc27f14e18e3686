"""Write a DICOM SEG with highdicom: coded segments, every frame bound to the picture it was drawn on.

highdicom is given small headers made of the geometry of the series, so that only one file of it is read again: one a
slice for a LABELMAP, one in all for a BINARY, whose frames are encoded in `binary`. Multi-frame sources and their frame
numbers are put in their place afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from typing import Final

import highdicom
import numpy as np
import pydicom
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as DicomCode
from pydicom.uid import RLELossless, generate_uid

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.labels.author import Author, SegKind
from kazerooni.labels.meaning import Described, described
from kazerooni.labels.patient_study import carry, patient_and_study
from kazerooni.labels.seg.binary import binary_head, binary_pixels
from kazerooni.labels.seg.sources import check, name_objects, name_source, source_headers, stand_ins
from kazerooni.labels.tracking import tracking_uid
from kazerooni.labels.uids import derived_uid
from kazerooni.labels.wanted import Wanted
from kazerooni.model import Geometry
from kazerooni.model.codes import LUNG, Code
from kazerooni.version import __version__

_SERIES_NUMBER: Final = 900
_TITLES: Final = {"lobes": "LOBES", "alveolar findings": "ALVEOLAR", "interstitial findings": "INTERSTITIAL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a SEG says of a map beside its voxels.

    series: that it was drawn on. reading: id of the reading that it belongs to; its segments are tracked by it.
    nameless: whether the pseudonym stands in place of the person.
    """

    wanted: Wanted
    series: Series
    author: Author
    kind: SegKind = "BINARY"
    reading: str | None = None
    nameless: bool = False


def seg_bytes(
    labels: NDArray[np.uint8],
    geometry: Geometry,
    wanted: Wanted,
    *,
    series: Series,
    author: Author,
    kind: SegKind = "BINARY",
    reading: str | None = None,
) -> bytes:
    """Give the file of a SEG of labels (slice, row, column) drawn on a series (see `Drawing`).

    Raises OutputError where the map is of another grid than the series, or the series lacks what a SEG must say.
    """
    drawing = Drawing(wanted=wanted, series=series, author=author, kind=kind, reading=reading)
    return b"".join(seg_parts(labels, geometry, drawing))


def seg_parts(labels: NDArray[np.uint8], geometry: Geometry, drawing: Drawing) -> Iterator[bytes]:
    """Give the file of `seg_bytes` part after part, so that it is never whole in memory. Raises as it does."""
    check(labels.shape, geometry, drawing.series)
    with quiet_pydicom():
        if drawing.kind == "BINARY":
            first = next(source_headers(drawing.series))
            seg = _segmentation([first], np.zeros_like(labels[:1]), drawing, named_after=labels)
            return chain([binary_head(seg, drawing.series)], binary_pixels(labels, len(seg.SegmentSequence)))
        return iter([_labelmap(labels, drawing)])


def _labelmap(labels: NDArray[np.uint8], drawing: Drawing) -> bytes:
    seg = _segmentation(list(source_headers(drawing.series)), labels, drawing, named_after=labels)
    slices = {uid: index for index, uid in enumerate(stand_ins(drawing.series))}
    for groups in seg.PerFrameFunctionalGroupsSequence:
        for source in groups.DerivationImageSequence[0].SourceImageSequence:
            name_source(source, drawing.series, slices[source.ReferencedSOPInstanceUID])
    name_objects(seg, drawing.series)
    seg.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    stream = BytesIO()
    pydicom.dcmwrite(stream, seg, enforce_file_format=True)
    return stream.getvalue()


def _segmentation(
    sources: list[Dataset], labels: NDArray[np.uint8], drawing: Drawing, *, named_after: NDArray[np.uint8]
) -> Segmentation:
    """Make a SEG of labels and let it carry patient and study of its series."""
    what = drawing.wanted.what
    source = patient_and_study(drawing.series, also=["PositionReferenceIndicator"], nameless=drawing.nameless)
    series_uid, sop_uid = _uids(named_after, drawing, str(source))
    seg = Segmentation(
        source_images=sources,
        pixel_array=labels,
        segmentation_type=drawing.kind,
        segment_descriptions=[_description(segment, drawing) for segment in described(drawing.wanted)],
        series_instance_uid=series_uid,
        series_number=_SERIES_NUMBER + list(_TITLES).index(what),
        sop_instance_uid=sop_uid,
        instance_number=1,
        manufacturer="The kazerooni developers",
        manufacturer_model_name="kazerooni",
        software_versions=__version__,
        device_serial_number="0",
        content_label=_TITLES[what],
        content_description=f"Label map: {what}",
        content_creator_name=drawing.author.reader,
        series_description=f"kazerooni {what}",
        omit_empty_frames=False,
    )
    carry(source, seg, texts=[drawing.author.reader or ""])
    return seg


def _uids(labels: NDArray[np.uint8], drawing: Drawing, source: str) -> tuple[str, str]:
    """Name series and object: the map of a reading the same on every export, any other anew."""
    if drawing.reading is None:
        return generate_uid(prefix=None), generate_uid(prefix=None)
    said = (drawing.reading, drawing.wanted.what, drawing.kind, str(drawing.author), drawing.series.series_uid, source)
    drawn = hashlib.sha256(np.ascontiguousarray(labels).data).digest()
    return derived_uid("series of SEG", *said, __version__, drawn), derived_uid("SEG", *said, __version__, drawn)


def _description(segment: Described, drawing: Drawing) -> SegmentDescription:
    author = drawing.author
    algorithm = None
    if author.means != "MANUAL":
        algorithm = highdicom.AlgorithmIdentificationSequence(
            name=author.program,
            family=DicomCode("123109", "DCM", "Manual Processing")
            if author.means == "SEMIAUTOMATIC"
            else DicomCode("113076", "DCM", "Segmentation"),
            version=author.version,
        )
    described = SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name,
        segmented_property_category=_concept(segment.category),
        segmented_property_type=_concept(segment.kind),
        algorithm_type=author.means,
        algorithm_identification=algorithm,
        tracking_uid=tracking_uid(drawing.series.series_uid, segment.part, drawing.reading or author),
        tracking_id=segment.name,
        anatomic_regions=[_concept(LUNG)],
        display_color=CIELabColor.from_rgb(*segment.colour),
    )
    if segment.side is not None:
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            _concept(segment.side)
        ]
        described.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [_concept(segment.side)]
    return described


def _concept(code: Code) -> CodedConcept:
    return CodedConcept(code.value, code.scheme, code.meaning)
