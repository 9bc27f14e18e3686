"""Score interstitial lung disease on HRCT by the Kazerooni score.

The everyday names, looked up when they are first asked for, so that `import kazerooni` costs nothing:

    import kazerooni as kz

    series = kz.find_series("folder")
    volume = kz.read_volume(series[0])
    lobes = kz.read_lobe_map("lobes.nrrd", volume)

For research and decision support; not a medical device.
"""

import importlib
from typing import TYPE_CHECKING, Any

from kazerooni.version import __version__

if TYPE_CHECKING:
    from kazerooni.dicom import Found, Series, find_series, read_volume
    from kazerooni.errors import KazerooniError
    from kazerooni.labels import (
        Author,
        read_finding_map,
        read_lobe_map,
        read_reading,
        read_typed_table,
        write_map,
        write_reading,
    )
    from kazerooni.model import (
        Component,
        Finding,
        FindingMap,
        Geometry,
        Lobe,
        LobeMap,
        Notice,
        Reading,
        Score,
        Timeline,
        Volume,
    )
    from kazerooni.scoring import find_scheme, score, timeline
    from kazerooni.workflow import measure

__all__ = [
    "Author",
    "Component",
    "Finding",
    "FindingMap",
    "Found",
    "Geometry",
    "KazerooniError",
    "Lobe",
    "LobeMap",
    "Notice",
    "Reading",
    "Score",
    "Series",
    "Timeline",
    "Volume",
    "__version__",
    "find_scheme",
    "find_series",
    "measure",
    "read_finding_map",
    "read_lobe_map",
    "read_reading",
    "read_typed_table",
    "read_volume",
    "score",
    "timeline",
    "write_map",
    "write_reading",
]

_HOMES = {
    "dicom": ("Found", "Series", "find_series", "read_volume"),
    "errors": ("KazerooniError",),
    "labels": (
        "Author",
        "read_finding_map",
        "read_lobe_map",
        "read_reading",
        "read_typed_table",
        "write_map",
        "write_reading",
    ),
    "model": (
        "Component",
        "Finding",
        "FindingMap",
        "Geometry",
        "Lobe",
        "LobeMap",
        "Notice",
        "Reading",
        "Score",
        "Timeline",
        "Volume",
    ),
    "scoring": ("find_scheme", "score", "timeline"),
    "workflow": ("measure",),
}
_HOME_OF = {name: f"kazerooni.{home}" for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
