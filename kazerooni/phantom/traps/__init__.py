"""Traps: ways in which real series are odd, each a function from datasets to datasets that changes none it is given.

Compose them like `shuffle_files(drop_slices(build_series(plan), [3]))`. Every trap names the row of dicom.md it is for.
What changes the picture itself belongs to the plan: tilt, uneven positions, prone, oblique and coronal series, slopes.
"""

from kazerooni.phantom.traps.headers import (
    bury_pixels,
    claim_charset,
    claim_one_frame,
    empty_uids,
    remove_attributes,
    repeat_instance_uids,
    reuse_patient_id,
    say_expiratory,
    say_prone,
    set_attributes,
    share_series_uid,
    spoil_uids,
    spoil_values,
    write_raw,
)
from kazerooni.phantom.traps.intruders import (
    add_capture,
    add_derived,
    add_document,
    add_localizer,
    derive,
    resize_slice,
    turn_slice,
)
from kazerooni.phantom.traps.order import (
    repeat_instance_number,
    reverse_instance_numbers,
    shuffle_files,
    shuffle_instance_numbers,
)
from kazerooni.phantom.traps.positions import (
    claim_spacing,
    claim_tilt,
    drop_slices,
    round_positions,
    run_slice_location_against_z,
)
from kazerooni.phantom.traps.repeats import add_kernel, add_phase, double_slices, merge_series
from kazerooni.phantom.traps.values import (
    add_junk_bits,
    drop_rescale,
    outside_circle,
    pad_outside_circle,
    raise_high_bit,
    squeeze_to_1024_levels,
    vary_slopes,
)

__all__ = [
    "add_capture",
    "add_derived",
    "add_document",
    "add_junk_bits",
    "add_kernel",
    "add_localizer",
    "add_phase",
    "bury_pixels",
    "claim_charset",
    "claim_one_frame",
    "claim_spacing",
    "claim_tilt",
    "derive",
    "double_slices",
    "drop_rescale",
    "drop_slices",
    "empty_uids",
    "merge_series",
    "outside_circle",
    "pad_outside_circle",
    "raise_high_bit",
    "remove_attributes",
    "repeat_instance_number",
    "repeat_instance_uids",
    "resize_slice",
    "reuse_patient_id",
    "reverse_instance_numbers",
    "round_positions",
    "run_slice_location_against_z",
    "say_expiratory",
    "say_prone",
    "set_attributes",
    "share_series_uid",
    "shuffle_files",
    "shuffle_instance_numbers",
    "spoil_uids",
    "spoil_values",
    "squeeze_to_1024_levels",
    "turn_slice",
    "vary_slopes",
    "write_raw",
]
