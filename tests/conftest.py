"""Fixtures and settings that every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Pseudonyms are the same on every run, and the user's own key stays out of them: said here, before a test module that
# looks for scans as it is imported.
os.environ["KAZEROONI_KEY"] = "the key of the tests"

# The same examples on every run, and no deadline: the machines that run the tests are shared and of uneven speed.
settings.register_profile(
    "kazerooni",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kazerooni")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real public scans that lies beside the checkout, or skip where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real public scans are not there: ../shared/data")
    return folder


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Give a function that finds a program of the system: skips where it is missing, fails with CI=true."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing = f"{name} is not installed: run 'make system'"
            if os.environ.get("CI") == "true":
                pytest.fail(missing)
            pytest.skip(missing)
        return path

    return find


@pytest.fixture(scope="session", autouse=True)
def _own_configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's own configuration out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        yield
