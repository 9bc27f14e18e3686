"""What a PACS holds: found by both ways, patients as pseudonyms, never more than was asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydicom import dcmread

from kazerooni.dicom import find_series as series_of_folder
from kazerooni.errors import PacsError
from kazerooni.identity import user_key
from kazerooni.pacs import FoundStudy, Query, connected, find_instances, find_series, find_studies
from tests.pacs.conftest import ROOT, VISIT, port_of, profile_to
from tests.pacs.orthanc import Orthanc


def studies(pacs: Orthanc, way: str, query: Query) -> list[FoundStudy]:
    """Find studies over a way."""
    with connected(profile_to(port_of(pacs, way), way)) as server:
        return find_studies(server, query, key=user_key().key, tries=1)


def test_the_server_answers(pacs: Orthanc, way: str) -> None:
    """An echo of a server that is there and lets us in raises nothing."""
    with connected(profile_to(port_of(pacs, way), way)) as server:
        server.echo()


def test_a_study_is_found_as_its_files_say(filled: Orthanc, way: str) -> None:
    """What the server tells is what the files say; the pseudonym is that which `inspect` gives the files."""
    known = series_of_folder([VISIT])[0]
    (found,) = studies(filled, way, Query(patient_id="SAMPLE-1"))
    assert (found.uid, found.patient, found.date) == (known.study_uid, known.patient, date(1999, 3, 2))
    assert (found.modalities, found.series, found.instances) == (("CT",), 1, 10)
    assert (found.patient_id, found.patient_name) == ("SAMPLE-1", "Phantom^Sample")
    assert "SAMPLE-1" not in repr(found)
    assert "Phantom" not in repr(found)


def test_series_and_objects_are_found(filled: Orthanc, way: str) -> None:
    """The series of a study, and the objects of a series with their kinds, are those of the files."""
    known = series_of_folder([VISIT])[0]
    with connected(profile_to(port_of(filled, way), way)) as server:
        (series,) = find_series(server, known.study_uid, tries=1)
        objects = find_instances(server, known.study_uid, known.series_uid, tries=1)
        one = find_instances(server, known.study_uid, known.series_uid, tries=1, sop_uid=objects[3].sop_uid)
        none = find_instances(server, known.study_uid, "1.2.3", tries=1)
    assert (series.uid, series.modality, series.instances) == (known.series_uid, "CT", 10)
    assert {one.sop_uid for one in objects} == {dcmread(file).SOPInstanceUID for file in VISIT.glob("*.dcm")}
    assert {one.sop_class for one in objects} == {"1.2.840.10008.5.1.4.1.1.2"}
    assert one == [objects[3]]
    assert none == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(first=date(1999, 3, 2), last=date(1999, 3, 2)), 1),
        (Query(first=date(1999, 3, 3)), 0),
        (Query(last=date(1999, 3, 2)), 1),
        (Query(first=date(1999, 1, 1), last=date(1999, 12, 31), modality="ct"), 1),
        (Query(first=date(1999, 1, 1), last=date(1999, 12, 31), modality="MR"), 0),
        (Query(patient_id="sample-1"), 0),
        (Query(patient_id="SAMPLE"), 0),
        (Query(study_uid="1.2.3"), 0),
    ],
)
def test_only_what_matches_is_found(filled: Orthanc, way: str, query: Query, count: int) -> None:
    """Days, kind, study and patient match exactly: Orthanc itself does not tell `sample-1` from `SAMPLE-1`."""
    assert len(studies(filled, way, query)) == count


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (Query(), "the whole archive"),
        (Query(modality="CT"), "the whole archive"),
        (Query(patient_id="*"), "match others"),
        (Query(patient_id="A?"), "match others"),
        (Query(patient_id="A\\B"), "match others"),
        (Query(patient_id=""), "1 to 64"),
        (Query(patient_id="P-D2QMAJ7BVI"), "pseudonym"),
        (Query(study_uid="../1"), "is no UID"),
    ],
)
def test_what_would_match_others_is_not_asked(filled: Orthanc, way: str, query: Query, told: str) -> None:
    """A query for everything, a wildcard, a pseudonym and a UID that is none are refused before the server is asked."""
    with pytest.raises(PacsError, match=told):
        studies(filled, way, query)


def test_studies_come_newest_first(pacs: Orthanc, way: str) -> None:
    """Of one patient the study of 2009 comes before that of 1999."""
    pacs.add(*(next((ROOT / "sample_scans" / year).glob("*.dcm")) for year in ("1999", "2009", "2000")))
    found = studies(pacs, way, Query(patient_id="SAMPLE-1"))
    assert [study.date.year for study in found if study.date] == [2009, 2000, 1999]


def test_more_than_a_page_is_found(pacs: Orthanc, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All objects of a series are listed where the server gives them page by page."""
    monkeypatch.setattr("kazerooni.pacs.web._PAGE", 3)
    pacs.add(*VISIT.glob("*.dcm"))
    known = series_of_folder([VISIT])[0]
    with connected(profile_to(port_of(pacs, way), way)) as server:
        assert len(find_instances(server, known.study_uid, known.series_uid, tries=1)) == 10
