"""Add: courses into the book. What is there already is counted; what contradicts it is refused and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from kazerooni.model import Course, Patient, Reading, Status
from kazerooni.store import facts
from kazerooni.store.chain import Deed, Head, Written, append, head_of
from kazerooni.store.engine import insert
from kazerooni.store.known import Known, known_of, salt_of, withdrawn_fingerprints
from kazerooni.store.seal import canonical, fingerprint, new_key, seal
from kazerooni.store.tables import KINDS, SEALED

# So many readings and other facts are looked up, planned and written at once: memory stays small.
_AT_ONCE = 2000
_COUNTED = 20  # a reading with its counts by slice is up to half a megabyte, as large as this many that were typed
_ITSELF = "recorded_by"  # who says so is no part of what is said


@dataclass(frozen=True, slots=True)
class Added:
    """What became of courses that were added.

    added: rows that are new, by table. same: facts that were there already, by table.
    problems: what was refused, a sentence each; empty unless a part was asked for.
    head: of the chain afterwards.
    """

    added: Mapping[str, int]
    same: Mapping[str, int]
    problems: tuple[str, ...]
    head: Head


@dataclass(slots=True)
class Adder:
    """Adds courses within one transaction.

    is_correcting: a fact that contradicts an older one takes its place; the older one stays in the book.
    is_readmitting: take withdrawn patients, too.
    """

    connection: Connection
    deed: Deed
    is_correcting: bool = False
    is_readmitting: bool = False
    added: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    _last: dict[str, int] = field(init=False)
    _head: Head = field(init=False)
    _known: Known = field(default_factory=Known)
    _withdrawn: frozenset[str] = field(init=False)
    _salt: str = field(init=False)

    def __post_init__(self) -> None:
        self._last = {kind: last_of(self.connection, kind) for kind in KINDS}
        self._head = head_of(self.connection)
        self._withdrawn = frozenset() if self.is_readmitting else withdrawn_fingerprints(self.connection)
        self._salt = salt_of(self.connection)

    def add(self, courses: Iterable[Course]) -> Iterator[int]:
        """Add courses; give how many are done, now and then."""
        done = 0
        for some in _parted(courses):
            pseudonyms = {course.patient.pseudonym for course in some}
            ids = {reading.id for course in some for reading in course.readings}
            self._known = known_of(self.connection, pseudonyms, ids)
            for course in some:
                self._add_course(course)
            self._write()
            done += len(some)
            yield done

    def result(self) -> Added:
        """Tell what was added so far."""
        return Added(dict(self.added), dict(self.same), tuple(self.problems), self._head)

    def _add_course(self, course: Course) -> None:
        name = course.patient.pseudonym
        if name not in self._known.patients:
            if self._withdrawn and fingerprint(name, self._salt) in self._withdrawn:
                self.problems.append(
                    f"patient {name}: was withdrawn from this book; is taken only where it is said that the patient "
                    "is admitted again (--readmit)"
                )
                return
            number, key = self._last["patients"] + 1, new_key()
            self._put("patients", number, key, {"pseudonym": name, "key": key})
            self._known.patients[name] = (number, key)
        self._describe(course.patient)
        for reading in course.readings:
            self._read(name, reading)
        for day in course.lung_function:
            self._fact(name, facts.measured(day))
        for treatment in course.treatments:
            self._fact(name, facts.treated(treatment))
        for event in course.events:
            self._fact(name, facts.happened(event))

    def _describe(self, patient: Patient) -> None:
        number, key = self._known.patients[patient.pseudonym]
        new = facts.described(patient)
        said = {field: value for field, value in new.items() if value not in (None, [])}
        old = self._known.described.get(number)
        if not said:
            return
        if old is not None:
            clashes = [name for name in said if name != _ITSELF and old[name] not in (None, [], said[name])]
            if clashes and not self.is_correcting:
                self._refuse(patient.pseudonym, " and ".join(name.replace("_", " ") for name in clashes))
                return
            if all(old[name] == value for name, value in said.items() if name != _ITSELF):
                self.same["descriptions"] += 1
                return
        whole = {**(old or new), **said}
        self._known.described[number] = whole
        self._put("descriptions", number, key, {"content": canonical(whole)})

    def _read(self, name: str, reading: Reading) -> None:
        if reading.status is not Status.SIGNED:
            self.problems.append(f"reading {reading.id}: is a draft; the book takes signed readings only")
            return
        number, key = self._known.patients[name]
        read = facts.read_by(reading)
        there = self._known.readings.get(reading.id)
        if there is None:
            study = self._once("studies", number, key, facts.studied(reading))
            series = self._once("series", number, key, {"study_id": study, **facts.scanned(reading)})
            values = {"series_id": series, **read}
            self._known.readings[reading.id] = (number, read["content"])
            self._put("readings", number, key, values)
        elif there == (number, read["content"]):
            self.same["readings"] += 1
        else:
            what = "of another patient" if there[0] != number else "with another content"
            self.problems.append(
                f"reading {reading.id}: is there already, {what}; a signed reading is never changed, give the "
                "corrected one an id of its own and say which it supersedes"
            )

    def _fact(self, name: str, fact: facts.Fact) -> None:
        number, key = self._known.patients[name]
        kind, said = fact.kind, fact.said
        there = self._known.facts.setdefault((kind, number, facts.place_of(kind, said)), [])
        against = [older for older in there if facts.contradicts(kind, older, said)]
        if said in there:
            self.same[kind] += 1
        elif against and not self.is_correcting:
            self._refuse(name, fact.what)
        else:
            there[:] = [*(older for older in there if older not in against), said]
            self._put(kind, number, key, fact.values)

    def _refuse(self, name: str, what: str) -> None:
        self.problems.append(
            f"patient {name}: {what} is there already with other values; where the new ones are right, say that they "
            "correct the old"
        )

    def _once(self, kind: str, patient: int, key: str, values: facts.Values) -> int:
        """Give the number of a study or series; a new one where it is not there."""
        digest = _seal(kind, patient, key, values)
        number = self._known.sealed.get((kind, digest))
        if number is None:
            number = self._known.sealed[kind, digest] = self._put(kind, patient, key, values, digest)
        return number

    def _put(self, kind: str, patient: int, key: str, values: facts.Values, digest: str | None = None) -> int:
        number = self._last[kind] = self._last[kind] + 1
        owner = {} if kind == "patients" else {"patient_id": patient}
        self._rows[kind].append(
            {"id": number, **owner, **values, "digest": digest or _seal(kind, patient, key, values)}
        )
        return number

    def _write(self) -> None:
        written = []
        for kind, rows in self._rows.items():
            insert(self.connection, KINDS[kind], rows)
            written += [Written(kind, row["id"], row.get("patient_id", row["id"]), row["digest"]) for row in rows]
            self.added[kind] += len(rows)
            rows.clear()
        self._head = append(self.connection, self._head, self.deed, written)


def last_of(connection: Connection, kind: str) -> int:
    """Give the number of the last row of a table, 0 for none."""
    return int(connection.scalar(select(func.coalesce(func.max(KINDS[kind].c.id), 0))) or 0)


def _seal(kind: str, patient: int, key: str, values: facts.Values) -> str:
    return seal(key, kind, patient, [values[name] for name in SEALED[kind]])


def _parted(courses: Iterable[Course]) -> Iterator[Sequence[Course]]:
    """Give courses some at a time; one of very many readings comes alone."""
    some: list[Course] = []
    size = 0
    for course in courses:
        some.append(course)
        size += 1 + sum(map(len, (course.lung_function, course.treatments, course.events)))
        size += sum(1 if reading.tally is None else _COUNTED for reading in course.readings)
        if size >= _AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some
