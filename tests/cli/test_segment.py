"""`kazerooni segment`, and `kazerooni score` without a lobe map: lobes found, corrected, written and looked at."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from kazerooni import read_lobe_map, read_reading
from kazerooni.dicom import find_series
from kazerooni.labels import write_map
from kazerooni.model import Component, FindingMap, FissureName, Lobe, LobeMap, PointOrigin, State
from kazerooni.phantom import Thorax, ThoraxTruth, sequential_hrct, thorax_series, write_series
from tests.cli.conftest import Run
from tests.segment.test_lobes import dice_of

PLAN = sequential_hrct(
    rows=160, columns=160, pixel_spacing_mm=(2.2, 2.2), centre_mm=(0.0, 0.0, -8.0), patient_name="Doe^John",
    patient_id="MRN-4711",
)  # fmt: skip


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ThoraxTruth]:
    """Give a folder with a sequential HRCT of a chest, and the truth about it."""
    datasets, truth = thorax_series(PLAN, Thorax(2))
    folder = tmp_path_factory.mktemp("Doe^John") / "visit"
    write_series(datasets, folder)
    return folder, truth


def test_a_sequential_scan_is_parted_and_written(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """The command writes a DICOM SEG of the lobes, an automatic one, and a table of sizes for people."""
    folder, truth = chest
    out = tmp_path / "lobes.dcm"
    result = run("segment", folder, "-o", out)
    assert result.exit_code == 0, result.output
    assert "Written: lobes.dcm." in result.stderr
    assert "lobes-proposed" in result.stdout
    assert "Doe" not in result.output
    assert "MRN" not in result.output
    labels = read_lobe_map(out, find_series(folder)[0]).labels
    dice = dice_of(labels, truth.lobes)
    assert sum(dice.values()) / 5 >= 0.80
    seg = pydicom.dcmread(out)
    assert {s.SegmentAlgorithmType for s in seg.SegmentSequence} == {"AUTOMATIC"}
    shown = result.stdout.splitlines()
    assert shown[0].split() == ["Lobe", "Volume", "mL", "Share", "%", "In", "health", "%", "Slices"]
    assert [line.split()[0] for line in shown[1:6]] == ["RUL", "RML", "RLL", "LUL", "LLL"]
    assert not any(line.startswith("LIN") for line in shown)


def test_json_is_one_document(run: Run, chest: tuple[Path, ThoraxTruth]) -> None:
    """--json prints shares, fissures with their support, notices and digests, and nothing else."""
    result = run("segment", chest[0], "--json")
    told = json.loads(result.stdout)
    assert [lobe["lobe"] for lobe in told["lobes"]] == ["RUL", "RML", "RLL", "LUL", "LLL"]
    assert sum(lobe["share_percent"] for lobe in told["lobes"]) == pytest.approx(100)
    assert {f["name"]: f["support_percent"] for f in told["fissures"]} == dict.fromkeys(
        ("right_oblique", "right_minor", "left_oblique"), 0.0
    )
    assert told["method"] == "classical"
    assert len(told["inputs"][0]["sha256"]) == 64
    assert {"lobes-proposed"} <= {notice["code"] for notice in told["notices"]}


def points_file(folder: Path, truth: ThoraxTruth, **more: object) -> Path:
    """Write a file with twelve true points on each fissure."""
    thorax, geometry = truth.body.thorax, truth.scan.geometry
    fissures: dict[str, object] = {}
    for name, xs in (
        (FissureName.RIGHT_OBLIQUE, (-110, -70, -35)),
        (FissureName.RIGHT_MINOR, (-110, -75, -45)),
        (FissureName.LEFT_OBLIQUE, (35, 70, 110)),
    ):
        x, y = (a.ravel().astype(float) for a in np.meshgrid(xs, (-60, -25, 10, 45)))
        z = thorax.fissure_height_mm(name, x, y)
        fissures[name.value] = {"points_mm": np.column_stack([x, y, z]).tolist()}
    assert geometry.is_sampled
    path = folder / "points.json"
    path.write_text(json.dumps({"schema_version": 1, "fissures": fissures, **more}), encoding="utf-8")
    return path


def test_points_part_it_better(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """Points placed on the fissures give every lobe to 0.93, the map says that a person had a hand in it."""
    folder, truth = chest
    out = tmp_path / "lobes.dcm"
    result = run("segment", folder, "--points", points_file(tmp_path, truth), "-o", out, "--json")
    assert result.exit_code == 0, result.output
    dice = dice_of(read_lobe_map(out, find_series(folder)[0]).labels, truth.lobes)
    assert min(dice.values()) >= 0.93, dice
    assert {s.SegmentAlgorithmType for s in pydicom.dcmread(out).SegmentSequence} == {"SEMIAUTOMATIC"}
    told = json.loads(result.stdout)
    assert {f["points"]["placed"] for f in told["fissures"]} == {12}
    assert min(f["support_percent"] for f in told["fissures"]) > 0


def test_a_lobe_that_is_gone_and_the_lingula(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """A middle lobe that was taken out has no voxel; --lingula parts the left upper lobe."""
    folder, truth = chest
    points = points_file(tmp_path, truth, lobes={"RML": "absent"})
    result = run("segment", folder, "--points", points, "--lingula", "--json", "--preview", tmp_path / "p.png")
    told = json.loads(result.stdout)
    lobes = {lobe["lobe"]: lobe for lobe in told["lobes"]}
    assert list(lobes) == ["RUL", "RML", "RLL", "LUL", "LLL", "LIN"]
    assert (lobes["RML"]["condition"], lobes["RML"]["volume_ml"]) == ("absent", None)
    assert 4 < lobes["LIN"]["share_percent"] < 16
    assert "lobe-share-unusual" not in {notice["code"] for notice in told["notices"]}


def test_the_preview_shows_every_lobe(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """The picture holds the colour of every lobe, and is as large as a person can look at."""
    result = run("segment", chest[0], "--preview", tmp_path / "p.png")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "p.png") as picture:
        pixels = np.asarray(picture).reshape(-1, 3)
        assert picture.format == "PNG"
        assert 500 < picture.width < 1600
    found = {tuple(colour) for colour in np.unique(pixels, axis=0).tolist()}
    from kazerooni.labels import COLOURS  # noqa: PLC0415

    assert {COLOURS[lobe] for lobe in Lobe if lobe is not Lobe.LIN} <= found


def test_a_map_that_a_program_made_stays_a_proposal(
    run: Run, chest: tuple[Path, ThoraxTruth], marks: Path, tmp_path: Path
) -> None:
    """A score from lobes that were found and written says so as one that finds them does; points make it a person's."""
    folder, truth = chest
    for options, told in (((), ["lobes-proposed"]), (("--points", points_file(tmp_path, truth)), [])):
        out = tmp_path / f"lobes-{len(options)}.dcm"
        assert run("segment", folder, "-o", out, *options).exit_code == 0
        result = run("score", folder, "--lobes", out, "--alveolar", marks, "--partial", "--json")
        codes = [notice["code"] for notice in json.loads(result.stdout)["notices"]]
        assert [code for code in codes if code == "lobes-proposed"] == told


