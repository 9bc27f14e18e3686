"""`kazerooni` itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kazerooni import __version__
from tests.cli.conftest import Run

SLOW = ("SimpleITK", "imagecodecs", "numpy", "pydicom", "rich", "skimage")


def test_the_version_is_told(run: Run) -> None:
    """`--version` prints name and version."""
    assert run("--version").stdout == f"kazerooni {__version__}\n"


@pytest.mark.parametrize("command", [(), ("demo",), ("inspect",), ("schemes",), ("score",)], ids=" ".join)
def test_help_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    """Every help text ends its description with an example that starts with the command."""
    result = run(*command, "--help")
    assert result.exit_code == 0
    words = result.stdout.replace("Examples:", "Example:")
    assert f"Example:\n    kazerooni {' '.join(command)}".strip() in words


def test_help_says_what_the_program_is_not(run: Run) -> None:
    """The first help text says that this is no medical device."""
    assert "not a medical device" in run("--help").stdout


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["inspect", "--help"], ["schemes", "--help"], ["score", "--help"]], ids=str
)
def test_an_answer_loads_no_library(arguments: list[str]) -> None:
    """Version and help load none of the libraries that are slow to load, run as `python -m kazerooni`."""
    code = (
        "import atexit, runpy, sys\n"
        f"atexit.register(lambda: print('loaded:', *(name for name in {SLOW!r} if name in sys.modules)))\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "runpy.run_module('kazerooni', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "loaded:"


def test_nothing_asked_is_answered_with_help(run: Run) -> None:
    """`kazerooni` alone shows what there is."""
    assert "inspect" in run().output


def test_wrong_usage_leaves_with_two(run: Run) -> None:
    """An option that is not known leaves with 2."""
    assert run("inspect", "--nonsense").exit_code == 2
    assert run("inspect").exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="SIGINT of a terminal")
def test_ctrl_c_while_modules_are_imported_ends_with_a_line() -> None:
    """Before any command runs, too, Ctrl-C ends with status 130 and one line, and no traceback."""
    program = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Interrupt(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "kazerooni.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
from kazerooni.cli import main
main()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "Stopped.\n")
