"""The score book: readings and courses of patients, kept for ever; rows are appended, audited and sealed."""

from kazerooni.store.add import Added
from kazerooni.store.backup import Backup
from kazerooni.store.chain import Head
from kazerooni.store.open import backup_path, migrate_store, open_store
from kazerooni.store.place import STORE_VARIABLE, address_of
from kazerooni.store.read import Holding, SchemeScore, ScoreRow
from kazerooni.store.store import Store
from kazerooni.store.verify import Verified
from kazerooni.store.withdraw import Withdrawn

__all__ = [
    "STORE_VARIABLE",
    "Added",
    "Backup",
    "Head",
    "Holding",
    "SchemeScore",
    "ScoreRow",
    "Store",
    "Verified",
    "Withdrawn",
    "address_of",
    "backup_path",
    "migrate_store",
    "open_store",
]
