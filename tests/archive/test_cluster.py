"""A Dask scheduler with real worker processes on loopback: the same tables; workers that die, and that see nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from kazerooni.archive import Cause, Failure, Limits, Result, Settings, Task
from kazerooni.archive import rescore as run
from kazerooni.archive.cluster import CONNECT_S, Cluster
from kazerooni.archive.pool import Done
from kazerooni.errors import ArchiveError
from tests.archive.fragile import HANG
from tests.archive.jobs import task, work
from tests.archive.schedulers import ROOT, cluster, process, scheduler, wait_for, worker
from tests.archive.test_run import SCHEME, TABLES

pytest.importorskip("distributed")
# Dask opens sockets and loops whose ends it leaves to the interpreter.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning:distributed", "ignore::ResourceWarning:tornado")


def _done(address: str, batches: Sequence[Sequence[Task]], limits: Limits | None = None) -> dict[str, Done]:
    ended = list(Cluster(work, address, limits=limits).run(batches))
    assert len(ended) == sum(map(len, batches)), "every task ends once"
    return {one.task.id: one for one in ended}


def _failure(done: Done) -> Failure:
    assert isinstance(done.outcome, Failure)
    return done.outcome


@pytest.fixture(scope="module")
def some(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a part of the archive: a series with maps, 41 readings, a broken one."""
    root = tmp_path_factory.mktemp("some") / "Doe^John"
    shutil.copytree(archive / "scans" / "1999", root / "1999")
    for number in range(41):
        shutil.copy(archive / "kept" / "deep" / f"{number:03d}.json", root)
    shutil.copy(archive / "Roe_Jane.json", root)
    return root


def _command(archive: Path, address: str, *, program: str = "kazerooni") -> list[str]:
    words = ["rescore", str(archive), "--scheme", SCHEME, "--dask", address, "--out", "dask"]
    return [sys.executable, "-m", program, *words]


