"""Phantom: DICOM CT series of a body that is known everywhere, and every way in which real series are odd.

`build_series(plan)` makes the datasets of a `SeriesPlan`, `traps` and `damage` spoil them, `write_series` writes them,
and `truth_of(plan)` tells what a correct reader must return. `thorax_series(plan, thorax, disease)` does so with a
chest that looks like one, and tells its lobes and findings too.
"""

from kazerooni.phantom import damage, traps
from kazerooni.phantom.body import MARKER, SIMPLE_CHEST, Body, Matter, Solid
from kazerooni.phantom.cohort import write_synthetic_cohort
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
from kazerooni.phantom.thorax import (
    HEALTHY,
    Disease,
    Placed,
    Thorax,
    ThoraxBody,
    ThoraxTruth,
    place_disease,
    thorax_series,
)
from kazerooni.phantom.uids import derive_uid
from kazerooni.phantom.visits import VISITS, Visit, sample_folder, write_visits
from kazerooni.phantom.write import redirect_dicomdir, to_bytes, write_dicomdir, write_series, write_zip

__all__ = [
    "CORONAL",
    "GANTRY_VIEW_ORIENTATIONS",
    "HEALTHY",
    "LOSSLESS_SYNTAXES",
    "MARKER",
    "NATIVE_SYNTAXES",
    "NEAR_LOSSLESS_DIFFERENCE",
    "ORIENTATIONS",
    "SAGITTAL",
    "SIMPLE_CHEST",
    "VISITS",
    "Body",
    "Disease",
    "Matter",
    "Placed",
    "SeriesPlan",
    "Solid",
    "Thorax",
    "ThoraxBody",
    "ThoraxTruth",
    "Truth",
    "Visit",
    "build_series",
    "contradict_shared",
    "damage",
    "derive_uid",
    "encode",
    "hu_of",
    "place_disease",
    "redirect_dicomdir",
    "sample_folder",
    "sequential_hrct",
    "shuffle_frames",
    "spiral_ct",
    "split_concatenation",
    "stored_of",
    "take_frames",
    "thorax_series",
    "to_bytes",
    "to_enhanced",
    "to_legacy_converted",
    "traps",
    "truth_of",
    "uneven_positions_mm",
    "write_dicomdir",
    "write_series",
    "write_synthetic_cohort",
    "write_visits",
    "write_zip",
]
