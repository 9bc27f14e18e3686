"""Push: results to a PACS, each once: what the server holds already is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import ObjectError, PacsError, PassingError
from kazerooni.pacs.find import check_uid, find_instances
from kazerooni.pacs.patience import Trial, patiently
from kazerooni.pacs.server import Server

# What is made of a reading (PS3.6, A): everything else came from a PACS, and does not go back changed.
RESULTS: Final = {
    "1.2.840.10008.5.1.4.1.1.66.4": "Segmentation",
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation",
    "1.2.840.10008.5.1.4.1.1.88.22": "Enhanced SR",
    "1.2.840.10008.5.1.4.1.1.88.33": "Comprehensive SR",
    "1.2.840.10008.5.1.4.1.1.88.34": "Comprehensive 3D SR",
    "1.2.840.10008.5.1.4.1.1.104.1": "Encapsulated PDF",
}
_UIDS: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")

Outcome = Literal["sent", "there", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """An object to be sent, and the name of its file."""

    name: str
    item: Dataset


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of an object. why: of one that failed."""

    name: str
    sop_uid: str
    outcome: Outcome
    why: str = ""


def read_results(paths: Sequence[Path]) -> tuple[Result, ...]:
    """Read the objects to be sent; one that is given twice is taken once.

    Raises PacsError where any file cannot be sent, with all of them; nothing is sent then.
    """
    results: dict[str, Result] = {}
    problems: list[str] = []
    with quiet_pydicom():
        for path in paths:
            try:
                result = _read(path)
                _check_same(results.setdefault(str(result.item.SOPInstanceUID), result), result)
            except PacsError as error:
                problems.append(str(error))
    if problems:
        raise PacsError("\n  ".join(["nothing was sent, as not everything can be:", *problems]))
    return tuple(results.values())


def _read(path: Path) -> Result:
    try:
        item = dcmread(path)
    except InvalidDicomError:
        raise PacsError(
            f"{path.name}: is no DICOM file; a segmentation, a structured report or a PDF in DICOM is wanted"
        ) from None
    except (OSError, ValueError, EOFError, AttributeError, KeyError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise PacsError(f"{path.name}: cannot be read ({why})") from None
    for name in _UIDS:
        if not item.get(name):
            raise PacsError(f"{path.name}: has no {name}")
        check_uid(str(item[name].value))
    if str(item.SOPClassUID) not in RESULTS:
        raise PacsError(
            f"{path.name}: is a {item.SOPClassUID.name}; only results are sent: {', '.join(RESULTS.values())}"
        )
    return Result(path.name, item)


def _check_same(first: Result, again: Result) -> None:
    if first.item != again.item:
        raise PacsError(f"{again.name}: has the UID of {first.name}, and is another object; give one of them")


def push(
    server: Server, results: Sequence[Result], *, tries: int, tell: Callable[[int, int], None] | None = None
) -> tuple[Pushed, ...]:
    """Send what the server does not hold yet; gives what became of each, in their order.

    Where the connection is lost for good, the rest fails with it. tell: is told how many are done, of how many.
    Raises PacsError where not even the first can be asked for.
    """
    done: list[Pushed] = []
    with quiet_pydicom():
        for result in results:
            uid = str(result.item.SOPInstanceUID)
            try:
                done.append(Pushed(result.name, uid, _send(server, result.item, tries)))
            except ObjectError as error:
                done.append(Pushed(result.name, uid, "failed", str(error)))
            except PacsError as error:
                if not done:
                    raise
                rest = results[len(done) :]
                return (*done, *(Pushed(one.name, str(one.item.SOPInstanceUID), "failed", str(error)) for one in rest))
            if tell is not None:
                tell(len(done), len(results))
    return tuple(done)


def _send(server: Server, item: Dataset, tries: int) -> Outcome:
    """Send one object. A send that broke may have arrived, so the server is asked before it is sent again."""
    if _is_held(server, item, tries):
        return "there"
    _check_patient(server, item, tries)
    trial = Trial(tries)
    while True:
        try:
            server.send(item)
        except PassingError as error:
            trial.again(error)
            if _is_held(server, item, tries):
                return "sent"
        else:
            return "sent"


def _is_held(server: Server, item: Dataset, tries: int) -> bool:
    study, series, uid = (str(item[name].value) for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"))
    return bool(find_instances(server, study, series, tries=tries, sop_uid=uid))


def _check_patient(server: Server, item: Dataset, tries: int) -> None:
    """Raise ObjectError where the server keeps the study of an object under another patient."""
    study = str(item.StudyInstanceUID)
    found = patiently(lambda: server.find("STUDY", {"StudyInstanceUID": study, "PatientID": ""}), tries)
    theirs = {str(one.get("PatientID", "") or "").strip() for one in found if one.get("StudyInstanceUID") == study}
    if theirs and str(item.get("PatientID", "") or "").strip() not in theirs:
        raise ObjectError(
            f"the server keeps study {study} under another patient id; make the object of the scan as this PACS has it"
        )
