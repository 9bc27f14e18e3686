"""Worker: measures one case in a process of its own, so that its peak of memory is its own.

Called as `python -m tests.benchmarks.worker FUNCTION FOLDER WARM_FOLDER [memory]`, prints one JSON object. The case
runs once on a tiny scan of the same kind, which loads what it needs, then on the data; only that is timed. A case takes
the folder of the data, or what `load` of its module makes of it, which is not timed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from tests.benchmarks.result import digest_of

_CALLS = 3
_ENOUGH_SECONDS = 5.0


def main() -> None:
    """Measure what the command line names."""
    function, folder, warm, *what = sys.argv[1:]
    module, name = function.split(":")
    try:
        program = importlib.import_module(f"tests.benchmarks.{module}")
        run, load = getattr(program, name), getattr(program, "load", str)
        how = once if getattr(program, "IS_WINDOW", False) else memory_of if what else measure
        measured = how(run, load(folder), load(warm))
    except Exception as error:  # noqa: BLE001 - a peer that is missing or fails is a line of the table
        measured = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(measured))


def measure(run: Callable[[Any], Any], data: Any, warm: Any) -> dict[str, Any]:
    """Give the seconds of the fastest call of some, memory at its peak in the first and before, and what the call gave.

    In virtual machines the first touch of memory can cost more than all else, or nothing, as chance has it: a short
    call is repeated, so that it gets memory that the machine has at hand.
    """
    run(warm)
    gc.collect()
    floor, peak = peak_mb(run), 0.0
    seconds: list[float] = []
    busy: list[float] = []
    result = None
    while len(seconds) < _CALLS and sum(seconds) < _ENOUGH_SECONDS:
        result = None  # let go of the last one first
        start, busy_before = time.perf_counter(), busy_seconds()
        result = run(data)
        seconds.append(time.perf_counter() - start)
        busy.append(busy_seconds() - busy_before)
        peak = peak or peak_mb(run)
    measured = {"seconds": min(seconds), "busy": min(busy), "peak_mb": peak, "floor_mb": floor}
    if result is None:
        return measured
    return measured | {"digest": digest_of(result.scan() if hasattr(result, "scan") else result)}


def once(run: Callable[[Any], dict[str, float]], data: Any, _: Any) -> dict[str, Any]:
    """Give what a program in a window measured itself: once, in a process that has warmed up nothing else."""
    figures = run(data)
    return {
        "seconds": figures["scroll step, ms"],
        "busy": busy_seconds(),
        "peak_mb": figures["peak, MB"],
        "floor_mb": figures["peak before the scan, MB"],
        "figures": figures,
    }


def memory_of(run: Callable[[Any], Any], data: Any, warm: Any) -> dict[str, Any]:
    """Give the memory of Python objects, in bytes, that a call takes at its peak and that its result keeps."""
    run(warm)
    gc.collect()
    tracemalloc.start()
    result = run(data)
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return {"kept_bytes": kept, "peak_bytes": peak}


def busy_seconds() -> float:
    """Give the processor time that this process and the programs that it ran have taken, of all threads together."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def peak_mb(run: Callable[[Any], Any]) -> float:
    """Give the most memory that this process has held, or the program that it ran, in megabytes (10**6 bytes)."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource  # noqa: PLC0415 - not there on Windows

    who = resource.RUSAGE_CHILDREN if run.__module__.endswith("dcm2niix") else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    main()
