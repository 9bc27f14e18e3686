"""One run over a simulated archive, in a process of its own, so that its peak of memory is its own.

Called as `python -m tests.benchmarks.scale_run ARCHIVE FOLDER STEP`; prints one JSON object. STEP: `first` indexes,
`again` looks once more at what was indexed, `run` looks, plans, works off and writes the tables, `resume` finds that
all is done. cpu: processor time of the process and its workers, their start included, which hardly changes when the
machine is busy with other things.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path

from kazerooni.archive import Index, Limits, Settings, Standing, rescore
from tests.benchmarks.worker import busy_seconds

_WORKERS = 2
_SAMPLED_EVERY = 100
_KB_IN_MB = 1024 / 1e6


def main() -> None:
    """Do the step that the command line names."""
    archive, folder, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    index = folder / "index.sqlite"
    workers = _Workers()
    began = time.perf_counter()
    if step in ("first", "again"):
        with Index(archive, index) as known:
            done = known.update().files
    else:
        settings = Settings(scheme="kazerooni", version=1, out=folder / "out", draft=True)
        resume = step == "resume"
        summary = rescore(
            archive, settings, workers=_WORKERS, limits=Limits(), resume=resume, index=index, watch=workers.look
        )
        done = summary.counts["done"]
    seconds = time.perf_counter() - began
    told = {"seconds": seconds, "cpu": busy_seconds(), "done": done}
    print(json.dumps(told | {"master MB": _peak_mb("self"), "worker MB": workers.peak_mb}))


class _Workers:
    """The most memory that any worker has held, looked at while they work."""

    def __init__(self) -> None:
        self.peak_mb = 0.0

    def look(self, standing: Standing) -> None:
        """Look at the workers once in a hundred tasks."""
        if standing.done % _SAMPLED_EVERY == 0:
            peaks = [_peak_mb(one.pid) for one in multiprocessing.active_children()]
            self.peak_mb = max([self.peak_mb, *peaks])


def _peak_mb(process: int | str | None) -> float:
    """Give the most memory that a process has held (Linux); what `getrusage` tells begins with that of its parent."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) * _KB_IN_MB


if __name__ == "__main__":
    main()
