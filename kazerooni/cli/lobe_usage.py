"""Lobe usage: how lobes are asked for, by the commands that find or read them."""

from __future__ import annotations

from pathlib import Path

import typer


def check_labels(labels: str | None) -> None:
    """Refuse a numbering that is not known.

    Raises typer.BadParameter.
    """
    from kazerooni.labels import CONVENTIONS

    if labels is not None and labels not in CONVENTIONS:
        raise typer.BadParameter(
            f"{labels} is not known; one of {', '.join(CONVENTIONS)} is wanted", param_hint="--labels"
        )


def check_method(method: str | None, *, lobes: Path | None) -> None:
    """Refuse a method that is not known, or one beside a lobe map.

    Raises typer.BadParameter.
    """
    if method is None:
        return
    from kazerooni.segment import method_names

    if method not in method_names():
        raise typer.BadParameter(f"{method} is not known; there are {', '.join(method_names())}", param_hint="--method")
    if (method == "from_file") != (lobes is not None):
        told = "a lobe map is given: --method is from_file, or not named" if lobes else "from_file wants --lobes"
        raise typer.BadParameter(told, param_hint="--method")
