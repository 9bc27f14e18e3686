"""An archive of some hundred series: scans, maps, readings, old scores, a score book, and broken ones among them.

What must become of each is written down while it is built. Folders and files are called like people.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset

from kazerooni import phantom
from kazerooni.dicom import find_series
from kazerooni.labels import read_finding_map, read_lobe_map, write_map
from kazerooni.model import Component
from tests.archive import broken
from tests.archive.broken import FAILING, Scan, edited
from tests.archive.fragile import CRASH, EAT, HANG
from tests.archive.kept_readings import Kept, write_book, write_lost_scores, write_old_scores, write_readings
from tests.archive.known import KNOWN, files_in, renewed, written

COPIES = 5
CHEST = Path("lung-pet-ct-dx", "Lung-PET-CT-Dx", "manifest-1675442780019", "Lung-PET-CT-Dx", "Lung_Dx-A0001")
_DOCTOR = "Roe^Jane"


@dataclass
class Hundred:
    """The archive, the score book beside it, and what must become of both.

    lost: how many old scores there are of what fails now.
    measured: the name of the known scan, by series UID. kept: readings of files and of the book that can be graded.
    old: old scores by kind. failing: how many tasks fail, by kind, cause and error. left: how many are left, by why.
    real: whether the public scans are in it.
    """

    root: Path
    book: Path
    measured: dict[str, str] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    in_book: list[Kept] = field(default_factory=list)
    old: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    failing: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    real: bool = False


def build(folder: Path, shared: Path | None) -> Hundred:
    """Build the archive. shared: the folder of public scans, None where it is not there."""
    made = Hundred(folder / "Doe^John", folder / "book.sqlite")
    made.root.mkdir()
    scans = {name: _scan(name, folder / "first" / name) for name in KNOWN}
    for place, (name, (uid, scan)) in enumerate(scans.items()):
        for copy in range(COPIES):
            number = 100 * place + copy
            _put(made.root / "scans" / name, number, {n: renewed(data, number) for n, data in scan.items()})
            made.measured[_renewed_uid(uid, number)] = name
    made.kept = write_readings(made.root / "kept")
    made.failing["reading", "error", "ReadingError"] = 1  # the alien one
    made.failing["reading", "error", "ReadingError"] += broken.write_broken_readings(made.kept, made.root / "bad")
    made.failing["score", "error", "ReadingError"] = 1  # among the junk
    made.old = write_old_scores(made.kept, made.root / "kept" / "old")
    made.in_book = write_book(made.book, made.kept)
    dying = _put_failing(made, scans["sequential"], scans["spiral"][1])
    made.lost = write_lost_scores(made.kept, made.root / "bad" / "old", readings=["R-X000", "R-X007"], series=dying)
    _put_left(made, scans["sequential"][1], scans["spiral"][1])
    _put_others(made.root / "others")
    sequential = scans["sequential"][1]
    broken.write_junk(sequential["pictures/IM0001.dcm"], sequential["maps/lobes.dcm"], made.root / "junk")
    if shared is not None:
        made.real = True
        _put_real(made.root, shared)
    return made


def _scan(name: str, folder: Path) -> tuple[str, Scan]:
    series = written(name, folder)
    return series.series_uid, dict(files_in(folder))


def _renewed_uid(uid: str, number: int) -> str:
    return renewed(uid.encode(), number).decode()


# --- Scans that are measured -----------------------------------------------------------------------------------------


def _put(folder: Path, number: int, scan: Scan) -> None:
    """Lay a scan down in one of five ways."""
    pictures, maps, disc = (_below(scan, part) for part in ("pictures/", "maps/", "disc/"))
    own = folder / f"{_DOCTOR} {number}"
    match number % 5:
        case 0:  # side by side
            _write(own, pictures | maps)
        case 1:  # the maps elsewhere, found by what they name
            _write(own, pictures)
            _write(folder.parent / "drawn" / str(number), maps)
        case 2:  # the pictures in a zip
            own.mkdir(parents=True)
            with zipfile.ZipFile(own / "Doe.zip", "w", zipfile.ZIP_DEFLATED) as packed:
                for name, data in pictures.items():
                    packed.writestr(f"disc/{name}", data)
            _write(own / "maps", maps)
        case 3:  # as on a patient's disc
            _write(own, disc)
            _write(own / "maps", maps)
        case 4:  # side by side, and the maps do not say of which series
            nameless = edited(lambda dataset: dataset.__delattr__("ReferencedSeriesSequence"))
            _write(own, pictures | {name: nameless(data) for name, data in maps.items()})


def _below(scan: Scan, folder: str) -> Scan:
    return {name.removeprefix(folder): data for name, data in scan.items() if name.startswith(folder)}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


# --- Scans that fail, and that are left ------------------------------------------------------------------------------


def _copies(scan: Scan, start: int) -> Iterator[Scan]:
    for number in range(start, start + 99):
        yield {name: renewed(data, number) for name, data in scan.items() if not name.startswith("disc")}


def _put_failing(made: Hundred, series: tuple[str, Scan], other: Scan) -> list[str]:
    """Put scans whose task fails; give the series of those that end their worker."""
    uid, scan = series
    copies, folder = _copies(scan, 2000), made.root / "failing"
    for name, (spoil, error) in FAILING.items():
        _write(folder / name, spoil(next(copies)))
        made.failing["maps", "error", error] += 1
    foreign = {name: renewed(data, 2100) for name, data in other.items()}
    _write(folder / "foreign lobes", broken.of_another_series(next(copies), foreign))
    made.failing["maps", "error", "LabelError"] += 1
    for name, cause in ((CRASH, "crash"), (HANG, "time"), (EAT, "memory")):
        _write(folder / name, next(copies))
        made.failing["maps", cause, "NA"] += 1
    count = len(FAILING) + 1
    return [_renewed_uid(uid, 2000 + number) for number in range(count, count + 3)]


def _put_left(made: Hundred, scan: Scan, other: Scan) -> None:
    """Put scans whose maps do not say what is to be measured."""
    copies, folder = _copies(scan, 3000), made.root / "left"
    without: Mapping[str, tuple[Sequence[str], str]] = {
        "no findings": (("maps/alveolar.dcm", "maps/interstitial.dcm"), "its maps hold lobes, and no findings"),
        "no lobes": (("maps/lobes.dcm",), "its maps hold no lobes"),
        "no pictures": (
            [name for name in scan if name.startswith("pictures")],
            "maps of it are here, its pictures are not",
        ),
    }
    for name, (missing, why) in without.items():
        for number in range(3):
            one = next(copies)
            _write(folder / f"{name} {number}", {n: data for n, data in one.items() if n not in missing})
            made.left[why] += 1
    one = next(copies)
    again = edited(lambda dataset: setattr(dataset, "SOPInstanceUID", dataset.SOPInstanceUID[:-2] + "11"))
    _write(folder / "twice", one | {"maps/more.dcm": again(one["maps/alveolar.dcm"])})
    made.left["2 maps of alveolar findings, and nothing says which counts; keep one"] += 1
    one = next(copies)
    _write(folder / "two patients", one)
    stranger = edited(lambda dataset: setattr(dataset, "PatientID", "STRANGER"))
    _write(folder / "two patients" / "b", {n: stranger(data) for n, data in one.items() if n.startswith("pictures")})
    made.left["series of several patients or studies carry its UID"] += 1


def _put_others(folder: Path) -> None:
    plan = phantom.spiral_ct(slices=4, rows=16, columns=16, pixel_spacing_mm=(20.0, 20.0), seed=9)
    datasets: Sequence[Dataset] = phantom.build_series(plan)
    for place, (name, series) in enumerate(broken.other_kinds(datasets).items()):
        phantom.write_series(series, folder / name / "0")
        for number in range(1, 6):
            files = {n: renewed(data, 7000 + 10 * place + number) for n, data in files_in(folder / name / "0")}
            _write(folder / name / str(number), files)
    phantom.write_dicomdir(datasets, folder / "disc")
    phantom.redirect_dicomdir(folder / "disc" / "DICOMDIR", "..\\..\\X")


def _put_real(root: Path, shared: Path) -> None:
    """Put all public scans there by a link, and the approximate maps of one chest as SEGs."""
    (root / "public").symlink_to(shared)
    (series,) = find_series(shared / CHEST)
    masks = shared / "masks" / "A0001"
    (root / "drawn real").mkdir()
    write_map(read_lobe_map(masks / "lobes.nrrd", series), root / "drawn real" / "lobes.dcm", series=series)
    for component in Component:
        found = read_finding_map(masks / f"{component}.nrrd", series, component)
        write_map(found, root / "drawn real" / f"{component}.dcm", series=series)
