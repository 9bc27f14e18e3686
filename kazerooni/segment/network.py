"""Network: what adapters to neural networks of other packages share: what is missing, and what they gave back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.labels import CONVENTIONS
from kazerooni.model import OUTSIDE, Volume

Labels = NDArray[np.uint8]


def refuse_unproven(volume: Volume) -> None:
    """Refuse a scan whose values are not known to be HU.

    Raises SegmentError.
    """
    if not volume.is_hu_proven:
        raise SegmentError(
            "lungs cannot be found: the values of this scan are not known to be Hounsfield units (hu-unproven);"
            " give lobes from a file"
        )


def wanted_module(name: str, *, extra: str) -> Any:
    """Import a module of an optional package.

    Raises SegmentError, with the command that installs it.
    """
    try:
        return import_module(name)
    except ImportError:
        raise SegmentError(f"the method {extra} needs its package: pip install kazerooni[{extra}]") from None


def source_of(package: str) -> str:
    """Give the name and version of an installed package."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


@contextmanager
def calling(method: str) -> Iterator[None]:
    """Turn what goes wrong within a network into one sentence.

    Its weights, fetched at first use, are what is missing most often.

    Raises SegmentError.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise SegmentError(
            f"the method {method} did not find its weights ({why}): run it once on a machine that can fetch them, and "
            "keep them; or use --method classical"
        ) from None
    except (RuntimeError, ValueError, ImportError) as error:
        raise SegmentError(
            f"the method {method} failed within its own package ({type(error).__name__}); use --method classical"
        ) from error


def lobes_from(method: str, found: NDArray[Any], shape: tuple[int, ...]) -> Labels:
    """Give what a network found in our numbers; uint8 of the shape that is wanted.

    Raises SegmentError where it is of another shape or holds numbers that the package does not know.
    """
    convention = CONVENTIONS[method]
    if found.shape != shape:
        raise SegmentError(f"the method {method} gave labels of shape {found.shape}; {shape} is wanted")
    whole = found.astype(np.int64)
    known = {OUTSIDE, *convention.lobes, *convention.others}
    odd = sorted(set(np.unique(whole).tolist()) - known)
    if odd:
        raise SegmentError(f"the method {method} gave the label {odd[0]}, which it does not know as a lobe")
    table = np.zeros(int(max(known)) + 1, np.uint8)
    for number, lobe in convention.lobes.items():
        table[number] = lobe
    labels: Labels = table[whole]
    return labels
