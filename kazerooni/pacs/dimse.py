"""DIMSE: a PACS over the DICOM network: C-ECHO tests, C-FIND finds, C-GET fetches, C-STORE sends (PS3.4, PS3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import _config, build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    CTImageStorage,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    Verification,
)

from kazerooni.errors import KazerooniError, ObjectError, PacsError, PassingError
from kazerooni.pacs.association import Associations
from kazerooni.pacs.patience import StoppedError
from kazerooni.pacs.profile import DimseProfile
from kazerooni.pacs.server import Instance, Level, Receiver

# Identifiers hold patient ids and names.
_config.LOG_REQUEST_IDENTIFIERS = False
_config.LOG_RESPONSE_IDENTIFIERS = False

# The syntaxes that `kazerooni.dicom` reads, those first that most archives keep. A context for each, so that a server
# need not decode what it keeps.
_SYNTAXES: Final = (
    "1.2.840.10008.1.2.1",  # explicit little endian
    "1.2.840.10008.1.2",  # implicit little endian
    "1.2.840.10008.1.2.4.70",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.4.57",  # JPEG lossless
    "1.2.840.10008.1.2.4.81",  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.4.201",  # HTJ2K lossless
    "1.2.840.10008.1.2.1.99",  # deflated
    "1.2.840.10008.1.2.2",  # explicit big endian
)
_MOST_CONTEXTS: Final = 127  # of 128 (PS3.8, 9.3.2.2), one for C-GET
_CT: Final = (CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage)
_FIND: Final = StudyRootQueryRetrieveInformationModelFind
_GET: Final = StudyRootQueryRetrieveInformationModelGet
_LIST: Final = 64  # so many UIDs in one request
_PENDING: Final = (0xFF00, 0xFF01)
_OUT_OF_RESOURCES: Final = (0xA700, 0xA701, 0xA702)
_NOT_AUTHORISED: Final = 0x0124


class DimseServer:
    """A PACS that speaks DIMSE; an association for each call."""

    at_once = 100_000  # a series in one association

    def __init__(self, profile: DimseProfile) -> None:
        self._profile = profile
        self._associations = Associations(profile)

    def echo(self) -> None:
        """Ask for an echo."""
        with self._associations.open([build_context(Verification)]) as association:
            self._check(association.send_c_echo(), "an echo")

    def find(self, level: Level, keys: Mapping[str, str]) -> list[Dataset]:
        """Ask for what matches."""
        asked = _identifier(level, keys)
        found: list[Dataset] = []
        with self._associations.open([build_context(_FIND)]) as association:
            for status, answer in association.send_c_find(asked, _FIND):
                if answer is not None and status.get("Status") in _PENDING:
                    found.append(answer)
                else:
                    self._check(status, "a search")
        return found

    def fetch(self, wanted: Sequence[Instance], receiver: Receiver, *, whole_series: bool) -> None:
        """Fetch a series by one request, or parts of it one by one."""
        taker = _Taker(wanted, receiver)
        contexts, roles = _contexts_to_take({one.sop_class for one in wanted})
        handlers = [(evt.EVT_C_STORE, taker.take)]
        with self._associations.open([build_context(_GET), *contexts], handlers, roles) as association:
            if whole_series:
                self._get(association, _identifier("SERIES", _series_of(wanted[0])), taker)
            else:
                for first in range(0, len(wanted), _LIST):
                    self._get(association, _images(wanted[first : first + _LIST]), taker)
            for one in taker.missing():  # some servers take no lists of UIDs
                said = self._get(association, _images([one]), taker)
                if one in taker.missing():
                    receiver.lose(one, f"profile {self._profile.name}: the server did not send it ({said})")

    def _get(self, association: Association, asked: Dataset, taker: _Taker) -> str:
        """Ask for objects; gives in words what the server said at the end."""
        if not association.is_established:
            self._check(Dataset(), "objects")
        said = "it says nothing"
        for status, _ in association.send_c_get(asked, _GET):
            if taker.error is not None:
                association.abort()
                raise taker.error
            code = status.get("Status")
            if code in _PENDING:
                continue
            if code is None or code in (*_OUT_OF_RESOURCES, _NOT_AUTHORISED):
                self._check(status, "objects")
            said = f"status {code:04X}"
        return said

    def send(self, item: Dataset) -> None:
        """Send one object. Raises ObjectError where the server says that it did not take it."""
        syntax = item.file_meta.TransferSyntaxUID
        # What is not compressed may go in the syntax that every server knows (PS3.5, 10.1).
        syntaxes = (syntax,) if syntax.is_compressed else dict.fromkeys((syntax, ImplicitVRLittleEndian))
        contexts = [build_context(item.SOPClassUID, one) for one in syntaxes]
        with self._associations.open(contexts) as association:
            status = association.send_c_store(item)
        code = status.get("Status")
        if code is None or code in _OUT_OF_RESOURCES:
            self._check(status, "sending")
        elif code & 0xF000 != 0xB000 and code != 0:  # B... warns that it was changed on the way in
            raise ObjectError(f"profile {self._profile.name}: the server did not take it (status {code:04X})")

    def close(self) -> None:
        """End what is open."""
        self._associations.close()

    def interrupt(self) -> None:
        """Break what is open, from another thread."""
        self._associations.interrupt()

    def _check(self, status: Dataset, what: str) -> None:
        """Raise what a status other than success means; an empty one: the connection broke, or time was up."""
        where, code = f"profile {self._profile.name}", status.get("Status")
        if code is None:
            raise PassingError(
                f"{where}: the connection broke, or no answer came within {self._profile.timeout_s:g} s ({what})"
            )
        if code in _OUT_OF_RESOURCES:
            raise PassingError(f"{where}: the server is out of resources (status {code:04X}, {what})")
        if code == _NOT_AUTHORISED:
            raise PacsError(
                f"{where}: the server does not let us do that (status 0124, {what}); see what it allows "
                f"{self._profile.own_ae_title}, the AE title that it knows us by"
            )
        if code != 0:
            raise PacsError(f"{where}: the server answers with status {code:04X} ({what}); its own log may say why")


class _Taker:
    """Takes what a C-GET sends back, in the association's own thread, and keeps what goes wrong there."""

    def __init__(self, wanted: Sequence[Instance], receiver: Receiver) -> None:
        self._wanted = {one.sop_uid: one for one in wanted}
        self._receiver = receiver
        self._taken: set[str] = set()
        self.error: BaseException | None = None

    def take(self, event: evt.Event) -> int:
        """Keep an object; gives the status that is answered."""
        one = self._wanted.get(str(getattr(event.request, "AffectedSOPInstanceUID", "")))
        if self.error is not None:
            return 0xA700
        if one is None:  # what the series has got since it was asked
            return 0x0000
        try:
            self._receiver.keep(one, event.encoded_dataset())
        except ObjectError as error:
            self._receiver.lose(one, str(error))
        except (KazerooniError, StoppedError) as error:
            self.error = error
            return 0xA700
        self._taken.add(one.sop_uid)
        return 0x0000

    def missing(self) -> list[Instance]:
        """Give what did not come yet."""
        return [one for one in self._wanted.values() if one.sop_uid not in self._taken]


