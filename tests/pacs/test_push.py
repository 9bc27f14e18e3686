"""Push: results reach the PACS once, whatever breaks on the way; pictures are not sent."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt

from kazerooni.errors import ObjectError, PacsError, PassingError
from kazerooni.pacs import Profile, Pushed, connected, push, read_results
from tests.pacs.conftest import MAPS, VISIT, dimse, port_of, profile_to
from tests.pacs.orthanc import Orthanc
from tests.pacs.proxy import Proxy, before

FILES = sorted(MAPS.glob("*.dcm"))


def pushed(profile: Profile, *files: Path) -> tuple[Pushed, ...]:
    """Push files."""
    with connected(profile) as server:
        return push(server, read_results(files), tries=profile.tries)


def outcomes(done: tuple[Pushed, ...]) -> list[str]:
    """Give what became of each."""
    return [one.outcome for one in done]


def test_results_arrive_as_they_are(filled: Orthanc, way: str) -> None:
    """Three segmentations are taken, and the server gives back every element of them."""
    told: list[tuple[int, int]] = []
    with connected(profile_to(port_of(filled, way), way)) as server:
        done = push(server, read_results(FILES), tries=1, tell=lambda count, total: told.append((count, total)))
    assert outcomes(done) == ["sent"] * 3
    assert [one.name for one in done] == [file.name for file in FILES]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert filled.count() == 13
    kept = {one["MainDicomTags"]["SOPInstanceUID"]: one["ID"] for one in filled.rest("instances?expand").json()}
    for item in map(dcmread, FILES):
        copy = filled.rest(f"instances/{kept[item.SOPInstanceUID]}/file").content
        assert dcmread(io.BytesIO(copy)) == item


def test_nothing_is_sent_twice(filled: Orthanc, way: str) -> None:
    """A second push of the same and one more sends that one; the bytes on the line show it."""
    with before(Proxy(port_of(filled, way))) as proxy:
        profile = profile_to(proxy.port, way)
        assert outcomes(pushed(profile, *FILES[:2])) == ["sent", "sent"]
        before_again = proxy.from_client
        assert outcomes(pushed(profile, *FILES[:2])) == ["there", "there"]
        assert proxy.from_client - before_again < FILES[1].stat().st_size
        assert outcomes(pushed(profile, *FILES, FILES[0])) == ["there", "there", "sent"]
    assert filled.count() == 13


def test_an_answer_that_is_lost_sends_nothing_again(filled: Orthanc, way: str) -> None:
    """Where the object arrives and the answer does not, the server is asked, and the object is not sent again."""
    with before(Proxy(port_of(filled, way), cut_answers=1)) as proxy:
        assert outcomes(pushed(profile_to(proxy.port, way), FILES[0])) == ["sent"]
        assert proxy.cut_answers == 0
        assert proxy.from_client < 2 * FILES[0].stat().st_size
        if way == "web":
            assert sum(line.startswith(b"POST") for line in proxy.requests) == 1
    assert filled.count() == 11


def test_what_failed_is_told_for_each_and_sent_the_next_time(filled: Orthanc, way: str) -> None:
    """Where the connection is gone for good the first is sent, the rest failed; the next push sends just the rest."""
    with before(Proxy(port_of(filled, way), big=10_000)) as proxy:
        profile = profile_to(proxy.port, way, tries=1)
        with connected(profile) as server:
            results = read_results(FILES)

            def break_it(count: int, _total: int) -> None:
                proxy.cuts = [0] * 50 if count == 1 else proxy.cuts

            done = push(server, results, tries=1, tell=break_it)
        assert outcomes(done) == ["sent", "failed", "failed"]
        assert all("the connection broke" in one.why or "conversation" in one.why for one in done[1:])
        proxy.cuts = []
        assert outcomes(pushed(profile, *FILES)) == ["there", "sent", "sent"]


def test_no_connection_at_all_is_an_error(filled: Orthanc, way: str) -> None:
    """Where not even the first object can be asked for, the push says why."""
    with (
        before(Proxy(port_of(filled, way), cuts=[0] * 50)) as proxy,
        pytest.raises(PassingError, match="tried 2 times"),
    ):
        pushed(profile_to(proxy.port, way, tries=2), *FILES)


def test_another_patients_study_is_not_added_to(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """An object whose study the server keeps under another patient id is not sent; neither id is told."""
    item = dcmread(FILES[0])
    item.PatientID = "SOMEBODY-ELSE"
    dcmwrite(tmp_path / "other.dcm", item)
    (done,) = pushed(profile_to(port_of(filled, way), way), tmp_path / "other.dcm")
    assert done.outcome == "failed"
    assert "under another patient id" in done.why
    assert "SAMPLE-1" not in done.why
    assert "SOMEBODY" not in done.why
    assert filled.count() == 10


def report(folder: Path, kind: str) -> Path:
    """Write a small structured report, or a PDF in DICOM, of the visit's study."""
    item = dcmread(FILES[0], stop_before_pixels=True)
    kept = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime")
    made = Dataset()
    for name in kept:
        setattr(made, name, item[name].value)
    made.SOPClassUID = {"pdf": "1.2.840.10008.5.1.4.1.1.104.1", "sr": "1.2.840.10008.5.1.4.1.1.88.33"}[kind]
    made.SOPInstanceUID, made.SeriesInstanceUID = generate_uid(), generate_uid()
    made.Modality = {"pdf": "DOC", "sr": "SR"}[kind]
    if kind == "pdf":
        made.MIMETypeOfEncapsulatedDocument, made.EncapsulatedDocument = "application/pdf", b"%PDF-1.7 of a test"
    else:
        made.ValueType, made.ContinuityOfContent, made.ContentSequence = "CONTAINER", "SEPARATE", []
    path = folder / f"{kind}.dcm"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dcmwrite(path, made, enforce_file_format=True)
    return path


