"""Agreement: readings of several readers, or repeated ones, gathered, graded and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath, digest_of, make_folder, write_all_whole
from kazerooni.labels import read_reading, read_typed_table
from kazerooni.model import Case, InputDigest, Reading
from kazerooni.report import AGREEMENT_TABLES, agreement_csv, bland_altman_plot
from kazerooni.scoring import Scheme, find_scheme
from kazerooni.scoring import score as grade
from kazerooni.stats import SEED, Agreement, agreement, agreement_json
from kazerooni.tables import dictionary_csv
from kazerooni.version import __version__
from kazerooni.workflow.readings import Failure

_TABLES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Readings from files: with the digests of the files, and which could not be read."""

    readings: tuple[Reading, ...]
    inputs: tuple[InputDigest, ...]
    failures: tuple[Failure, ...]


def gather_readings(paths: Iterable[StrPath], *, scheme: str = "kazerooni") -> Gathered:
    """Read kept readings, folders of them (with the folders inside) and tables of typed values.

    scheme: of the grades in tables that name none.

    A file that cannot be read is told and the others are taken. Raises SchemeError for an unknown scheme; ReadingError
    where a folder holds no reading.
    """
    chosen = find_scheme(scheme)
    readings: list[Reading] = []
    inputs: dict[InputDigest, None] = {}
    failures: list[Failure] = []
    for file in _files(map(Path, paths)):
        try:
            found, digest = _read(file, chosen)
        except ReadingError as error:
            failures.append(Failure(file.name, str(error)))
        else:
            readings.extend(found)
            inputs[digest] = None
    return Gathered(tuple(readings), tuple(inputs), tuple(failures))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(path.rglob("*.json"))
        if not inside:
            raise ReadingError(f"{path.name}: is a folder without a reading (.json); give one that holds some")
        yield from inside


def _read(file: Path, scheme: Scheme) -> tuple[Sequence[Reading], InputDigest]:
    is_table = file.suffix.lower() in _TABLES
    found = read_typed_table(file, scheme=scheme) if is_table else (read_reading(file),)
    try:
        digest = digest_of(file)
    except OSError as error:
        raise ReadingError(f"{file.name}: cannot be read ({error.strerror})") from None
    return found, InputDigest("table" if is_table else "reading", digest)


def agree(
    readings: Iterable[Reading], *, scheme: str = "kazerooni", seed: int = SEED
) -> tuple[Agreement, tuple[Failure, ...]]:
    """Grade readings under one scheme and tell how far their readers agree; each reading alone in its failure.

    seed: of the intervals over resampled patients.

    Raises SchemeError for an unknown scheme, ReadingError where nothing can be compared.
    """
    chosen = find_scheme(scheme)
    cases: list[Case] = []
    failures: list[Failure] = []
    for reading in readings:
        try:
            cases.append(Case(reading=reading, score=grade(reading, chosen)))
        except ReadingError as error:
            failures.append(Failure(reading.id, f"{reading.id}: {error}"))
    if not cases:
        why = f"; the first: {failures[0].why}" if failures else ""
        raise ReadingError(f"no reading that can be graded by {scheme}{why}; give kept readings or a table of them")
    return agreement(cases, seed=seed), tuple(failures)


def agreement_document(
    found: Agreement, *, inputs: Iterable[InputDigest] = (), failures: Iterable[Failure] = ()
) -> dict[str, object]:
    """Give the JSON document of `kazerooni agree --json`."""
    return agreement_json(found, program_version=__version__, inputs=inputs, failed=failures)


def write_agreement(found: Agreement, folder: StrPath, *, force: bool = False) -> tuple[Path, ...]:
    """Write the tables of an agreement with their dictionaries, and a Bland-Altman plot of each comparison's total.

    Gives the files. Raises OutputError where one cannot be written or is there already (unless `force`), or matplotlib
    is missing; nothing new is left then.
    """
    made: dict[str, bytes] = {}
    for name, columns in AGREEMENT_TABLES.items():
        made[f"{name}.csv"] = agreement_csv(found, name, program_version=__version__)
        made[f"{name}.dictionary.csv"] = dictionary_csv(columns)
    for number, one in enumerate(found.comparisons, 1):
        total = next(each for each in one.sums if each.what == "total")
        if total.pairs:
            for kind in ("png", "svg"):
                made[f"bland-altman-{number}.{kind}"] = bland_altman_plot(found, one, total, kind=kind)
    files = {Path(folder) / name: data for name, data in made.items()}
    make_folder(Path(folder))
    write_all_whole(files, force=force)
    return tuple(files)
