"""`kazerooni store`: the score book. Here its care; what goes in and out stands in `store_files`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, WRONG_USAGE, edge
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.store_contents import list_patients, score_book
from kazerooni.cli.store_files import export_book, import_records
from kazerooni.cli.store_options import By, Where, writer
from kazerooni.cli.terminal import print_json, say
from kazerooni.errors import StoreError

if TYPE_CHECKING:
    from kazerooni.store import Head

AUDIT_SCHEMA_VERSION = 1

store = typer.Typer(name="store", no_args_is_help=True, rich_markup_mode=None)


@store.callback()
def about() -> None:
    """Keep readings and courses of patients in a score book, for ever.

    Rows are appended, never changed; every write stands in an audit that can be verified.

    \b
    Example:
      kazerooni store init
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace


@store.command()
def init(*, where: Where = None, by: By = None, verbose: Verbose = False, log: Log = None) -> None:
    """Make an empty score book; one that is there is never overwritten.

    \b
    Example:
      kazerooni store init --store book.sqlite
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.store import open_store

        with open_store(where, create=True, who=writer(by)) as book:
            say(f"Made: {book.name}. Head of its audit: {book.head()}")


@store.command()
def audit(
    *,
    where: Where = None,
    expect: Annotated[
        str | None, typer.Option(metavar="HEAD", help="A head that was printed before, as COUNT:SHA256.")
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Verify the whole book: every row against its line of the audit, every line against the one before.

    Ends with status 1 where something does not hold, and names the first that does not. With --expect, a tail that was
    cut off and a chain that was written anew are found as well: keep the heads that exports and backups print.

    \b
    Example:
      kazerooni store audit --expect 1041:8c0f...
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.store import open_store

        expected = _head(expect)
        with open_store(where) as book:
            found = book.verify(expected)
        if as_json:
            print_json(
                {
                    "schema_version": AUDIT_SCHEMA_VERSION,
                    "whole": found.is_whole,
                    "broken": found.broken,
                    "head": {"count": found.head.count, "sha256": found.head.sha256},
                    "rows": found.rows,
                    "withdrawn": {"patients": found.withdrawn_patients, "rows": found.withdrawn_rows},
                }
            )
        elif found.is_whole:
            say(f"The book is whole: {found.rows} rows, each as it was written.")
            if found.withdrawn_patients:
                say(f"Withdrawn patients: {found.withdrawn_patients}, with {found.withdrawn_rows} of these rows.")
            say(f"Head: {found.head}")
        else:
            say(f"The book is broken: {found.broken}.")
        if not found.is_whole:
            raise typer.Exit(CASE_FAILED)


def _head(text: str | None) -> Head | None:
    from kazerooni.store import Head

    try:
        return None if text is None else Head.parse(text)
    except StoreError as error:
        raise typer.BadParameter(str(error), param_hint="--expect") from None


@store.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="Where the copy goes.")],
    *,
    where: Where = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Copy the book into a file, whole or not at all, and verify the copy; others may go on writing.

    The copy is a book: --store opens it. A book on a server is copied into a file, too.

    \b
    Example:
      kazerooni store backup book-2026-05-01.sqlite
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.store import open_store

        with open_store(where) as book:
            made = book.backup(file, force=force)
        say(f"Written and verified: {file.name}, {made.verified.rows} rows. Head: {made.head}")


@store.command()
def migrate(
    *,
    where: Where = None,
    copy: Annotated[
        Path | None,
        typer.Option(
            "--backup", metavar="FILE", readable=False, help="Where the book of before goes; beside it if not given."
        ),
    ] = None,
    has_backup: Annotated[
        bool, typer.Option("--no-backup", help="Make none, as there is one; needed for a book on a server.")
    ] = False,
    by: By = None,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Bring a book of an older program to the newest version, after a backup, in one transaction.

    A server's own backup (pg_dump) is made by hand first; --no-backup says that it was.

    \b
    Example:
      kazerooni store migrate
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.store import backup_path, migrate_store

        target = None if has_backup else copy or backup_path(where)
        before, after = migrate_store(where, backup=target, who=writer(by))
        if before == after:
            say(f"The book is of the newest version, {after}; nothing was done.")
            return
        kept = "" if target is None else f" The book of before: {target.name}."
        say(f"The book was brought from version {before} to {after}.{kept}")


@store.command()
def withdraw(
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The pseudonym.")],
    *,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason; stays for ever and must not name the patient.")],
    where: Where = None,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask; this cannot be undone.")] = False,
    by: By = None,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Empty all rows of a patient for ever, as the law may ask for; this cannot be undone.

    The rows stay as tombstones, so that the audit still verifies, and the key that sealed them is destroyed. Backups
    and exports of before still hold the patient: destroy them, too.

    \b
    Example:
      kazerooni store withdraw P-3KXQ7M2ZB4 --why "consent was withdrawn"
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.store import open_store

        with open_store(where) as book:
            if not (is_sure or _is_confirmed()):
                say("Nothing was withdrawn. --yes says that it is meant.")
                raise typer.Exit(WRONG_USAGE)
            done = book.withdraw(patient, who=writer(by), why=why, when=datetime.now(UTC))
        say(f"Withdrawn: {done.rows} rows are tombstones now. Head: {done.head}")
        if not done.is_erased:
            say(
                "Another program is using the book, so its log still holds what was withdrawn; it is gone when all "
                "programs that use the book have ended."
            )
        say("Backups and exports that were made before still hold the patient: destroy them.")


def _is_confirmed() -> bool:
    try:
        return typer.confirm("All that the book holds of this patient will be gone for ever. Go on?", err=True)
    except typer.Abort:  # nobody is there to answer
        return False


store.command("import")(import_records)
store.command("score")(score_book)
store.command("list")(list_patients)
store.command("export")(export_book)