@pytest.mark.parametrize("kind", ["pdf", "sr"])
def test_reports_are_sent(filled: Orthanc, way: str, tmp_path: Path, kind: str) -> None:
    """A PDF in DICOM and a structured report are taken once each, into the study of the visit."""
    path = report(tmp_path, kind)
    profile = profile_to(port_of(filled, way), way)
    assert outcomes(pushed(profile, path)) == ["sent"]
    assert outcomes(pushed(profile, path)) == ["there"]
    assert len(filled.rest("studies").json()) == 1
    assert filled.count() == 11


def test_a_server_that_knows_one_syntax_only_is_sent_that() -> None:
    """A server that takes implicit little endian only, as all must, gets every element of a deflated object."""
    item = dcmread(FILES[0])
    assert item.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    came: list[Dataset] = []

    def take(event: evt.Event) -> int:
        came.append(event.dataset)
        return 0x0000

    entity = AE("OLD")
    entity.add_supported_context(item.SOPClassUID, ImplicitVRLittleEndian)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, take)])
    assert server is not None
    try:
        with connected(dimse(server.server_address[1], ae_title="OLD")) as there:
            there.send(item)
            with pytest.raises(ObjectError, match="does not offer what was asked for"):
                there.echo()
    finally:
        server.shutdown()
    (copy,) = came
    assert {one.tag: one.value for one in copy} == {one.tag: one.value for one in item}


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (0xC000, ObjectError, "did not take it (status C000)"),
        (0xA700, PassingError, "out of resources (status A700"),
        (0x0124, ObjectError, "did not take it (status 0124)"),
    ],
)
def test_what_the_server_refuses_is_told(status: int, kind: type[PacsError], told: str) -> None:
    """The status by which a server refuses an object is told, and whether another try may help."""
    item = dcmread(FILES[0])
    entity = AE("FULL")
    entity.add_supported_context(item.SOPClassUID, item.file_meta.TransferSyntaxUID)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda _: status)])
    assert server is not None
    try:
        with (
            connected(dimse(server.server_address[1], ae_title="FULL")) as there,
            pytest.raises(kind, match=re.escape(told)) as caught,
        ):
            there.send(item)
    finally:
        server.shutdown()
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", ["picture", "text", "missing", "folder", "twin", "nameless"])
def test_only_results_are_sent(tmp_path: Path, name: str) -> None:
    """A picture, no DICOM, nothing, a folder, another object of the same UID, one without a UID: nothing is sent."""
    picture = next(VISIT.glob("*.dcm"))
    twin, nameless = dcmread(FILES[1]), dcmread(FILES[1])
    twin.SOPInstanceUID = dcmread(FILES[0]).SOPInstanceUID
    dcmwrite(tmp_path / "twin.dcm", twin)
    del nameless.SeriesInstanceUID
    dcmwrite(tmp_path / "nameless.dcm", nameless)
    (tmp_path / "notes.txt").write_text("notes")
    path, told = {
        "picture": (picture, "is a CT Image Storage; only results are sent: Segmentation"),
        "text": (tmp_path / "notes.txt", "is no DICOM file"),
        "missing": (tmp_path / "none.dcm", "No such file"),
        "folder": (tmp_path, "cannot be read"),
        "twin": (tmp_path / "twin.dcm", "has the UID of alveolar.dcm, and is another object"),
        "nameless": (tmp_path / "nameless.dcm", "has no SeriesInstanceUID"),
    }[name]
    with pytest.raises(PacsError, match="nothing was sent") as caught:
        read_results([FILES[0], path])
    assert f"{path.name}: " in str(caught.value)
    assert told in str(caught.value)
