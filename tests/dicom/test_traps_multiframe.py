"""Multi-frame: enhanced and legacy-converted CT and concatenations are one series like any other (dicom.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom import uid

from kazerooni.dicom import read_volume
from kazerooni.errors import KazerooniError, UnusableSeriesError
from kazerooni.phantom import (
    CORONAL,
    LOSSLESS_SYNTAXES,
    contradict_shared,
    damage,
    shuffle_frames,
    split_concatenation,
    take_frames,
    to_bytes,
    to_enhanced,
    to_legacy_converted,
    traps,
    truth_of,
)

MAKERS = {"enhanced": to_enhanced, "legacy converted": to_legacy_converted}
pytestmark = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def same_values(desk: Any, volume: Any, truth: Any) -> None:
    """Hold values and places equal; all slices have the UID of their object."""
    assert np.array_equal(volume.hu, truth.hu)
    assert volume.hu.dtype == truth.hu.dtype
    desk.same_place(volume, truth)
    assert len(volume.scan.sop_uids) == truth.geometry.shape[0]


@pytest.mark.parametrize("order", ["as built", "shuffled", "reversed"])
def test_one_object_is_one_series(desk: Any, make: Any, order: str) -> None:
    """A multi-frame object is one series of as many slices as it has frames, sorted by the position of each frame."""
    whole = make(desk.build(slices=7))
    whole = {"as built": whole, "shuffled": shuffle_frames(whole), "reversed": take_frames(whole, range(6, -1, -1))}[
        order
    ]
    series = desk.only([whole])
    assert (series.slices, series.files, series.sampling, series.acquisition) == (7, 1, "contiguous", "spiral")
    assert (series.kernel, series.kernel_class, series.kvp) == ("B60f", "sharp", 120.0)
    assert desk.codes(series) == set()
    same_values(desk, read_volume(series), truth_of(desk.plan(slices=7)))


@pytest.mark.parametrize("slopes", [(1.0, 0.5, 2.0), (1.0, 2.0), (0.3, 1.0)], ids=str)
def test_every_frame_its_own_slope(desk: Any, make: Any, slopes: tuple[float, ...]) -> None:
    """Slope and intercept are those of each frame, also when the frames are shuffled."""
    datasets = traps.vary_slopes(desk.build(bits_stored=16, noise_hu=9.0), slopes)
    volume = desk.read([shuffle_frames(make(datasets))])
    true = desk.hu(datasets)
    assert np.allclose(volume.hu, true, atol=1e-3)
    assert np.array_equal(volume.hu, true.astype(volume.hu.dtype))


def test_frame_beats_shared(desk: Any, make: Any) -> None:
    """Where shared and per-frame groups contradict each other the frame is right."""
    same_values(desk, desk.read([contradict_shared(make(desk.build()))]), truth_of(desk.plan()))


@pytest.mark.parametrize("syntax", LOSSLESS_SYNTAXES, ids=lambda s: uid.UID(s).name)
def test_every_syntax(desk: Any, make: Any, syntax: str) -> None:
    """A multi-frame object in any lossless syntax has the same HU."""
    whole = shuffle_frames(make(desk.build(noise_hu=20.0)))
    same_values(desk, desk.read([whole], syntax=syntax), truth_of(desk.plan(noise_hu=20.0)))


ENCAPSULATED = [s for s in LOSSLESS_SYNTAXES if uid.UID(s).is_encapsulated]


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=lambda s: uid.UID(s).name)
@pytest.mark.parametrize("how", [
    {"fragments": 3}, {"offset_table": "empty"}, {"offset_table": "extended"},
    {"fragments": 3, "offset_table": "empty"},
], ids=str)  # fmt: skip
def test_frames_in_fragments(desk: Any, make: Any, syntax: str, how: dict[str, Any]) -> None:
    """Frames are found in their fragments with any offset table and without one (RLE frames have one fragment)."""
    whole = shuffle_frames(make(desk.build(noise_hu=20.0)))
    series = desk.only([whole], syntax=syntax, **how)
    if syntax == uid.RLELossless and how == {"fragments": 3, "offset_table": "empty"}:
        assert not series.usable or np.array_equal(read_volume(series).hu, truth_of(desk.plan(noise_hu=20.0)).hu)
        return
    same_values(desk, read_volume(series), truth_of(desk.plan(noise_hu=20.0)))


@pytest.mark.parametrize("frames_per_file", [1, 2, 3])
def test_concatenation_is_one_series(desk: Any, make: Any, frames_per_file: int) -> None:
    """The files of a concatenation are one stack."""
    parts = split_concatenation(make(desk.build(slices=7)), frames_per_file)
    series = desk.only(traps.shuffle_files(parts))
    assert (series.slices, series.files) == (7, len(parts))
    same_values(desk, read_volume(series), truth_of(desk.plan(slices=7)))


def test_concatenation_that_lacks_a_file(desk: Any, make: Any) -> None:
    """A concatenation of which a file is missing has missing slices."""
    parts = split_concatenation(make(desk.build(slices=12)), 2)
    del parts[2]
    series = desk.only(parts)
    assert series.slices == 10
    assert "missing-slice" in desk.codes(series)


def test_padding_of_all_frames(desk: Any, make: Any) -> None:
    """Padding is masked in every frame."""
    plan: dict[str, Any] = {"signed": True, "bits_stored": 16, "intercept": 0.0, "rows": 32, "columns": 32}
    datasets = traps.pad_outside_circle(desk.build(**plan), -2000, tag=63536)
    volume = desk.read([make(datasets)])
    assert np.array_equal(volume.padding, np.stack([traps.outside_circle(32, 32)] * 5))


def test_missing_frames(desk: Any, make: Any) -> None:
    """Frames left out of an object are suspected to be missing slices."""
    series = desk.only([take_frames(make(desk.build(slices=12)), [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11])])
    assert "missing-slice" in desk.codes(series)
    same_values(
        desk, read_volume(series), truth_of(desk.plan(slices=12)).keep([i for i in range(12) if i != 4])
    )  # fmt: skip


def test_two_phases_in_one_object(desk: Any, make: Any) -> None:
    """Frames of two acquisitions at the same places are two stacks."""
    datasets = traps.add_phase(desk.build(), change=30)
    desk.save([shuffle_frames(make(datasets))])
    found = desk.find()
    assert [s.slices for s in found] == [5, 5]
    volumes = sorted((read_volume(s).hu for s in found), key=lambda hu: int(hu.sum()))
    assert np.array_equal(volumes[0], desk.hu(datasets[:5]))
    assert np.array_equal(volumes[1], desk.hu(datasets[5:]))


def test_doubled_frames(desk: Any, make: Any) -> None:
    """A frame that is there twice with the same pixels is dropped and told."""
    series = desk.only([take_frames(make(desk.build()), [0, 1, 2, 2, 3, 4])])
    assert series.slices == 5
    desk.notice(series, "duplicate-position")
    same_values(desk, read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"gantry_tilt_degrees": 15.0}, "gantry-tilt"),
        ({"patient_position": "HFP"}, "prone"),
        ({"orientation": CORONAL}, "not-axial"),
        ({"slice_thickness_mm": 5.0}, "thick-slices"),
    ],
    ids=str,
)
def test_notices_as_for_single_slices(desk: Any, make: Any, plan: dict[str, Any], code: str) -> None:
    """Tilt, position, plane and thickness of a multi-frame object are told like those of single slices."""
    series = desk.only([make(desk.build(**plan))])
    assert code in desk.codes(series)
    if series.usable:
        same_values(desk, read_volume(series), truth_of(desk.plan(**plan)))


@pytest.mark.parametrize(
    ("group", "code"),
    [
        ("PlanePositionSequence", "missing-position"),
        ("PlaneOrientationSequence", "missing-orientation"),
        ("PixelMeasuresSequence", "missing-pixel-spacing"),
        ("PixelValueTransformationSequence", "hu-unproven"),
    ],
)
def test_missing_functional_group(desk: Any, make: Any, group: str, code: str) -> None:
    """An object that lacks a functional group says what is missing, like a single slice."""
    whole = make(desk.build())
    for item in (whole.SharedFunctionalGroupsSequence[0], *whole.PerFrameFunctionalGroupsSequence):
        item.pop(group, None)
    series = desk.only([whole])
    assert code in desk.codes(series)
    assert series.usable == (code == "hu-unproven")


def test_one_frame_without_position(desk: Any, make: Any) -> None:
    """One frame without a position makes the object unusable."""
    whole = make(desk.build())
    del whole.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence
    assert desk.notice(desk.only([whole]), "missing-position").severity == "error"


@pytest.mark.parametrize("change", [-2, -1, 1, 3])
def test_number_of_frames_that_lies(desk: Any, make: Any, change: int) -> None:
    """A number of frames that contradicts functional groups and pixels is told with both numbers."""
    folder = desk.save([make(desk.build())])
    damage.alter_file(folder / "IM0001.dcm", lambda data: damage.lie(data, NumberOfFrames=5 + change))
    series = desk.only()
    told = " ".join(n.message for n in series.notices if n.code != "partial-lung")
    assert "5" in told
    assert str(5 + change) in told
    if series.usable:
        same_values(desk, read_volume(series), truth_of(desk.plan()))


ABSURD = [b"2147483647", b"9" * 12, b"-3", b"0", b"1A", b"", b"1e9", b"9" * 26, b"nan", b"1e999", b"9" * 5000]


@pytest.mark.parametrize("number", ABSURD, ids=lambda number: f"{number[:12].decode()} of {len(number)}")
@pytest.mark.parametrize("grouped", [True, False], ids=["with groups", "without groups"])
def test_number_of_frames_that_is_absurd(desk: Any, make: Any, number: bytes, grouped: bool) -> None:  # noqa: FBT001
    """An absurd number of frames reserves no memory and raises nothing foreign."""
    whole = make(desk.build())
    if not grouped:
        del whole.PerFrameFunctionalGroupsSequence
    data = to_bytes(whole)
    padded = number + b" " * (len(number) % 2)
    old = b"\x28\0\x08\0IS\x02\x005 "
    assert data.count(old) == 1
    folder = desk.save([])
    (folder / "a").write_bytes(data.replace(old, old[:6] + len(padded).to_bytes(2, "little") + padded))
    with desk.little_memory():
        found = desk.find()
        for series in found:
            try:
                read_volume(series)
            except KazerooniError:
                continue


def test_frames_without_any_group(desk: Any, make: Any) -> None:
    """A multi-frame picture without functional groups has no places: told, unusable, never read as one slice."""
    whole = make(desk.build())
    del whole.PerFrameFunctionalGroupsSequence
    del whole.SharedFunctionalGroupsSequence
    series = desk.only([whole])
    assert series.slices == 5
    assert not series.usable
    with pytest.raises(UnusableSeriesError):
        read_volume(series)


def test_frames_of_a_classic_picture_all_at_one_place(desk: Any, make: Any) -> None:
    """A classic CT slice that claims several frames gives each the same place, so they are no stack."""
    first, *_ = datasets = desk.build(noise_hu=20.0)
    first.NumberOfFrames = 5
    first.PixelData = b"".join(d.PixelData for d in datasets)
    desk.save([first])
    assert not any(s.usable and s.slices > 1 for s in desk.find())


def test_truncated_object(desk: Any, make: Any) -> None:
    """An object cut off in its pixels is truncated as a whole: no frame is lost without a word."""
    folder = desk.save([make(desk.build())])
    damage.alter_file(folder / "IM0001.dcm", lambda data: damage.truncate_pixels(data, keep=0.7))
    series = desk.only()
    assert series.slices == 5
    assert desk.notice(series, "truncated").severity == "error"


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=lambda s: uid.UID(s).name)
def test_lost_fragment(desk: Any, make: Any, syntax: str) -> None:
    """A compressed object that lost its last frame is truncated."""
    folder = desk.save([make(desk.build())], syntax=syntax)
    damage.alter_file(folder / "IM0001.dcm", damage.drop_last_fragment)
    series = desk.only()
    assert desk.notice(series, "truncated").severity == "error"


def test_implicit_or_big_endian_words_in_groups(desk: Any, make: Any) -> None:
    """Binary numbers inside functional groups are read in the byte order of the file."""
    for syntax in (uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian):
        folder = desk.save([], into=syntax.name)
        (folder / "x").write_bytes(to_bytes(make(desk.build(seed=len(syntax.name))), syntax=syntax))
    found = desk.find()
    assert [s.acquisition for s in found] == ["spiral", "spiral"]