def _identifier(level: Level, keys: Mapping[str, str | list[str]]) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = level
    if not all("".join(value).isascii() for value in keys.values()):
        asked.SpecificCharacterSet = "ISO_IR 192"
    for key, value in keys.items():
        setattr(asked, key, value)
    return asked


def _series_of(one: Instance) -> dict[str, str | list[str]]:
    return {"StudyInstanceUID": one.study_uid, "SeriesInstanceUID": one.series_uid}


def _images(wanted: Sequence[Instance]) -> Dataset:
    """Give the identifier of a C-GET for some objects of a series."""
    return _identifier("IMAGE", {**_series_of(wanted[0]), "SOPInstanceUID": [one.sop_uid for one in wanted]})


def _contexts_to_take(classes: set[str]) -> tuple[list[PresentationContext], list[object]]:
    """Give contexts and roles to take objects of these classes, of CT where the server did not tell them."""
    known = sorted(classes - {""}) or list(_CT)
    syntaxes = _SYNTAXES[: max(1, _MOST_CONTEXTS // len(known))]
    contexts = [build_context(uid, syntax) for uid in known[:_MOST_CONTEXTS] for syntax in syntaxes]
    return contexts, [build_role(uid, scp_role=True) for uid in known[:_MOST_CONTEXTS]]
