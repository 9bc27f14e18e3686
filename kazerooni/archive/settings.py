"""Settings: what is asked of a run; those that its results depend on are kept with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kazerooni.version import __version__

TIME_LIMIT_S: Final = 1800.0
MEMORY_LIMIT_MB: Final = 8192
_SHOWN_OF_DIGEST: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked of a run.

    scheme, version: by which is graded. partial: sum over the lobes that are graded.
    draft: whether studies of which nothing is known are drafted.
    store: place of a score book whose readings are graded too (`kazerooni.store.open_store`), "" for none.
    formats: of the reports that are written of each score. out: the folder of results.
    """

    scheme: str
    version: int
    out: Path
    partial: bool = False
    draft: bool = False
    store: str = ""
    formats: tuple[str, ...] = ()

    def everywhere(self) -> Settings:
        """Give the same with whole paths, for workers that stand in other folders."""
        store = str(Path(self.store).resolve()) if self._is_file_store() else self.store
        return replace(self, out=self.out.resolve(), store=store)

    def places(self) -> tuple[str, ...]:
        """Give the paths that a worker must see: of results that it writes itself, and of a score book in a file."""
        results = (str(self.out),) if self.draft or self.formats else ()
        return (*results, *((self.store,) if self._is_file_store() else ()))

    def _store_known_as(self) -> str:
        """Give a digest of where the score book is, without a password; "" for none. Raises StoreError."""
        if not self.store:
            return ""
        from kazerooni.store import address_of  # noqa: PLC0415 - an archive without a book does not wait for it

        return hashlib.sha256(address_of(self.store).encode()).hexdigest()[:_SHOWN_OF_DIGEST]

    def _is_file_store(self) -> bool:
        return bool(self.store) and "://" not in self.store

    def kept(self) -> dict[str, Any]:
        """Give what results depend on: a run that is gone on with must ask for the same. It holds no path.

        Raises StoreError where the place of the score book is none.
        """
        return {
            "program": __version__,
            "scheme": self.scheme,
            "scheme version": self.version,
            "partial": self.partial,
            "draft": self.draft,
            "store": self._store_known_as(),
            "report formats": list(self.formats),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may take, else it is ended.

    seconds: by the clock. memory_mb: resident memory of its process, in 10**6 bytes; None: not watched.
    """

    seconds: float = TIME_LIMIT_S
    memory_mb: float | None = MEMORY_LIMIT_MB
