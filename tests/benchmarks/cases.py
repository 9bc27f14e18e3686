"""Cases: what is measured, group by group; a group is one set of data that all its programs read."""

from __future__ import annotations

from typing import Final, NamedTuple

OURS: Final = "kazerooni"
BYTES: Final = "bytes, 1 thread"


class Case(NamedTuple):
    """One program on one set of data.

    function: `module:function` below `tests.benchmarks`.
    """

    group: str
    program: str
    function: str

    @property
    def is_limit(self) -> bool:
        """Whether it is a limit of the machine, not a program that anyone would use."""
        return self.program not in _PROGRAMS


SLICE_ANEW: Final = "the slice anew"
CLOSING: Final = "SimpleITK closing"
HESSIAN: Final = "SimpleITK Hessian"
NAPARI: Final = "napari"
BOTH: Final = "both, by turns"
ONE_HOT: Final = "highdicom, one-hot"
VOLUMES: Final = "highdicom get_volume, numpy"
ONE_WORKER: Final = "kazerooni, one worker"
_PROGRAMS: Final = (
    OURS, NAPARI, BOTH, "dcm2niix", "gdcm scanner", "numpy", "pydicom", "SimpleITK", SLICE_ANEW, CLOSING, HESSIAN,
    ONE_HOT, VOLUMES, ONE_WORKER,
)  # fmt: skip
_LIMITS: Final = {
    BYTES: "limits:read_kept",
    "bytes, 2 threads": "limits:read_kept_by_two",
    "bytes, not kept": "limits:read_dropped",
}
_READERS: Final = {
    OURS: "with_kazerooni:read",
    "dcm2niix": "with_dcm2niix:read",
    "pydicom": "with_pydicom:read",
    "SimpleITK": "with_simpleitk:read",
}
_INDEXERS: Final = {
    "open, read 4 KB": "limits:read_first",
    OURS: "with_kazerooni:index",
    "gdcm scanner": "with_gdcm:index",
    "pydicom": "with_pydicom:index",
    "SimpleITK": "with_simpleitk:index",
}
_COUNTERS: Final = {
    "reading the labels": "tally_with_numpy:read",
    OURS: "tally_with_kazerooni:tally",
    "numpy": "tally_with_numpy:tally",
    "SimpleITK": "tally_with_simpleitk:tally",
}
_RECOUNTERS: Final = {
    OURS: "brush_with_kazerooni:recount",
    SLICE_ANEW: "brush_with_kazerooni:slice_anew",
    "numpy": "brush_with_numpy:recount",
}
# The closing and the Hessian are single steps of what others do to find lungs and fissures.
_LUNG_FINDERS: Final = {OURS: "lobes_with_kazerooni:lungs", CLOSING: "lobes_with_simpleitk:close"}
_LOBE_FINDERS: Final = {
    OURS: "lobes_with_kazerooni:lobes",
    CLOSING: "lobes_with_simpleitk:close",
    HESSIAN: "lobes_with_simpleitk:sheets",
}
EXECUTEMANY: Final = "sqlite3 executemany"
SMALL_BOOK: Final = "a book of 100 readings"
_STORERS: Final = {OURS: "store_adding:add", EXECUTEMANY: "store_adding:insert"}
_FOLLOWERS: Final = {OURS: "store_reading:course_of_large", SMALL_BOOK: "store_reading:course_of_small"}
PARSING: Final = "parsing the JSON"
PARTS: Final = "its parts in turn"
_OF_ARCHIVES: Final = {
    "archive": {OURS: "archive_first:index", "pydicom": "with_pydicom:index"},
    "again": {OURS: "archive_again:look", "pydicom": "with_pydicom:index"},
    "rescore": {OURS: "archive_rescoring:grade", PARSING: "archive_rescoring:parse"},
    "maps": {OURS: "maps_with_kazerooni:grade", VOLUMES: "maps_with_highdicom:count"},
    "draft": {OURS: "draft_with_kazerooni:draft", PARTS: "draft_with_kazerooni:parts"},
    "draft30": {OURS: "draft_with_kazerooni:draft", PARTS: "draft_with_kazerooni:parts"},
    "workers": {OURS: "archive_workers:by_two", ONE_WORKER: "archive_workers:by_one"},
}
_FUNCTIONS: Final = {
    **_OF_ARCHIVES,
    "seg": {OURS: "seg_with_kazerooni:write", ONE_HOT: "seg_with_highdicom:write"},
    "store": _STORERS,
    "course": _FOLLOWERS,
    "cohort": {OURS: "store_reading:cohort"},
    "index": _INDEXERS,
    "tally": _COUNTERS,
    "brush": _RECOUNTERS,
    "lungs": _LUNG_FINDERS,
    "lobes": _LOBE_FINDERS,
    "lobes30": {OURS: "lobes_with_kazerooni:lobes"},
    "point": {OURS: "point_with_kazerooni:move"},
    "room": {OURS: "room_with_kazerooni:room", NAPARI: "room_with_napari:room", BOTH: "room_and_napari:turns"},
}
# What is run to count the memory of Python objects: of an index it gives all that this project keeps of it.
MEMORY_OF: Final = {"index": "with_kazerooni:find", "tally": "tally_with_kazerooni:tally"}
GROUPS: Final = {
    "raw": "folder of uncompressed slices -> volume in HU with geometry",
    "rle": "the same, RLE",
    "jpegls": "the same, JPEG-LS lossless",
    "jpegsv1": "the same, JPEG lossless SV1",
    "j2k": "the same, JPEG 2000 lossless",
    "sequential": "folder of a sequential series -> volume in HU with geometry",
    "index": "archive of many series -> series, headers only",
    "archive": "archive of many series -> the kept index of `kazerooni rescore`",
    "again": "the same, looked at again by the kept index",
    "rescore": "kept readings of 600 slices -> scores and rows of the tables",
    "maps": "a series with three stored SEGs -> its score (highdicom: the counts of the SEGs alone)",
    "draft": "a spiral study that nobody has read -> its draft, by a worker of `kazerooni rescore --draft`",
    "draft30": "the same of a sequential study",
    "workers": "an archive of sequential studies -> their drafts, by two workers of one thread each",
    "tally": "three label maps -> voxels of every label (ours: by slice, lobe and both findings)",
    "brush": "1,000 strokes of 40 x 40 pixels, counts up to date after each; seconds here are milliseconds a stroke",
    "lungs": "volume of a chest -> both lungs (the closing: 7 mm, of all air, alone)",
    "lobes": "volume of a chest -> lobes, lungs included (Hessian: sheets at full resolution, alone)",
    "lobes30": "volume of a sequential series -> lobes, lungs included",
    "room": "the reading room and bare napari in a window; seconds here are ms from key to picture in scrolling",
    "store": "courses of typed readings -> a score book on the disk (executemany: the same rows, no index, no chain)",
    "course": "a patient of 100 visits out of a book of many readings, ten times",
    "cohort": "the scores of 1,000 patients out of a book of many readings",
    "seg": "three label maps -> three BINARY DICOM SEGs on the disk (lobes, alveolar, interstitial)",
    "point": "a point on a fissure moved and moved back -> lobes up to date after each",
}


def cases_of(group: str) -> list[Case]:
    """List the cases of a group: the limits, this project, its peers."""
    functions = _FUNCTIONS.get(group, _LIMITS | _READERS)
    return [Case(group, program, function) for program, function in functions.items()]