def test_dask_gives_the_same_bytes(some: Path, dask: str, tmp_path: Path) -> None:
    """The tables of a run by two workers of Dask are those of a run by own processes, errors too."""
    run(some, Settings(scheme=SCHEME, version=1, out=tmp_path / "plain"))
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(_command(some, dask), cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
    assert "distributed" not in ended.stderr
    for name in TABLES:
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes(), name
    document = json.loads((tmp_path / "dask" / "run.json").read_text("utf-8"))
    assert document["settings"]["workers"] == "of Dask"
    assert document["tasks"]["by kind"] == {"maps": 1, "reading": 42}


@pytest.mark.skipif(os.name != "posix", reason="SIGINT, SIGKILL")
@pytest.mark.parametrize(
    ("sent", "words"), [(2, "Stopped. What was done is kept in dask: go on with --resume."), (9, "")]
)
def test_a_stopped_run_takes_back_what_is_left(some: Path, tmp_path: Path, sent: int, words: str) -> None:
    """Ctrl-C says where what was done is kept, and no more; then, and after `kill -9`, the workers are free for others.

    A scan of it hangs, so that it never ends before it is interrupted; each worker is sent something next.
    """
    archive = tmp_path / "archive"
    shutil.copytree(some, archive)
    (archive / "1999").rename(archive / HANG)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with cluster(tmp_path) as dask:
        run_it = _command(archive, dask, program="tests.archive.fragile")
        with subprocess.Popen(run_it, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as running:
            while not (tmp_path / "dask" / "journal.sqlite").exists():
                time.sleep(0.02)
            time.sleep(0.7)
            running.send_signal(sent)
            assert running.stderr is not None
            said = running.stderr.read()
        ended = _done(dask, [[task("nothing", number)] for number in range(4)])
    assert " ".join(said.split()) == words
    assert running.returncode == {signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[signal.Signals(sent)]
    assert all(isinstance(one.outcome, Result) for one in ended.values())


def test_limits_hold_on_workers_of_dask(dask: str) -> None:
    """A task that hangs there is ended at the time limit, one that crashes ends no worker; the others are done."""
    batches = [[task("hang")], [task("crash"), task("nothing", 7)], *([task("nothing", n)] for n in range(4))]
    ended = _done(dask, batches, Limits(seconds=1.5))
    assert (_failure(ended["T-hang-0"]).cause, ended["T-hang-0"].attempts) == (Cause.TIME, 2)
    assert (_failure(ended["T-crash-0"]).cause, ended["T-crash-0"].attempts) == (Cause.CRASH, 2)
    assert all(isinstance(ended[f"T-nothing-{n}"].outcome, Result) for n in (0, 1, 2, 3, 7))
    assert len(wait_for(dask, 2)) == 2


def test_what_no_worker_sees_is_told_without_its_name(
    dask: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is here and not there fails with words of mounting; one that is gone here too fails as it would here.

    A path without a root is there for a program in its folder, and not for workers in another.
    """
    monkeypatch.chdir(tmp_path)
    Path("Doe_John.json").touch()
    ended = _done(dask, [[task("nothing", 1, Path("Doe_John.json"))], [task("refuse", 2, Path("gone.json"))]])
    unseen = _failure(ended["T-nothing-1"])
    assert unseen.why == "the worker cannot see the archive or the results; mount them at the same paths"
    assert _failure(ended["T-refuse-2"]).why == "the file: cannot be used; give another file"


def test_what_one_worker_does_not_see_another_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not see the archive gets none of it: the other does all."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    Path("one.json").touch()
    with (
        scheduler(tmp_path) as address,
        worker(address, tmp_path, "--no-nanny", cwd=elsewhere),
        worker(address, tmp_path, "--no-nanny", cwd=tmp_path),
    ):
        wait_for(address, 2)
        ended = _done(address, [[task("nap", n, Path("one.json"))] for n in range(8)])
    assert all(isinstance(one.outcome, Result) for one in ended.values())


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Of two workers one is killed with its task in hand: the other does it, and each task ends once."""
    with (
        scheduler(tmp_path) as address,
        worker(address, tmp_path, "--no-nanny") as first,
        worker(address, tmp_path, "--no-nanny"),
    ):
        wait_for(address, 2)
        batches = [[task("nap", n)] for n in range(12)]
        running = Cluster(work, address).run(batches)
        ended = [next(running)]
        first.send_signal(signal.SIGKILL)
        ended += running
    assert sorted(one.task.id for one in ended) == sorted(one.id for (one,) in batches)
    assert all(isinstance(one.outcome, Result) for one in ended)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_task_whose_workers_are_lost_is_recorded(tmp_path: Path) -> None:
    """What takes its worker of Dask along is tried again alone, then recorded; all beside and behind it are done.

    The scheduler gives up all that a worker was to do when it is lost for the first time; a nanny starts another.
    """
    env = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with scheduler(tmp_path, env) as address, worker(address, tmp_path):
        wait_for(address, 1)
        alone = ([task("nothing", n)] for n in range(3, 6))
        ended = _done(address, [[task("nothing", 1), task("kill-parent"), task("nothing", 2)], *alone])
    lost = ended["T-kill-parent-0"]
    assert (_failure(lost).cause, lost.attempts) == (Cause.CRASH, 2)
    assert all(isinstance(ended[f"T-nothing-{n}"].outcome, Result) for n in range(1, 6))


def test_a_scheduler_that_is_lost_ends_the_run(tmp_path: Path) -> None:
    """Where the scheduler dies, what is not done is not recorded: the run says so, and can be gone on with."""
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(tmp_path))
        stack.enter_context(worker(address, tmp_path, "--no-nanny"))
        wait_for(address, 1)
        running = Cluster(work, address).run([[task("nap", n)] for n in range(100)])
        next(running)
        threading.Timer(0.2, stack.close).start()
        with pytest.raises(ArchiveError, match="was lost; go on with --resume"):
            list(running)


def test_no_more_is_sent_than_keeps_workers_busy(dask: str) -> None:
    """Of a million batches few are on their way at a time, and a run that is closed takes back the rest."""
    taken = 0

    def batches() -> Iterator[Sequence[Task]]:
        nonlocal taken
        for taken in range(1, 1_000_000):
            yield [task("nothing", taken)]

    running = Cluster(work, dask).run(batches())
    ended = [next(running) for _ in range(5)]
    running.close()
    assert len({one.task.id for one in ended}) == 5
    assert taken <= 5 + 2 * 2


def test_a_scheduler_without_workers_is_told(tmp_path: Path) -> None:
    """A run does not wait for ever for workers that nobody has started."""
    with scheduler(tmp_path) as address:
        wait_for(address, 0)
        with pytest.raises(ArchiveError, match=f"no workers; .* dask worker {address}"):
            list(Cluster(work, address).run([[task("nothing")]]))


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens in time, and where the address is none, the command says so with exit status 3."""
    assert CONNECT_S == 10
    monkeypatch.setattr("kazerooni.archive.cluster.CONNECT_S", 0.5)
    from typer.testing import CliRunner  # noqa: PLC0415

    from kazerooni.cli.app import app  # noqa: PLC0415

    (tmp_path / "archive").mkdir()
    for number, address in enumerate(("tcp://127.0.0.1:1", "nonsense://")):
        words = ["rescore", str(tmp_path / "archive"), "--out", str(tmp_path / str(number)), "--dask", address]
        ended = CliRunner().invoke(app, words)
        assert (ended.exit_code, address in ended.stderr) == (3, True), ended.stderr
        assert "no Dask scheduler answers" in ended.stderr


def test_another_version_on_a_worker_is_refused(tmp_path: Path) -> None:
    """A worker of an older program does nothing: both versions are told."""
    older = tmp_path / "older"
    older.mkdir()
    (older / "sitecustomize.py").write_text("import kazerooni.version\nkazerooni.version.__version__ = '0.0.9'\n")
    env = {"PYTHONPATH": f"{older}{os.pathsep}{ROOT}"}
    words = ("distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard", "--no-nanny")
    with scheduler(tmp_path) as address, process(*words, address, folder=tmp_path, env=env):
        wait_for(address, 1)
        with pytest.raises(ArchiveError, match=r"a worker has kazerooni 0\.0\.9, and this is "):
            list(Cluster(work, address).run([[task("nothing")]]))


def test_without_dask_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is not there, the message names the extra."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ArchiveError, match=r'pip install "kazerooni\[dask\]"'):
        list(Cluster(work, "tcp://127.0.0.1:1").run([[task("nothing")]]))
