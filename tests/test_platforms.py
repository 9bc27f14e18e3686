"""What runs on Linux here has to run on Windows and macOS too: what would not is found in the source, without them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = [*sorted((ROOT / "kazerooni").rglob("*.py")), *sorted((ROOT / "plugins").rglob("*.py"))]
# https://docs.python.org/3/library/unix.html, and what of `os` and `signal` their pages call Unix.
_MODULES: Final = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
_NAMES: Final = {
    *(f"os.{name}" for name in ("chown", "fork", "forkpty", "geteuid", "getpgid", "getuid", "killpg", "mkfifo")),
    *(f"os.{name}" for name in ("O_DIRECTORY", "nice", "setsid", "statvfs", "sync", "uname", "wait", "waitpid")),
    *(f"signal.{name}" for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "alarm", "pause")),
    "os.rename",  # takes the place of a file on Linux, fails on Windows: os.replace is the same everywhere
}
_TEXT: Final = {"read_text": 0, "write_text": 1, "open": 1}
"""What reads or writes text, and where its encoding stands: cp1252 on Windows where it is left out."""


def faults(source: str) -> list[str]:
    """List what in a source does not work, or works otherwise, on another system."""
    return sorted(found for node in ast.walk(ast.parse(source)) for found in _faults_of(node))


def _faults_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (f"import {alias.name}" for alias in node.names if alias.name in _MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module in _MODULES:
        yield f"import {node.module}"
    elif isinstance(node, ast.Attribute) and f"{ast.unparse(node.value)}.{node.attr}" in _NAMES:
        yield f"{ast.unparse(node.value)}.{node.attr}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_odd(node.value):
        yield f"text {node.value!r:.40}"
    elif isinstance(node, ast.Call):
        yield from _faults_of_call(node)


def _is_odd(text: str) -> bool:
    """Tell a folder that only Unix has, and a directive of strftime that Windows lacks (%-d)."""
    return text.startswith(("/tmp", "/dev/", "/proc/", "/var/")) or any(f"%-{letter}" in text for letter in "dHIjmMSy")  # noqa: S108


def _faults_of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    options = {keyword.arg for keyword in call.keywords}
    if name == "bind_key" and any(isinstance(one, ast.Constant) and "C" in str(one.value)[:1] for one in call.args):
        yield f"bind_key({ast.unparse(call.args[0])}): KeyMod.CtrlCmd is Cmd on a Mac"
    if "preexec_fn" in options or "start_new_session" in options:
        yield "preexec_fn or start_new_session"
    if name in {"read_text", "write_text"} and "encoding" not in options and len(call.args) <= _TEXT[name]:
        yield f"{name} without encoding"
    if name == "open" and "encoding" not in options and _mode(call) is not None:
        yield "open without encoding"


def _mode(call: ast.Call) -> str | None:
    """Give the mode of an `open` that is of text and says so, None for bytes and for an `open` of something else."""
    at = 1 if isinstance(call.func, ast.Name) else 0
    given = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[at : at + 1]
    mode = given[0].value if given and isinstance(given[0], ast.Constant) else None
    is_text = isinstance(mode, str) and set(mode) <= set("rwax+t")
    return mode if is_text and isinstance(mode, str) else None


def test_no_module_needs_linux() -> None:
    """No module imports what only Unix has, names its folders, or leaves an encoding to the system."""
    assert len(SOURCES) > 400
    found = {str(path.relative_to(ROOT)): faults(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", "import fcntl"),
        ("from resource import getrlimit", "import resource"),
        ("os.fork()", "os.fork"),
        ("os.kill(pid, signal.SIGKILL)", "signal.SIGKILL"),
        ("os.rename(a, b)", "os.rename"),
        ("Path('/tmp/x')", "text '/tmp/x'"),
        ("f'{day:%-d.%m.}'", "text '%-d.%m.'"),
        ("path.read_text()", "read_text without encoding"),
        ("path.write_text(words)", "write_text without encoding"),
        ("open(path, 'w')", "open without encoding"),
        ("path.open('a')", "open without encoding"),
        ("Popen([], start_new_session=True)", "preexec_fn or start_new_session"),
        ("layer.bind_key('Control-Z', undo)", "bind_key('Control-Z'): KeyMod.CtrlCmd is Cmd on a Mac"),
    ],
)
def test_what_needs_linux_is_found(source: str, found: str) -> None:
    """Each kind of fault is found where it is there."""
    assert faults(source) == [found]


def test_what_works_everywhere_is_left() -> None:
    """Bytes, named encodings, os.replace and keys by KeyMod are no faults."""
    source = (
        "path.read_text('utf-8'); path.write_text(words, encoding='utf-8'); path.open('rb'); frame.open()\n"
        "os.replace(a, b); layer.bind_key(KeyMod.CtrlCmd | KeyCode.KeyZ, undo); layer.bind_key('F1', help)\n"
    )
    assert faults(source) == []
