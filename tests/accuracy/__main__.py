"""`python -m tests.accuracy`: how well lungs and lobes are found, on phantoms that are known and on real masks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.accuracy.cases import CASES
from tests.accuracy.people import FULL, QUICK
from tests.accuracy.report import print_rows, write_document
from tests.accuracy.run import run
from tests.accuracy.scans import CACHE_VARIABLE, cache_folder


def main() -> int:
    """Run what the command line asks for; status 1 where a row misses what is wanted."""
    asked = _arguments()
    size = QUICK if asked.quick else FULL
    rows = list(run(asked.only, asked.seeds, size, asked.cache or cache_folder(), _tell))
    print_rows(rows)
    if asked.write:
        write_document(rows, " ".join(["python -m tests.accuracy", *sys.argv[1:]]))
    return int(not all(row.is_reached for row in rows))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument(
        "--only", type=_cases, default=list(CASES), metavar="CASE[,CASE]", help=f"of: {', '.join(CASES)}"
    )
    parser.add_argument("--seeds", type=_count, default=3, metavar="N", help="so many phantoms of each kind (3)")
    parser.add_argument("--quick", action="store_true", help="coarse phantoms; fissures blur, so numbers are lower")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/explanations/lobe-accuracy.md")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help=f"where phantoms are kept (${CACHE_VARIABLE})")
    asked = parser.parse_args()
    if asked.write and (asked.quick or asked.only != list(CASES)):
        parser.error("--write is for the whole table at full size; leave out --quick and --only")
    return asked


def _cases(text: str) -> list[str]:
    asked = text.split(",")
    if unknown := [name for name in asked if name not in CASES]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are {', '.join(CASES)}")
    return asked


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text}: a number from 1 is wanted")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
