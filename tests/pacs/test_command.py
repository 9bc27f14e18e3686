"""The commands of a PACS: a whole story, and what a person is told; no name, birth date or id unless asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread
from typer.testing import CliRunner, Result

from kazerooni.cli.app import app
from kazerooni.dicom import find_series as series_of_folder
from tests.pacs.conftest import MAPS, ROOT, VISIT
from tests.pacs.orthanc import Orthanc

Run = Callable[..., Result]
PRIVATE = ("SAMPLE-1", "Phantom", "Sample^", "19400229", "1940")
KNOWN = series_of_folder([VISIT])[0]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs `kazerooni` in this process."""

    def run(*arguments: str | Path, typed: str | None = None) -> Result:
        monkeypatch.setenv("COLUMNS", "130")
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)

    return run


@pytest.fixture
def profiles(pacs: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file of two profiles to the one server, named by KAZEROONI_PACS."""
    path = tmp_path / "pacs.toml"
    path.write_text(
        f'[clinic]\nurl = "{pacs.url}"\nuser = "reader"\n\n[archive]\nhost = "127.0.0.1"\n'
        f'port = {pacs.dicom_port}\nae_title = "ORTHANC"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("KAZEROONI_PACS", str(path))
    return path


@pytest.mark.parametrize("name", ["clinic", "archive"])
def test_a_visit_goes_the_whole_way(name: str, run: Run, profiles: Path, filled: Orthanc, tmp_path: Path) -> None:
    """A visit is found, pulled and scored; its segmentations are pushed, found, and come back as they were."""
    log = tmp_path / "log.txt"
    assert run("pacs", "echo", name, "--log", log).stderr.endswith(f"Profile {name}: the PACS answers.\n")

    found = run("pacs", "find", name, "--date", "1999-03", "--modality", "CT", "--json", "--log", log)
    (study,) = json.loads(found.stdout)["studies"]
    assert (study["patient"], study["study_uid"], study["study_date"]) == (KNOWN.patient, KNOWN.study_uid, "1999-03-02")
    assert (study["objects"], study["series"]) == (10, None)

    out = tmp_path / "scans"
    pulled = run("pacs", "pull", name, "--study", study["study_uid"], "--out", out, "--log", log)
    assert pulled.exit_code == 0
    assert "Pulled: 10 objects of 1 series." in pulled.stderr
    assert "Go on with: kazerooni inspect scans" in pulled.stderr

    maps = {role: MAPS / f"{role}.dcm" for role in ("lobes", "alveolar", "interstitial")}
    options = [word for role, file in maps.items() for word in (f"--{role}", file)]
    scored = run("score", out, *options, "--json")
    score = json.loads(scored.stdout)
    assert (score["totals"]["total"], score["patient"]) == (16, KNOWN.patient)  # as the truth of the sample scans

    pushed = run("pacs", "push", name, *maps.values(), "--log", log)
    assert pushed.exit_code == 0
    assert pushed.stderr.count("Sent: ") == 3
    again = run("pacs", "push", name, *maps.values(), "--json", "--log", log)
    assert [one["outcome"] for one in json.loads(again.stdout)["objects"]] == ["there"] * 3

    listed = run("pacs", "find", name, "--study", study["study_uid"], "--json", "--log", log)
    kinds = [series["modality"] for series in json.loads(listed.stdout)["studies"][0]["series"]]
    assert sorted(kinds) == ["CT", "SEG", "SEG", "SEG"]

    back = run(
        "pacs", "pull", name, "--study", study["study_uid"], "--out", out, "--all-series", "--json", "--log", log
    )
    assert json.loads(back.stdout) | {"profile": ""} == {
        "schema_version": 1, "profile": "", "series": 4, "fetched": 3, "there": 10, "lost": [],
    }  # fmt: skip
    copies = {item.SOPInstanceUID: item for item in map(dcmread, out.rglob("*.dcm"))}
    for file in maps.values():
        item = dcmread(file)
        assert copies[item.SOPInstanceUID] == item

    said = "".join(one.output for one in (found, pulled, pushed, again, listed, back)) + log.read_text("utf-8")
    names = " ".join(str(path.relative_to(tmp_path)) for path in out.rglob("*"))
    assert not [word for word in PRIVATE if word in said + names]


def test_the_lists_show_pseudonyms(run: Run, profiles: Path, filled: Orthanc) -> None:
    """The table shows date, pseudonym, kinds, counts and UIDs, of a study its series; no name, birth date or id."""
    done = run("pacs", "find", "clinic", "--study", KNOWN.study_uid)
    for word in ("1999-03-02", str(KNOWN.patient), "CT", "10", KNOWN.study_uid, KNOWN.series_uid, "HRCT 1 mm"):
        assert word in done.stdout
    assert not [word for word in PRIVATE if word in done.output]


@pytest.mark.parametrize("as_json", [False, True])
def test_identify_shows_whom_on_the_screen_only(
    run: Run, profiles: Path, filled: Orthanc, tmp_path: Path, *, as_json: bool
) -> None:
    """With --identify the id and the name are shown on standard output; the log has neither."""
    log = tmp_path / "log.txt"
    more = ["--json"] if as_json else []
    done = run("pacs", "find", "clinic", "--date", "1999", "--identify", "--log", log, *more)
    assert "SAMPLE-1" in done.stdout
    assert "Phantom^Sample" in done.stdout
    assert "1940" not in done.output
    assert not [word for word in PRIVATE if word in log.read_text("utf-8") + done.stderr]


@pytest.mark.parametrize("typed", ["SAMPLE-1", "SAMPLE-1\n", "\n  SAMPLE-1 \r\n"])
def test_a_patient_id_need_not_be_typed_as_an_argument(run: Run, profiles: Path, filled: Orthanc, typed: str) -> None:
    """The id comes through a pipe or from a file, so no history of a shell has it."""
    done = run("pacs", "find", "clinic", "--patient-from", "-", typed=typed)
    assert KNOWN.study_uid in done.stdout
    file = profiles.with_name("patient.txt")
    file.write_text(typed, encoding="utf-8")
    assert KNOWN.study_uid in run("pacs", "find", "clinic", "--patient-from", file).stdout


def test_a_patients_studies_are_pulled(run: Run, profiles: Path, pacs: Orthanc, tmp_path: Path) -> None:
    """All studies of a patient come, or those of some days; the answer names the pseudonym."""
    pacs.add(*(min((ROOT / "sample_scans" / year).glob("*.dcm")) for year in ("1999", "2000", "2009")))
    some = run("pacs", "pull", "clinic", "--patient", "SAMPLE-1", "--date", "..2000", "--out", tmp_path / "some")
    assert "Pulled: 2 objects of 2 series." in some.stderr
    everything = run("pacs", "pull", "archive", "--patient-from", "-", "--out", tmp_path / "all", typed="SAMPLE-1")
    assert "Pulled: 3 objects of 3 series." in everything.stderr
    assert f"Patient {KNOWN.patient}" in everything.stderr
    assert len([*(tmp_path / "all").iterdir()]) == 3


def test_one_series_is_pulled(run: Run, profiles: Path, filled: Orthanc, tmp_path: Path) -> None:
    """--series takes that one whatever it is; one that is not there is wrong usage."""
    filled.add(MAPS / "lobes.dcm")
    uid = dcmread(MAPS / "lobes.dcm").SeriesInstanceUID
    study = ("pacs", "pull", "clinic", "--study", KNOWN.study_uid, "--out", tmp_path / "out")
    assert "Pulled: 1 objects of 1 series." in run(*study, "--series", uid).stderr
    none = run(*study, "--series", "1.2.3")
    assert none.exit_code == 2
    assert "holds no series 1.2.3" in none.stderr


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("find", "ward", "--date", "2024"), 2, "no profile 'ward'; there: clinic, archive"),
        (("find", "clinic"), 3, "the whole archive"),
        (("find", "clinic", "--patient", "A", "--patient-from", "-"), 2, "give one of --patient and --patient-from"),
        (("find", "clinic", "--patient-from", "none.txt"), 2, "--patient-from: cannot be read"),
        (("find", "clinic", "--date", "May"), 2, "'May' is no day"),
        (("find", "clinic", "--date", "2024-02-30"), 2, "is no day"),
        (("find", "clinic", "--date", "2024..2023"), 2, "is no day"),
        (("find", "clinic", "--date", ".."), 2, "is no day"),
        (("pull", "clinic", "--out", "OUT"), 2, "give a study or a patient"),
        (("pull", "clinic", "--study", "1.2.3", "--out", "OUT"), 3, "nothing to pull: no study matches"),
        (("push", "clinic", "FILE"), 3, "pacs.toml: is no DICOM file"),
    ],
)
def test_wrong_words_are_told(run: Run, profiles: Path, words: tuple[str, ...], status: int, told: str) -> None:
    """What cannot be done is told in a sentence, with the status that other commands have for it."""
    out = profiles.with_name("out")
    here = {"OUT": str(out), "FILE": str(profiles)}
    done = run("pacs", *(here.get(word, word) for word in words))
    assert done.exit_code == status
    assert told in " ".join(done.stderr.replace("\N{BOX DRAWINGS LIGHT VERTICAL}", " ").split())
    assert not out.exists()


def test_two_ids_from_a_pipe_are_refused(run: Run, profiles: Path) -> None:
    """Of two lines none is taken, and none is shown."""
    done = run("pacs", "find", "clinic", "--patient-from", "-", typed="SAMPLE-1\nSAMPLE-2\n")
    assert done.exit_code == 2
    assert "one line with one patient id is wanted" in done.stderr
    assert "SAMPLE" not in done.output


def test_no_ct_is_told(run: Run, profiles: Path, pacs: Orthanc, tmp_path: Path) -> None:
    """A study without CT pictures is not pulled, and the way to pull it is told."""
    pacs.add(MAPS / "lobes.dcm")
    done = run("pacs", "pull", "clinic", "--study", KNOWN.study_uid, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "1 series, none of them CT; --all-series takes them" in done.stderr


def test_what_is_not_encrypted_is_said(run: Run, profiles: Path) -> None:
    """Each use of a profile without TLS says so."""
    assert "Profile clinic: not encrypted" in run("pacs", "echo", "clinic").stderr


def test_the_profiles_are_listed(run: Run, profiles: Path) -> None:
    """The list shows address and way of each, and under which names its password is looked for."""
    shown = run("pacs", "profiles").stdout
    for word in ("clinic", "DICOMweb", "archive", "DIMSE", "ORTHANC@127.0.0.1:", "KAZEROONI_PACS_PASSWORD_CLINIC"):
        assert word in shown
    listed = json.loads(run("pacs", "profiles", "--json").stdout)["profiles"]
    assert [one["name"] for one in listed] == ["clinic", "archive"]
    assert listed[0]["password"] == ["kazerooni-pacs-clinic", "KAZEROONI_PACS_PASSWORD_CLINIC"]
    assert listed[1]["password"] is None


def test_a_push_that_fails_in_part_ends_with_1(run: Run, profiles: Path, filled: Orthanc, tmp_path: Path) -> None:
    """Each object is told by its file, the failed one with the reason; the status is 1."""
    item = dcmread(MAPS / "alveolar.dcm")
    item.PatientID = "SOMEBODY-ELSE"
    item.save_as(tmp_path / "other.dcm")
    done = run("pacs", "push", "clinic", MAPS / "lobes.dcm", tmp_path / "other.dcm")
    assert done.exit_code == 1
    assert "Sent: lobes.dcm\nFailed: other.dcm: the server keeps study" in done.stderr
    assert not [word for word in (*PRIVATE, "SOMEBODY") if word in done.output]


def test_a_pull_with_a_loss_ends_with_1(run: Run, profiles: Path, filled: Orthanc, tmp_path: Path) -> None:
    """Where the server's own file of an object is damaged, the others come, and that one is named."""
    storage = filled.folder / "storage"
    kept = {one["MainDicomTags"]["SOPInstanceUID"]: one["ID"] for one in filled.rest("instances?expand").json()}
    uid, identifier = min(kept.items())
    attachment = filled.rest(f"instances/{identifier}/attachments/dicom/info").json()["Uuid"]
    file = storage / attachment[:2] / attachment[2:4] / attachment
    file.write_bytes(file.read_bytes()[:-5000])
    done = run("pacs", "pull", "clinic", "--study", KNOWN.study_uid, "--out", tmp_path / "out")
    assert done.exit_code == 1, done.stderr
    assert f"Not had: object {uid}" in done.stderr
    assert "Pulled: 9 objects of 1 series." in done.stderr
