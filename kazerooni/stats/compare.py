"""Compare: from graded readings of several readers, or repeated ones of one, to their agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal, get_args

import numpy as np

from kazerooni.errors import ReadingError
from kazerooni.model import Case, Component, Lobe, ReadersError, Status
from kazerooni.model.agreement import Sum
from kazerooni.stats.agreement import (
    Agreement,
    Comparison,
    Everyone,
    GradeAgreement,
    GradeAlpha,
    ScanReaders,
    SumAgreement,
    SumOfAll,
    SumPair,
)
from kazerooni.stats.bland_altman import bland_altman
from kazerooni.stats.bootstrap import RESAMPLES, SEED
from kazerooni.stats.detectable_change import detectable_change
from kazerooni.stats.icc import icc
from kazerooni.stats.kappa import percent_agreement, weighted_kappa
from kazerooni.stats.krippendorff import ordinal_alpha
from kazerooni.stats.scans import LeftOut, ScanRead, match

SUMS: tuple[Sum, ...] = get_args(Sum)
_Pair = tuple[ScanRead, Case, Case]


def agreement(cases: Iterable[Case], *, seed: int = SEED) -> Agreement:
    """Compare readings of the same scans: every two readers, each reader's repeats, and all readers together.

    cases: readings graded under one scheme, of any readers and scans. Their order matters for one thing: of repeats
        that do not say when they were started, the first is that of the table or maps that come first.
    seed: of the intervals over resampled patients.

    A grade or sum that is None is left out of its figure, never zero; sums of partial scores are not taken. Of several
    readings of a reader the first stands between readers, the first two within the reader, all in the smallest change.

    Raises ReadingError where schemes are mixed, or no scan has two readings to compare.
    """
    listed = list(cases)
    _refuse_mixed(listed)
    scans, left_out = match(listed)
    readers = tuple(sorted({reader for scan in scans for reader in scan.readings}))
    pairs = [("between", a, b, _between(scans, a, b)) for a, b in combinations(readers, 2)]
    repeats = [("within", reader, reader, _within(scans, reader)) for reader in readers]
    found = [(kind, first, second, of) for kind, first, second, of in (*pairs, *repeats) if of]
    if not found:
        raise ReadingError(_nothing(readers, left_out))
    score = next(case.score for scan in scans for of_reader in scan.readings.values() for case in of_reader)
    every = [case for scan in scans for of_reader in scan.readings.values() for case in of_reader]
    return Agreement(
        scheme=score.scheme,
        scheme_version=score.scheme_version,
        maximum=score.totals.maximum,
        seed=seed,
        resamples=RESAMPLES,
        readers=readers,
        scans=tuple(_readers_of(scan, readers) for scan in scans),
        patients=len({scan.owner for scan in scans}),
        readings=len(every),
        drafts=sum(case.reading.status is Status.DRAFT for case in every),
        dependent=sum(not case.reading.is_independent for case in every),
        left_out=left_out,
        comparisons=tuple(
            _comparison("between" if kind == "between" else "within", first, second, of, seed=seed)
            for kind, first, second, of in found
        ),
        everyone=_everyone(scans, readers, seed=seed) if len(readers) > 2 else None,
        errors=tuple(_errors(scans, score.scheme, score.scheme_version)),
    )


def _refuse_mixed(cases: Sequence[Case]) -> None:
    schemes = sorted({f"{case.score.scheme} {case.score.scheme_version}" for case in cases})
    if len(schemes) > 1:
        raise ReadingError(f"scores of {' and '.join(schemes)} are never compared; grade all by one scheme")


def _nothing(readers: Sequence[str], left_out: Sequence[LeftOut]) -> str:
    found = f"{len(readers)} readers" if len(readers) != 1 else "1 reader"
    count = "1 reading is left out, as it" if len(left_out) == 1 else f"{len(left_out)} are left out, the first as it"
    why = f"; {count} {left_out[0].why}" if left_out else ""
    return (
        f"nothing to compare: {found}, and no scan that two of them read or one read twice{why}. Give readings of the "
        "same scans (same series UID, or patient and study date) by two readers, or by one reader twice"
    )


def _between(scans: Iterable[ScanRead], first: str, second: str) -> list[_Pair]:
    both = (scan for scan in scans if first in scan.readings and second in scan.readings)
    return [(scan, scan.readings[first][0], scan.readings[second][0]) for scan in both]


def _within(scans: Iterable[ScanRead], reader: str) -> list[_Pair]:
    repeated = (scan for scan in scans if len(scan.readings.get(reader, ())) > 1)
    return [(scan, scan.readings[reader][0], scan.readings[reader][1]) for scan in repeated]


def _comparison(
    kind: Literal["between", "within"], first: str, second: str, pairs: Sequence[_Pair], *, seed: int
) -> Comparison:
    lobes = _lobes(case for _, one, other in pairs for case in (one, other))
    return Comparison(
        kind=kind,
        first=first,
        second=second,
        scans=len(pairs),
        patients=len({scan.owner for scan, _, _ in pairs}),
        grades=tuple(_grades(pairs, lobe, lobes, c, seed=seed) for c in Component for lobe in (*lobes, None)),
        sums=tuple(_sums(pairs, what, seed=seed) for what in SUMS),
    )


def _lobes(cases: Iterable[Case]) -> list[Lobe]:
    return sorted({lobe.lobe for case in cases for lobe in case.score.lobes})


def _grade(case: Case, lobe: Lobe, component: Component) -> int | None:
    return next((each.component(component).grade for each in case.score.lobes if each.lobe is lobe), None)


def _sum(case: Case, what: Sum) -> float | None:
    return None if case.score.is_partial else getattr(case.score.totals, what)


def _grades(
    pairs: Sequence[_Pair], lobe: Lobe | None, lobes: Sequence[Lobe], component: Component, *, seed: int
) -> GradeAgreement:
    first, second, owners = [], [], []
    for scan, one, other in pairs:
        for each in lobes if lobe is None else (lobe,):
            a, b = _grade(one, each, component), _grade(other, each, component)
            if a is not None and b is not None:
                first.append(a)
                second.append(b)
                owners.append(scan.owner)
    return GradeAgreement(
        lobe=lobe,
        component=component,
        count=len(first),
        same=percent_agreement(first, second, owners, seed=seed),
        linear=weighted_kappa(first, second, owners, weights="linear", seed=seed),
        quadratic=weighted_kappa(first, second, owners, weights="quadratic", seed=seed),
    )


def _sums(pairs: Sequence[_Pair], what: Sum, *, seed: int) -> SumAgreement:
    known = []
    for scan, one, other in pairs:
        a, b = _sum(one, what), _sum(other, what)
        if a is not None and b is not None:
            known.append((scan, a, b))
    owners = [scan.owner for scan, _, _ in known]
    ratings = np.array([(a, b) for _, a, b in known], float).reshape(-1, 2)
    return SumAgreement(
        what=what,
        count=len(known),
        patients=len(set(owners)),
        icc_2_1=icc(ratings, owners, model="2,1", seed=seed),
        icc_3_1=icc(ratings, owners, model="3,1", seed=seed),
        differences=bland_altman([b - a for _, a, b in known], owners, seed=seed),
        detectable=detectable_change([(a, b) for _, a, b in known]),
        pairs=tuple(SumPair(scan=scan.ref, first=a, second=b) for scan, a, b in known),
    )


def _everyone(scans: Sequence[ScanRead], readers: Sequence[str], *, seed: int) -> Everyone:
    lobes = _lobes(case for scan in scans for of_reader in scan.readings.values() for case in of_reader)
    return Everyone(
        grades=tuple(_alpha(scans, lobe, lobes, c, seed=seed) for c in Component for lobe in (*lobes, None)),
        sums=tuple(_sum_of_all(scans, readers, what, seed=seed) for what in SUMS),
    )


def _alpha(
    scans: Sequence[ScanRead], lobe: Lobe | None, lobes: Sequence[Lobe], component: Component, *, seed: int
) -> GradeAlpha:
    units, owners = [], []
    for scan in scans:
        for each in lobes if lobe is None else (lobe,):
            given = (_grade(of_reader[0], each, component) for of_reader in scan.readings.values())
            grades = [grade for grade in given if grade is not None]
            if len(grades) > 1:
                units.append(grades)
                owners.append(scan.owner)
    return GradeAlpha(lobe=lobe, component=component, count=len(units), alpha=ordinal_alpha(units, owners, seed=seed))


def _sum_of_all(scans: Sequence[ScanRead], readers: Sequence[str], what: Sum, *, seed: int) -> SumOfAll:
    complete = []
    for scan in scans:
        sums = [_sum(scan.readings[reader][0], what) for reader in readers if reader in scan.readings]
        known = [each for each in sums if each is not None]
        if len(known) == len(readers):
            complete.append((scan.owner, known))
    owners = [owner for owner, _ in complete]
    ratings = np.array([sums for _, sums in complete], float).reshape(-1, len(readers))
    return SumOfAll(
        what=what,
        count=len(complete),
        patients=len(set(owners)),
        icc_2_1=icc(ratings, owners, model="2,1", seed=seed),
        icc_3_1=icc(ratings, owners, model="3,1", seed=seed),
    )


def _errors(scans: Sequence[ScanRead], scheme: str, version: int) -> Iterator[ReadersError]:
    """Give the error within readers, where one read a scan twice, then that between them, where two read one."""
    within = [(reader, cases) for scan in scans for reader, cases in scan.readings.items() if len(cases) > 1]
    between = [
        (list(scan.readings), [cases[0] for cases in scan.readings.values()])
        for scan in scans
        if len(scan.readings) > 1
    ]
    if within:
        yield _error("within", {reader for reader, _ in within}, [cases for _, cases in within], scheme, version)
    if between:
        names = {name for readers, _ in between for name in readers}
        yield _error("between", names, [cases for _, cases in between], scheme, version)


def _error(
    kind: Literal["between", "within"],
    readers: set[str],
    groups: Sequence[Sequence[Case]],
    scheme: str,
    version: int,
) -> ReadersError:
    changes = {}
    for what in SUMS:
        known = [[_sum(case, what) for case in cases] for cases in groups]
        changes[what] = detectable_change([[each for each in sums if each is not None] for sums in known])
    return ReadersError(scheme=scheme, scheme_version=version, kind=kind, readers=tuple(sorted(readers)), **changes)


def _readers_of(scan: ScanRead, readers: Sequence[str]) -> ScanReaders:
    return ScanReaders(
        scan=scan.ref,
        times=tuple((reader, len(cases)) for reader, cases in scan.readings.items()),
        missing=tuple(reader for reader in readers if reader not in scan.readings),
    )
