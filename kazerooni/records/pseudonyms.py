"""Pseudonyms: how the patients of records are called, and how their ids become codes that say nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from kazerooni.identity import is_pseudonym, pseudonym
from kazerooni.tables import UnfitError


@dataclass(frozen=True, slots=True)
class Pseudonymise:
    """Makes pseudonyms as the reader of scans makes them: the same id and key give the same pseudonym, so visits link.

    key: of the user (`kazerooni.identity.user_key`, or `key_of_file`). issuer: of the ids, as the scans name it in
    IssuerOfPatientID; empty where they name none, as most do.
    """

    key: bytes = field(repr=False)
    issuer: str = ""

    def code_of(self, text: str) -> str:
        """Give the pseudonym of what a file calls a patient; one that was made so before is kept.

        Raises UnfitError where there is nothing.
        """
        if is_pseudonym(text):
            return text
        made = pseudonym(text.strip(), self.issuer, self.key)
        if made is None:
            raise UnfitError("the id of the patient is wanted")
        return made
