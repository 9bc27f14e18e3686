"""Series of the thorax: the same bytes every time, read back as they were made, spoilt as any other series."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kazerooni as kz
from kazerooni.model import Component, Finding, Lobe
from kazerooni.phantom import (
    CORONAL,
    Disease,
    SeriesPlan,
    Thorax,
    ThoraxBody,
    build_series,
    sequential_hrct,
    spiral_ct,
    thorax_series,
    to_enhanced,
    traps,
    truth_of,
    write_series,
)
from kazerooni.phantom.plan import NoiseTexture

FOLDERS = Path(__file__).parent, Path(kz.__file__).parents[1]
PLAN = sequential_hrct(slices=5, gap_mm=40.0, centre_mm=(0.0, 0.0, -8.0))
DISEASE = Disease(
    {Lobe.RLL: {Finding.GROUND_GLASS: 30, Finding.HONEYCOMBING: 10}, Lobe.LUL: {Finding.SEPTAL: 20}},
    traction=(Lobe.RLL, Lobe.LLL),
)
ONE = replace(PLAN, slices=1, rows=160, columns=160, pixel_spacing_mm=(2.2, 2.2), body=ThoraxBody(Thorax()))


def digest() -> str:
    """Give the digest of everything that a small series holds."""
    datasets, truth = thorax_series(replace(PLAN, noise_hu=20.0, noise_texture="sharp"), Thorax(), DISEASE)
    words = hashlib.sha256(truth.lobes.tobytes())
    for labels in truth.maps.values():
        words.update(labels.tobytes())
    for dataset in datasets:
        words.update(dataset.SOPInstanceUID.encode() + dataset.PixelData)
    return words.hexdigest()


def test_same_plan_gives_same_bytes_in_another_run() -> None:
    """Another process, with another seed of its hashes, makes the same UIDs, pixels and maps."""
    code = "import test_thorax_series as t; print(t.digest())"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(map(str, FOLDERS))},
    )
    assert run.stdout.strip() == digest()


def test_another_person_disease_or_texture_gives_other_uids() -> None:
    """Whatever changes the picture changes the series UID; the usual texture leaves UIDs as they were before it."""
    plans = [
        replace(PLAN, body=ThoraxBody(Thorax(1))),
        replace(PLAN, body=ThoraxBody(Thorax(2))),
        replace(PLAN, body=ThoraxBody(Thorax(1), traction=(Lobe.RLL,))),
        replace(PLAN, body=ThoraxBody(Thorax(1)), noise_texture="soft"),
    ]
    uids = [build_series(replace(plan, slices=1))[0].SeriesInstanceUID for plan in plans]
    assert len(set(uids)) == len(plans)
    assert "noise_texture" not in repr(SeriesPlan(slices=1))


def test_series_reads_back_as_the_truth(tmp_path: Path) -> None:
    """The reader returns the HU and the places that the truth names, and truth_of tells the same of the body."""
    datasets, truth = thorax_series(PLAN, Thorax(), DISEASE)
    write_series(datasets, tmp_path)
    volume = kz.read_volume(kz.find_series(tmp_path)[0])
    assert np.array_equal(volume.hu, truth.scan.hu)
    assert np.allclose(volume.geometry.origins_mm, truth.scan.geometry.origins_mm)
    again = truth_of(replace(PLAN, body=truth.body))
    assert np.array_equal(again.hu, truth.scan.hu)
    assert again.sop_uids == truth.scan.sop_uids == tuple(d.SOPInstanceUID for d in datasets)


def test_padding_lies_outside_the_circle_and_holds_no_lobe(tmp_path: Path) -> None:
    """Padding is stored and told outside the circle only, masked by the reader, and no lobe reaches into it."""
    plan = replace(PLAN, slices=3, signed=True, bits_stored=16, intercept=0.0, rows=48, columns=48)
    datasets, truth = thorax_series(plan, Thorax(), DISEASE, padding_hu=-2000)
    outside = traps.outside_circle(48, 48)
    assert (truth.scan.hu[:, outside] == -2000).all()
    assert truth.scan.hu[:, ~outside].min() >= -1000
    assert not truth.lobes[:, outside].any()
    assert truth.lobes[:, ~outside].any()
    assert int(truth.voxels(Lobe.RLL, Finding.GROUND_GLASS).sum()) == round(0.3 * int(truth.voxels(Lobe.RLL).sum()))
    write_series(datasets, tmp_path)
    volume = kz.read_volume(kz.find_series(tmp_path)[0])
    assert volume.padding is not None
    assert np.array_equal(volume.padding, np.broadcast_to(outside, volume.hu.shape))


def test_traps_and_enhanced_objects_work_on_it(tmp_path: Path) -> None:
    """The series is spoilt and converted like any other: out of order, or as one enhanced object."""
    datasets, truth = thorax_series(PLAN, Thorax(), DISEASE)
    write_series(traps.shuffle_files(traps.shuffle_instance_numbers(datasets)), tmp_path / "shuffled")
    write_series([to_enhanced(datasets)], tmp_path / "enhanced")
    for folder in ("shuffled", "enhanced"):
        assert np.array_equal(kz.read_volume(kz.find_series(tmp_path / folder)[0]).hu, truth.scan.hu)


def test_same_place_shows_the_same_in_every_plane() -> None:
    """Where an axial and a coronal slice cross, both show the same picture and the same labels."""
    body = thorax_series(PLAN, Thorax(), DISEASE)[1].body
    x = np.arange(-160.0, 160.0, 1.7)
    y, z = np.arange(-120.0, 120.0, 4.0), np.arange(-150.0, 110.0, 4.0)
    axial = body.hu(x[None], y[:, None], np.full((1, 1), z[17]))
    coronal = body.hu(x[None], np.full((1, 1), y[41]), z[:, None])
    assert np.array_equal(axial[41], coronal[17])
    labels = [
        body.labels(x[None], y[:, None], np.full((1, 1), z[17])),
        body.labels(x, np.full(1, y[41]), np.full(1, z[17])),
    ]
    assert np.array_equal(labels[0][0][41], labels[1][0])
    for component in Component:
        assert np.array_equal(labels[0][1][component][41], labels[1][1][component])


def test_other_planes_are_scanned_too() -> None:
    """Coronal and tilted scans place the disease on their own grid, to the voxel."""
    for plan in (
        SeriesPlan(slices=20, gap_mm=9.0, orientation=CORONAL, centre_mm=(0.0, 0.0, -8.0)),
        spiral_ct(slices=20, gap_mm=12.0, gantry_tilt_degrees=15.0),
    ):
        truth = thorax_series(plan, Thorax(), DISEASE)[1]
        whole = int(truth.voxels(Lobe.RLL).sum())
        assert int(truth.voxels(Lobe.RLL, Finding.HONEYCOMBING).sum()) == round(0.1 * whole)


@pytest.mark.parametrize("texture", ["white", "sharp", "soft"])
def test_noise_has_the_wanted_strength_and_texture(texture: NoiseTexture) -> None:
    """Noise has the deviation asked for; neighbours are alike under a soft kernel and opposed under a sharp one."""
    still, noisy = (
        truth_of(replace(ONE, noise_hu=hu, noise_texture=texture)).hu[0].astype(float) for hu in (0.0, 30.0)
    )
    inside = still > -900
    noise = np.where(inside, noisy - still, 0)
    assert np.std(noise[inside]) == pytest.approx(30, rel=0.03)
    # Smooth grains are fewer: the mean of a soft slice strays by about 0.7 HU.
    assert abs(np.mean(noise[inside])) < 2.5
    alike = (noise[:, 1:] * noise[:, :-1]).sum() / (noise**2).sum()
    assert {"white": -0.05 < alike < 0.05, "sharp": alike < -0.1, "soft": alike > 0.5}[texture]
