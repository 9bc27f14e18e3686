"""dcm2niix: the converter, a program of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.result import Scan

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, so that no disk is in the measured time
_INT16 = 4  # NIfTI's number of the type


class Converted:
    """A NIfTI file that was written (nifti1.h); removed with its folder when it is let go."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __del__(self) -> None:
        shutil.rmtree(self._path.parent, ignore_errors=True)

    def scan(self) -> Scan:
        """Read it (not measured). Rows run from back to front there."""
        header = self._path.read_bytes()[:352]
        columns, rows, slices = np.frombuffer(header, "<i2", 8, 40)[1:4].tolist()
        spacing = np.frombuffer(header, "<f4", 8, 76)[1:4].tolist()
        kind, slope, intercept = *np.frombuffer(header, "<i2", 1, 70), *np.frombuffer(header, "<f4", 2, 112)
        if kind != _INT16 or slope not in (0, 1):
            raise ValueError(f"NIfTI of type {kind}, slope {slope}; int16 and 1 are wanted")
        values = np.fromfile(self._path, "<i2", offset=352).reshape(slices, rows, columns) + np.int16(intercept)
        return Scan(values[:, ::-1], spacing[::-1])


def read(folder: str) -> Converted:
    """Convert to an uncompressed NIfTI file."""
    target = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
    written = Converted(target / "scan.nii")
    command = [_program(), "-b", "n", "-z", "n", "-f", "scan", "-o", str(target), folder]
    subprocess.run(command, check=True, capture_output=True)
    return written


def _program() -> str:
    """Find the program, first where pip puts it. Raises ImportError where it is not installed."""
    if program := shutil.which("dcm2niix", path=str(Path(sys.executable).parent)) or shutil.which("dcm2niix"):
        return program
    raise ImportError("dcm2niix is not installed")
