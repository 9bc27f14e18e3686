"""Writes into a book: `python write_until_killed.py WHERE NAME COUNT`, a course at a time, or with `whole`, at once.

A program of its own, so that several can write at the same time and one can be killed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from kazerooni.model import Course
from kazerooni.store import open_store
from tests.store.builders import WHEN, course


def main() -> None:
    """Write what the command line asks for; tell when the first rows of a whole write stand in the transaction."""
    where, name, count, *how = sys.argv[1:]
    courses = [course(f"P-{name}-{number}") for number in range(int(count))]
    with open_store(where) as book:
        if how:
            book.add(_endless(courses), who=name, when=WHEN, tell=_say)
        for one in courses:
            book.add([one], who=name, when=WHEN)
            book.score_with("kazerooni", who=name, when=WHEN)


def _say(done: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


def _endless(courses: list[Course]) -> Iterator[Course]:
    number = 0
    while True:
        number += 1
        yield from (course(f"{one.patient.pseudonym}-{number}") for one in courses)


if __name__ == "__main__":
    main()
