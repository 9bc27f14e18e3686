"""Web: a PACS over DICOMweb: QIDO-RS finds, WADO-RS fetches, STOW-RS sends (DICOM PS3.18)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import requests
from dicomweb_client import DICOMwebClient
from pydicom import dcmwrite
from pydicom.dataset import Dataset

from kazerooni.errors import ObjectError, PacsError, PassingError
from kazerooni.pacs.password import password_of
from kazerooni.pacs.profile import WebProfile
from kazerooni.pacs.server import Instance, Level, Receiver
from kazerooni.pacs.tls import tls_context
from kazerooni.pacs.web_errors import told

_PAGE: Final = 500
_UID_OF: Final[Mapping[Level, str]] = {
    "STUDY": "StudyInstanceUID",
    "SERIES": "SeriesInstanceUID",
    "IMAGE": "SOPInstanceUID",
}
_DEPTH: Final[Mapping[Level, int]] = {"STUDY": 0, "SERIES": 1, "IMAGE": 2}
_SIZED: Final = frozenset({"content-length", "transfer-encoding"})
_AS_STORED: Final = (("application/dicom", "*"),)  # in the transfer syntax that the server keeps


class WebServer:
    """A PACS that speaks DICOMweb; one connection, which stays open."""

    at_once = 16

    def __init__(self, profile: WebProfile) -> None:
        self._profile = profile
        self._session = requests.Session()
        # Neither a proxy nor a .netrc of the environment has a say in where patients' data go.
        self._session.trust_env = False
        self._session.verify = True if profile.ca is None else str(profile.ca)
        if profile.tls:
            tls_context(profile)  # tells what is wrong with its files; requests would not
        if profile.certificate is not None:
            own = str(profile.certificate)
            self._session.cert = own if profile.key is None else (own, str(profile.key))
        if profile.user is not None:
            self._session.auth = (profile.user, password_of(profile))
        self._client = DICOMwebClient(
            profile.url,
            session=self._session,
            headers={"Accept": "application/dicom+json"},
            callback=self._check_answer,
            timeout=profile.timeout_s,
        )
        self._client.set_http_retry_params(retry=False)  # `patience` does, and keeps to Retry-After

    def _check_answer(self, response: requests.Response, *_: Any, **__: Any) -> requests.Response:
        """Refuse a redirect, and an answer that broke off amid its head, which Python takes for an empty one."""
        if response.is_redirect:
            response.close()
            raise PacsError(
                f"profile {self._profile.name}: the server sends us to another address ({response.status_code}), and "
                "patients' data do not follow; give the right url in the profile"
            )
        if response.status_code == requests.codes.ok and not _SIZED & {*map(str.lower, response.headers)}:
            with told(self._profile, "an answer"):
                if not response.content:
                    raise PassingError(f"profile {self._profile.name}: the connection broke (an answer)")
        return response

    def echo(self) -> None:
        """Ask for one study, which tells that the service is there and lets us in."""
        with told(self._profile, "a test"):
            self._client.search_for_studies(limit=1, fields=["StudyInstanceUID"])

    def find(self, level: Level, keys: Mapping[str, str]) -> list[Dataset]:
        """Ask page by page, until one brings nothing new: servers cap their pages as they like."""
        found: dict[str, Dataset] = {}
        while True:
            with told(self._profile, "a search"):
                page = [Dataset.from_json(item) for item in self._page(level, keys, len(found))]
                new = {str(item[_UID_OF[level]].value): item for item in page}
            before = len(found)
            found = {**new, **found}
            if len(found) == before:
                return list(found.values())

    def _page(self, level: Level, keys: Mapping[str, str], offset: int) -> list[dict[str, Any]]:
        above = ("StudyInstanceUID", "SeriesInstanceUID")[: _DEPTH[level]]
        uids = [keys[key] for key in above]
        searches: dict[Level, Callable[..., list[dict[str, Any]]]] = {
            "STUDY": self._client.search_for_studies,
            "SERIES": self._client.search_for_series,
            "IMAGE": self._client.search_for_instances,
        }
        try:
            return searches[level](
                *uids,
                search_filters={key: value for key, value in keys.items() if value and key not in above},
                fields=[key for key, value in keys.items() if not value],
                limit=_PAGE,
                offset=offset,
            )
        except requests.exceptions.HTTPError as error:
            if uids and error.response is not None and error.response.status_code == requests.codes.not_found:
                return []  # a study or series that the server does not hold has no parts
            raise

    def fetch(self, wanted: Sequence[Instance], receiver: Receiver, *, whole_series: bool) -> None:  # noqa: ARG002 - one by one is as quick
        """Fetch one by one, each as the server keeps it."""
        for one in wanted:
            try:
                receiver.keep(one, self._bytes(one))
            except ObjectError as error:
                receiver.lose(one, str(error))

    def _bytes(self, one: Instance) -> bytes:
        with told(self._profile, "an object"):
            data = io.BytesIO()
            got = self._client.retrieve_instance(one.study_uid, one.series_uid, one.sop_uid, media_types=_AS_STORED)
            dcmwrite(data, got)
            return data.getvalue()

    def send(self, item: Dataset) -> None:
        """Send one object. Raises ObjectError where the server says that it did not take it."""
        with told(self._profile, "sending"):
            answer = self._client.store_instances([item])
        failed = answer.get("FailedSOPSequence")
        if failed:
            reason = failed[0].get("FailureReason")
            code = "without a reason" if reason is None else f"reason {int(reason):04X}"
            raise ObjectError(f"profile {self._profile.name}: the server did not take it ({code})")

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def interrupt(self) -> None:
        """Let go of the connection when it is free: one that waits for its server ends with the program."""
        self._session.close()
