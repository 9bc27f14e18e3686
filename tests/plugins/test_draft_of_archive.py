"""Drafts that `kazerooni rescore --draft` made are opened by the reading list, and gone on with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from kazerooni.archive import Settings
from kazerooni.archive import rescore as run
from kazerooni.dicom import find_series, read_volume
from kazerooni.labels import read_lobe_map
from kazerooni.model import Component, Lobe
from napari_kazerooni.draft import Draft, find_drafts, resume
from napari_kazerooni.listing import Progress
from napari_kazerooni.reading_folder import look_through

SAMPLE = Path(__file__).resolve().parents[2] / "sample_scans" / "1999"


def test_the_reading_list_opens_a_draft_of_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drafted scan is listed as a draft whoever reads; gone on with, it has the lobes of its SEG and no findings."""
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(tmp_path / "cache"))
    root, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(SAMPLE, root)
    summary = run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True))
    assert summary.counts["failed"] == 0
    (line,) = look_through(root, tmp_path / "signed", out / "drafts", reader="Reader A").lines
    assert line.progress is Progress.DRAFT
    (draft,) = find_drafts(out / "drafts")
    assert isinstance(draft, Draft)
    (series,) = find_series(root)
    session = resume(draft, read_volume(series))
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    assert np.array_equal(session.canvas.labels("lobes"), read_lobe_map(file, series).labels)
    assert not session.canvas.labels("alveolar").any()
    score = session.score()
    assert {lobe.component(component).grade for lobe in score.lobes for component in Component} == {None}
    session.say.nothing_found(Lobe.RUL)
    assert {lobe.lobe: lobe.alveolar.grade for lobe in session.score().lobes}[Lobe.RUL] == 0
