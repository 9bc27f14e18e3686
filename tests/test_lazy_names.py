"""Packages that load what they hold when it is asked for: whatever was imported before, a name means the same."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import kazerooni

LAZY = [
    module.name
    for module in pkgutil.walk_packages(kazerooni.__path__, "kazerooni.")
    if module.ispkg and hasattr(import_module(module.name), "__getattr__")
]


def test_there_are_such_packages() -> None:
    """The packages that are looked at are those that load late."""
    assert {"kazerooni.archive", "kazerooni.labels", "kazerooni.segment", "kazerooni.workflow"} <= set(LAZY)


@pytest.mark.parametrize("name", ["kazerooni", *LAZY])
def test_no_module_hides_a_public_name(name: str) -> None:
    """Importing a module sets it in its package, so one that is called like a function would take its place."""
    package: ModuleType = import_module(name)
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    for public in modules.intersection(package.__all__):
        import_module(f"{name}.{public}")
        assert not isinstance(getattr(package, public), ModuleType), public