def test_lobes_that_cannot_be_graded_are_not_in_the_map(
    run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path
) -> None:
    """A map cannot say that a lobe is not to be graded, so it does not hold it, and that is said."""
    points, out = tmp_path / "points.json", tmp_path / "lobes.dcm"
    document = {
        "schema_version": 1,
        "lobes": {"LUL": "not_assessable"},
        "fissures": {"right_minor": {"state": "absent"}},
    }
    points.write_text(json.dumps(document), encoding="utf-8")
    result = run("segment", chest[0], "--points", points, "-o", out)
    assert result.exit_code == 0, result.output
    assert "Not in the map, as they cannot be graded: RUL, RML, LUL." in " ".join(result.stderr.split())
    labels = read_lobe_map(out, find_series(chest[0])[0]).labels
    assert set(np.unique(labels).tolist()) == {0, Lobe.RLL, Lobe.LLL}


def test_lobes_from_a_file_are_converted(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """A map of another format, given by --lobes, is written as SEG, voxel by voxel as it was."""
    folder, truth = chest
    write_map(LobeMap(truth.lobes.copy(), truth.scan.geometry), tmp_path / "lobes.nrrd")
    out = tmp_path / "lobes.dcm"
    result = run("segment", folder, "--lobes", tmp_path / "lobes.nrrd", "-o", out)
    assert result.exit_code == 0, result.output
    assert "lobes-proposed" not in result.stdout
    algorithm = {s.SegmentAlgorithmName for s in pydicom.dcmread(out).SegmentSequence}
    assert algorithm == {"kazerooni"}
    assert np.array_equal(read_lobe_map(out, find_series(folder)[0]).labels, truth.lobes)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give a lobe map to write"),
        (("--preview", "p.jpg"), "written as PNG"),
        (("-o", "same.png", "--preview", "same.png"), "two files"),
        (("--json", "--method", "magic"), "magic is not known"),
        (("--json", "--method", "from_file"), "from_file wants --lobes"),
        (("--json", "--method", "classical", "--lobes", "l.nrrd"), "--method is from_file"),
        (("--json", "--lobes", "l.nrrd", "--labels", "ours"), "ours is not known"),
        (("-o", "l.nrrd", "--lobes", "l.nrrd"), "would be overwritten"),
    ],
)
def test_wrong_usage_is_told(run: Run, chest: tuple[Path, ThoraxTruth], arguments: tuple[str, ...], told: str) -> None:
    """What does not go together is refused before the scan is read, status 2."""
    result = run("segment", chest[0], *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())


