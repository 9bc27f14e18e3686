"""Options that the commands of the score book share, and who writes."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from kazerooni.errors import StoreError

Where = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PLACE",
        help="The book: a file, or postgresql://USER@HOST/DATABASE; else KAZEROONI_STORE, or a file of the user's.",
        show_default=False,
    ),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who writes; the name of the login if not given.")]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", readable=False, help="The key of pseudonyms; the user's own if not given."),
]


def writer(by: str | None) -> str:
    """Give who writes: as said, or the name of the login. Raises StoreError where there is none."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise StoreError("nobody is logged in by a name; say who writes with --by") from None


def key_of(file: Path | None) -> bytes:
    """Give the key of a file, or the user's own."""
    from kazerooni.identity import key_of_file, user_key

    return user_key().key if file is None else key_of_file(file)
