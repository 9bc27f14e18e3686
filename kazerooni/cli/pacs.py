"""`kazerooni pacs`: find, pull and push. Profiles and their test stand here; the rest in modules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.pacs_find import find
from kazerooni.cli.pacs_options import Name, Profiles, profile_of
from kazerooni.cli.pacs_pull import pull_series
from kazerooni.cli.pacs_push import push_results
from kazerooni.cli.terminal import plain_table, print_json, say, show

if TYPE_CHECKING:
    from kazerooni.pacs import Profile

PROFILES_SCHEMA_VERSION = 1

pacs = typer.Typer(name="pacs", no_args_is_help=True, rich_markup_mode=None)


@pacs.callback()
def about() -> None:
    """Find, pull and push at a PACS, by DICOMweb or DIMSE.

    A profile says where it is; no password stands in it. Patients are shown as pseudonyms.

    \b
    Example:
      kazerooni pacs find clinic --date 2024-05
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace


@pacs.command("profiles")
def list_profiles(
    *, profiles: Profiles = None, as_json: Json = False, verbose: Verbose = False, log: Log = None
) -> None:
    """List the profiles, and where the password of each is looked for.

    \b
    Example:
      kazerooni pacs profiles
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.pacs import profiles_path, read_profiles

        listed = [_profile_json(profile) for profile in read_profiles(profiles_path(profiles)).values()]
        if as_json:
            print_json({"schema_version": PROFILES_SCHEMA_VERSION, "profiles": listed})
            return
        table = plain_table()
        for head in ("Profile", "Way", "Address", "TLS", "Password: keyring, or variable"):
            table.add_column(head, overflow="fold")
        for one in listed:
            places = one["password"] or ["-"]
            table.add_row(one["name"], one["way"], one["address"], "yes" if one["tls"] else "no", ", ".join(places))
        show(table)


class _Profile(TypedDict):
    name: str
    way: str
    address: str
    tls: bool
    password: list[str] | None


def _profile_json(profile: Profile) -> _Profile:
    """Give a profile as `profiles --json` prints it; password: where it is looked for, null where none is wanted."""
    from kazerooni.pacs import DimseProfile, WebProfile, keyring_service, password_variable

    way, address, password = "DIMSE", "", None
    if isinstance(profile, WebProfile):
        way, address = "DICOMweb", profile.url
        if profile.user is not None:
            password = [keyring_service(profile), password_variable(profile)]
    elif isinstance(profile, DimseProfile):
        address = f"{profile.ae_title}@{profile.host}:{profile.port}"
    return {"name": profile.name, "way": way, "address": address, "tls": profile.tls, "password": password}


@pacs.command()
def echo(name: Name, *, profiles: Profiles = None, verbose: Verbose = False, log: Log = None) -> None:
    """Test a profile: whether the PACS is there, and lets us in.

    \b
    Example:
      kazerooni pacs echo clinic
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.pacs import connected, patiently

        profile = profile_of(name, profiles)
        with connected(profile) as server:
            patiently(server.echo, profile.tries)
        say(f"Profile {profile.name}: the PACS answers.")


pacs.command("find")(find)
pacs.command("pull")(pull_series)
pacs.command("push")(push_results)