def test_a_name_that_cannot_hold_the_map_is_refused_early(run: Run, tmp_path: Path) -> None:
    """A name of no format, and an image file for uneven slices, are refused before lobes are sought."""
    sample = Path(__file__).resolve().parents[2] / "sample_scans" / "2000"
    for name, told in (("lobes.txt", "no format ends so"), ("lobes.nrrd", "unevenly spaced")):
        result = run("segment", sample, "-o", tmp_path / name)
        assert result.exit_code == 3
        assert told in " ".join(result.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_kept(run: Run, chest: tuple[Path, ThoraxTruth], tmp_path: Path) -> None:
    """Neither map nor picture overwrites a file without --force; with it both do."""
    for name, option in (("lobes.dcm", "-o"), ("p.png", "--preview")):
        path = tmp_path / name
        path.write_bytes(b"mine")
        refused = run("segment", chest[0], option, path)
        assert refused.exit_code == 3
        assert "is there already" in refused.stderr
        assert path.read_bytes() == b"mine"
        assert run("segment", chest[0], option, path, "--force").exit_code == 0
        assert path.read_bytes() != b"mine"


def test_a_head_has_no_lobes(run: Run, shared_data: Path, tmp_path: Path) -> None:
    """A scan of a head ends with one sentence and status 3, and nothing is written."""
    result = run("segment", shared_data / "dcm-qa-ct" / "In" / "GE", "-o", tmp_path / "lobes.dcm")
    assert result.exit_code == 3
    assert "no lungs were found" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_network_is_told(run: Run, chest: tuple[Path, ThoraxTruth], monkeypatch: pytest.MonkeyPatch) -> None:
    """A method whose package is not installed says how to install it, status 3."""
    monkeypatch.setitem(sys.modules, "lungmask", None)
    result = run("segment", chest[0], "--method", "lungmask", "--json")
    assert result.exit_code == 3
    assert "pip install kazerooni[lungmask]" in " ".join(result.stderr.split())


@pytest.fixture(scope="module")
def marks(chest: tuple[Path, ThoraxTruth], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a map of ground glass all over the left lung."""
    _, truth = chest
    alveolar = np.where(np.isin(truth.lobes, (Lobe.LUL, Lobe.LLL)), np.uint8(1), np.uint8(0))
    path = tmp_path_factory.mktemp("marks") / "alveolar.nrrd"
    write_map(FindingMap(Component.ALVEOLAR, alveolar, truth.scan.geometry), path)
    return path


def test_a_score_without_a_lobe_map_finds_the_lobes(
    run: Run, chest: tuple[Path, ThoraxTruth], marks: Path, tmp_path: Path
) -> None:
    """Without --lobes the lobes are found, that is said twice, and the fissures go into the reading."""
    result = run("score", chest[0], "--alveolar", marks, "--partial", "-o", tmp_path / "r.json")
    assert result.exit_code == 0, result.output
    assert "the lobes are found (classical)" in " ".join(result.stderr.split())
    assert "lobes-proposed" in result.stdout
    reading = read_reading(tmp_path / "r.json")
    assert reading.fissures is not None
    assert [f.name for f in reading.fissures.fissures] == list(FissureName)[:3]
    assert {p.origin for f in reading.fissures.fissures for p in f.points} == {PointOrigin.PRIOR}
    assert "lobes-proposed" in {notice.code for notice in reading.notices}
    rows = dict(
        reversed([line.split(maxsplit=1) for line in result.stdout.splitlines() if line[:3] in Lobe.__members__])
    )
    assert [rows[name].split()[2] for name in ("LUL", "LLL", "RUL")] == ["5", "5", "0"]


def test_states_of_lobes_go_into_the_reading(
    run: Run, chest: tuple[Path, ThoraxTruth], marks: Path, tmp_path: Path
) -> None:
    """A lobe that was taken out is absent, a collapsed one not assessable for collapse; neither is zero."""
    points = tmp_path / "points.json"
    document = {"schema_version": 1, "lobes": {"RML": "absent", "RUL": "collapsed", "LLL": "not_assessable"}}
    points.write_text(json.dumps(document), encoding="utf-8")
    result = run(
        "score", chest[0], "--alveolar", marks, "--points", points, "--partial", "-o", tmp_path / "r.json", "--json"
    )
    assert result.exit_code == 0, result.output
    reading = read_reading(tmp_path / "r.json")
    states = {(e.lobe.name, e.component.value): (e.state, e.reason) for e in reading.entries}
    assert states["RML", "alveolar"] == (State.ABSENT, "")
    assert states["RUL", "interstitial"] == (State.NOT_ASSESSABLE, "collapse")
    assert states["LLL", "alveolar"] == (State.NOT_ASSESSABLE, "")
    told = {lobe["lobe"]: lobe["alveolar"] for lobe in json.loads(result.stdout)["lobes"]}
    assert {name: told[name]["grade"] for name in ("RML", "RUL", "LLL")} == {"RML": None, "RUL": None, "LLL": None}
    assert told["LUL"]["grade"] == 5


def test_lobes_that_are_not_parted_are_not_graded(
    run: Run, chest: tuple[Path, ThoraxTruth], marks: Path, tmp_path: Path
) -> None:
    """Where nothing tells two lobes apart neither gets a grade, and the total is refused."""
    points = tmp_path / "points.json"
    document = {"schema_version": 1, "fissures": {"left_oblique": {"state": "not_assessable"}}}
    points.write_text(json.dumps(document), encoding="utf-8")
    result = run("score", chest[0], "--alveolar", marks, "--points", points, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    lobes = {lobe["lobe"]: lobe["alveolar"] for lobe in told["lobes"]}
    assert {name: lobes[name]["grade"] for name in ("LUL", "LLL", "RUL")} == {"LUL": None, "LLL": None, "RUL": 0}
    assert lobes["LLL"]["state"] == "not_assessable"
    assert told["totals"]["alveolar"] is None


def test_points_beside_a_lobe_map_correct_it(
    run: Run, chest: tuple[Path, ThoraxTruth], marks: Path, tmp_path: Path
) -> None:
    """A lobe map together with points is corrected by them, and its fissures are kept with the reading."""
    folder, truth = chest
    write_map(LobeMap(truth.lobes.copy(), truth.scan.geometry), tmp_path / "lobes.nrrd")
    result = run(
        "score", folder, "--lobes", tmp_path / "lobes.nrrd", "--alveolar", marks, "--partial",
        "--points", points_file(tmp_path, truth), "-o", tmp_path / "r.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "the lobes are found" not in result.stderr
    fissures = read_reading(tmp_path / "r.json").fissures
    assert fissures is not None
    assert sum(p.origin is PointOrigin.PLACED for f in fissures.fissures for p in f.points) == 36


def test_a_slip_in_the_points_is_told_before_the_scan_is_read(run: Run, tmp_path: Path, marks: Path) -> None:
    """A file of points that cannot be used is told at once, whatever the scan is."""
    (tmp_path / "points.json").write_text("[]", encoding="utf-8")
    for arguments in (
        ("segment", tmp_path / "nowhere", "--json", "--points", tmp_path / "points.json"),
        ("score", tmp_path / "nowhere", "--alveolar", marks, "--points", tmp_path / "points.json"),
    ):
        result = run(*arguments)
        assert result.exit_code == 3
        assert "points.json: the file is []" in " ".join(result.stderr.split())
