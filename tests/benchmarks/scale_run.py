"""One run over a simulated archive, in a process of its own, so that its peak of memory is its own.

Called as `python -m tests.benchmarks.scale_run ARCHIVE FOLDER STEP`; prints one JSON object. STEP: `first` indexes,
`again` looks once more at what was indexed, `run` looks, plans, works off and writes the tables, `resume` finds that
all is done.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from kazerooni.archive import Index, Limits, Settings, rescore

_WORKERS = 2
_MB = 1e6


def main() -> None:
    """Do the step that the command line names."""
    archive, folder, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    index = folder / "index.sqlite"
    began = time.perf_counter()
    if step in ("first", "again"):
        with Index(archive, index) as known:
            done = known.update().files
    else:
        settings = Settings(scheme="kazerooni", version=1, out=folder / "out", draft=True)
        told = rescore(archive, settings, workers=_WORKERS, limits=Limits(), resume=step == "resume", index=index)
        done = told.counts["done"]
    seconds = time.perf_counter() - began
    told_of = {"master MB": resource.RUSAGE_SELF, "worker MB": resource.RUSAGE_CHILDREN}
    print(json.dumps({"seconds": seconds, "done": done, **{name: _peak_mb(who) for name, who in told_of.items()}}))


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / _MB


if __name__ == "__main__":
    main()
