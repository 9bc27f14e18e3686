"""`python -m tests.benchmarks`: speed and memory of this project, its peers and the limits of the machine."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.cases import GROUPS
from tests.benchmarks.report import print_group, print_heading
from tests.benchmarks.run import run
from tests.benchmarks.size import QUICK, Size


def main() -> int:
    """Run what the command line asks for; status 1 where this project fails or a peer reads other values."""
    asked = _arguments()
    size = QUICK if asked.quick else Size()
    print_heading(size, asked.rounds)
    groups = []
    for group in run(asked.only, size, asked.rounds, asked.cache, _tell):
        print_group(group, size)
        groups.append(group)
    if asked.json is not None:
        document = {"size": asdict(size), "groups": {g.name: [r.as_json() for r in g.results] for g in groups}}
        asked.json.write_text(json.dumps(document, indent=1))
    return int(any(group.ours.error or group.differing for group in groups))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data; the ratios are rougher")
    parser.add_argument(
        "--only", type=_groups, default=list(GROUPS), metavar="GROUP[,GROUP]", help=f"of: {', '.join(GROUPS)}"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often every program runs (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single measurement there")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="where the data are kept ($KAZEROONI_BENCH)")
    return parser.parse_args()


def _groups(text: str) -> list[str]:
    asked = text.split(",")
    if unknown := [name for name in asked if name not in GROUPS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
