"""Phantom: DICOM CT series of a body that is known everywhere, and every way in which real series are odd.

`build_series(plan)` makes the datasets of a `SeriesPlan`, `traps` and `damage` spoil them, `write_series` writes them,
and `truth_of(plan)` tells what a correct reader must return.
"""

from kazerooni.phantom import damage, traps
from kazerooni.phantom.body import MARKER, SIMPLE_CHEST, Body, Solid
from kazerooni.phantom.encode import LOSSLESS_SYNTAXES, NATIVE_SYNTAXES, NEAR_LOSSLESS_DIFFERENCE, encode
from kazerooni.phantom.grid import CORONAL, GANTRY_VIEW_ORIENTATIONS, ORIENTATIONS, SAGITTAL, Truth, truth_of
from kazerooni.phantom.multiframe import (
    contradict_shared,
    shuffle_frames,
    split_concatenation,
    take_frames,
    to_enhanced,
    to_legacy_converted,
)
from kazerooni.phantom.pixels import hu_of, stored_of
from kazerooni.phantom.plan import SeriesPlan, sequential_hrct, spiral_ct, uneven_positions_mm
from kazerooni.phantom.series import build_series
from kazerooni.phantom.uids import derive_uid
from kazerooni.phantom.write import redirect_dicomdir, to_bytes, write_dicomdir, write_series, write_zip

__all__ = [
    "CORONAL",
    "GANTRY_VIEW_ORIENTATIONS",
    "LOSSLESS_SYNTAXES",
    "MARKER",
    "NATIVE_SYNTAXES",
    "NEAR_LOSSLESS_DIFFERENCE",
    "ORIENTATIONS",
    "SAGITTAL",
    "SIMPLE_CHEST",
    "Body",
    "SeriesPlan",
    "Solid",
    "Truth",
    "build_series",
    "contradict_shared",
    "damage",
    "derive_uid",
    "encode",
    "hu_of",
    "redirect_dicomdir",
    "sequential_hrct",
    "shuffle_frames",
    "spiral_ct",
    "split_concatenation",
    "stored_of",
    "take_frames",
    "to_bytes",
    "to_enhanced",
    "to_legacy_converted",
    "traps",
    "truth_of",
    "uneven_positions_mm",
    "write_dicomdir",
    "write_series",
    "write_zip",
]
