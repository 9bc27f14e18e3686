"""Runs over the archive of some hundred series: the command in a process of its own, with workers that really die."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.archive.hundred import Hundred

ROOT = Path(__file__).resolve().parents[2]
SCHEME = "kazerooni-fibrosis"
TIME_LIMIT_S = 6
FAILED = 1
"""The exit status of a run in which something failed."""
# What differs from run to run by its nature: times and the machine; and the journal, which is no result.
_APART = {"run.json", "journal.sqlite"}


def command(archive: Hundred, out: Path, index: Path, *more: str) -> list[str]:
    """Give the command of a run. Limits are small, for the scans that hang and eat; nothing else comes near them."""
    words = ["rescore", str(archive.root), "--store", str(archive.book), "--scheme", SCHEME, "--out", str(out)]
    limits = ["--time-limit", str(TIME_LIMIT_S), "--memory-limit", "600", "--index", str(index), *more]
    return [sys.executable, "-m", "tests.archive.fragile", *words, *limits]


def run(archive: Hundred, out: Path, index: Path, *more: str) -> dict[str, Any]:
    """Run to the end; give run.json."""
    words = command(archive, out, index, *more)
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (FAILED, ""), ended.stderr
    return told(out)


def spared(out: Path, first: Path) -> int:
    """Take over from a whole run what became of the scans that hang and eat, which it waited for; give how many.

    out: a folder of a run that has ended for now, or is to begin.
    """
    journal = out / "journal.sqlite"
    is_new = not journal.exists()
    if is_new:
        out.mkdir()
        shutil.copy(first / "journal.sqlite", journal)
    with closing(sqlite3.connect(journal)) as database:
        database.execute("ATTACH ? AS whole", (str(first / "journal.sqlite"),))
        if is_new:
            database.execute("DELETE FROM main.ended")
        waited = "SELECT * FROM whole.ended WHERE cause IN ('time', 'memory')"
        count = database.execute(f"INSERT OR REPLACE INTO main.ended {waited}").rowcount
        database.commit()
    return count


def told(out: Path) -> dict[str, Any]:
    """Give run.json."""
    document: dict[str, Any] = json.loads((out / "run.json").read_text("utf-8"))
    return document


def rows(file: Path) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))


def digests(out: Path) -> dict[str, str]:
    """Give the SHA-256 of every file of a run, reports too, but for run.json and the journal."""
    files = {str(path.relative_to(out)): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if name.partition("-")[0] not in _APART
    }


def copied(index: Path, folder: Path) -> Path:
    """Copy an index, so that no two runs write the same one."""
    return Path(shutil.copy(index, folder / "index.sqlite"))
