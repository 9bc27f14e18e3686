"""Cohort tables: a cohort as CSV, in full precision; Tables 1 and 2 are laid out as the source study prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from kazerooni.stats import Cohort, Taken, TimePointName, Variable
from kazerooni.tables import Column, Value, csv_bytes

Row = dict[str, Value]

TABLE_2_VARIABLES: Final = (Variable.FVC, Variable.DLCO)
TABLE_2_POINTS: Final[tuple[TimePointName, ...]] = ("baseline", "6 months", "12 months", "24 months")
"""What the source study's Table 2 has."""

_PATIENT: Final = (
    Column("patient", "text", "", "pseudonym of the patient", "code"),
    Column("pattern", "text", "", "pattern of the lung disease over its course; NA: not recorded", "UIP, NSIP, ..."),
)
_MADE_BY: Final = (
    Column("scheme", "text", "", "scheme of every sum", "name of a published scheme"),
    Column("scheme_version", "whole number", "", "version of the scheme", "from 1"),
    Column("index_event", "text", "", "event that months are counted from", "treatment_start, onset, first"),
    Column("program_version", "text", "", "version of kazerooni that made the table", ""),
)
_GROUP: Final = Column("group", "text", "", "all patients, or those of one pattern", "all or a pattern")
_VARIABLE: Final = Column("variable", "text", "", "what is followed", ", ".join(Variable))
_POINT: Final = Column(
    "time_point", "text", "", "time point after the index event", "baseline, 6 months, 12 months, 24 months, last"
)
_UNIT = "that of variable"
_TABLE_1: Final = (
    *_PATIENT,
    Column("sex", "text", "", "sex as recorded", "female, male, other"),
    Column("age_at_onset_years", "number", "years", "age at the onset of the disease", "0-120"),
    Column("serology", "text", "", "antibodies that were found, parted by semicolons", ""),
    Column("duration_months", "number", "months", "from onset to the last day of which anything is known", "from 0"),
    Column("onset", "text", "", "how the disease began", "acute, chronic, asymptomatic"),
    Column("treatment", "text", "", "drugs of the index day with their doses", "as prednisone 0.5 mg/kg/day"),
    Column("oxygen_l_per_min", "number", "L/min", "highest flow of oxygen", "from 0"),
    Column("outcome", "text", "", "what was recorded, not a judgement", "died, relapsed, or NA"),
    Column("index_date", "date", "", "day of the index event; NA where none was recorded", "ISO 8601"),
    *_MADE_BY,
)
_FIGURES: Final = (
    Column("n", "whole number", "patients", "patients with a value", "from 0"),
    Column("mean", "number", _UNIT, "mean", ""),
    Column("sd", "number", _UNIT, "standard deviation, n - 1", "from 0"),
    Column("median", "number", _UNIT, "median", ""),
    Column("q1", "number", _UNIT, "first quartile by the rule of quartiles", ""),
    Column("q3", "number", _UNIT, "third quartile by the rule of quartiles", ""),
    Column("minimum", "number", _UNIT, "lowest value", ""),
    Column("maximum", "number", _UNIT, "highest value", ""),
    Column("quartiles", "text", "", "rule of the quartiles, by its number in R", "type1 to type9"),
    Column("missing", "whole number", "patients", "patients without a value", "from 0"),
    Column("reasons", "text", "", "why, each with how many, parted by semicolons", "NA where nobody is missing"),
    Column("origins", "text", "", "reference equations or readers, each with how many values", "NA: not recorded"),
)
_POINTS: Final = (_GROUP, _VARIABLE, _POINT, *_FIGURES, *_MADE_BY)
_VALUES: Final = (
    *_PATIENT,
    _VARIABLE,
    _POINT,
    Column("value", "number", _UNIT, "value that stands for the time point", ""),
    Column("date", "date", "", "its day", "ISO 8601"),
    Column("days", "whole number", "days", "from the index day to it; before: negative", ""),
    Column("origin", "text", "", "its reference equations or readers", "NA: not recorded"),
    Column("reason", "text", "", "why there is no value", "NA where there is one"),
    *_MADE_BY,
)
_PAIR: Final = (
    _GROUP,
    _VARIABLE,
    Column("earlier", "text", "", "time point that is compared from", "baseline, 12 months"),
    Column("later", "text", "", "time point that is compared to", "12 months, last"),
)
_COMPARISONS: Final = (
    *_PAIR,
    Column("pairs", "whole number", "patients", "patients with both values", "from 0"),
    Column("earlier_median", "number", _UNIT, "median of the pairs at the earlier", ""),
    Column("later_median", "number", _UNIT, "median of the pairs at the later", ""),
    Column("mean_change", "number", _UNIT, "mean of later less earlier", ""),
    Column("mean_change_low", "number", _UNIT, "lower end of its 95 % interval", ""),
    Column("mean_change_high", "number", _UNIT, "upper end of its 95 % interval", ""),
    Column("t", "number", "", "statistic of the paired t test", ""),
    Column("df", "whole number", "", "degrees of freedom", "from 1"),
    Column("t_p", "number", "", "two-sided p of the paired t test", "0-1"),
    Column("t_p_holm", "number", "", "the same, adjusted by Holm; NA unless asked for", "0-1"),
    Column("t_reason", "text", "", "why there is no t test", "NA where there is one"),
    Column("w_plus", "number", "", "sum of the ranks of rises", "from 0"),
    Column("w_minus", "number", "", "sum of the ranks of falls", "from 0"),
    Column("zeros", "whole number", "patients", "pairs without a change", "from 0"),
    Column("zero_rule", "text", "", "what became of them", "wilcox, pratt"),
    Column("rank_method", "text", "", "how p was found", "exact, normal"),
    Column("rank_p", "number", "", "two-sided p of the signed-rank test", "0-1"),
    Column("rank_p_holm", "number", "", "the same, adjusted by Holm; NA unless asked for", "0-1"),
    Column("other_origin", "whole number", "patients", "pairs of other reference equations or readers", "from 0"),
    *_MADE_BY,
)
_DROPPED: Final = (
    *_PAIR,
    Column("patient", "text", "", "who is in no pair", "code"),
    Column("time_point", "text", "", "time point that is missing, the first of them", "as earlier and later"),
    Column("reason", "text", "", "why", "in words"),
    *_MADE_BY,
)

COHORT_TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "table-1": _TABLE_1,
    "table-2": _POINTS,
    "time-points": _POINTS,
    "values": _VALUES,
    "comparisons": _COMPARISONS,
    "dropped-out": _DROPPED,
}
"""The columns of each table by its name."""


def cohort_csv(found: Cohort, name: str, *, program_version: str) -> bytes:
    """Write one of the tables of `COHORT_TABLES`; what is not known or does not apply is NA."""
    made_by: Row = {
        "scheme": found.rules.scheme,
        "scheme_version": found.rules.scheme_version,
        "index_event": found.rules.index,
        "program_version": program_version,
    }
    rows = (row | made_by for row in _ROWS[name](found))
    return csv_bytes([column.name for column in COHORT_TABLES[name]], rows)


def _table_1(found: Cohort) -> Iterator[Row]:
    for row in found.rows:
        one, profile = row.series, row.series.profile
        yield {
            "patient": one.patient,
            "pattern": one.pattern,
            "sex": profile.sex,
            "age_at_onset_years": profile.age_at_onset_years,
            "serology": "; ".join(profile.serology),
            "duration_months": profile.duration_months,
            "onset": profile.onset,
            "treatment": profile.treatment,
            "oxygen_l_per_min": profile.oxygen_l_per_min,
            "outcome": profile.outcome,
            "index_date": one.index,
        }


def _points(found: Cohort) -> Iterator[Row]:
    for group in found.groups:
        for one in group.points:
            figures = one.summary
            yield {
                "group": group.name,
                "variable": one.variable,
                "time_point": one.time_point,
                **{name: getattr(figures, name) for name in ("n", "mean", "sd", "median", "q1", "q3")},
                "minimum": figures.minimum,
                "maximum": figures.maximum,
                "quartiles": found.rules.quartiles,
                "missing": sum(one.missing.values()),
                "reasons": "; ".join(f"{why}: {count}" for why, count in one.missing.items()),
                "origins": "; ".join(f"{name}: {count}" for name, count in sorted(one.origins.items()) if name),
            }


def _table_2(found: Cohort) -> Iterator[Row]:
    for row in _points(found):
        if row["variable"] in TABLE_2_VARIABLES and row["time_point"] in TABLE_2_POINTS:
            yield row


def _values(found: Cohort) -> Iterator[Row]:
    for row in found.rows:
        for (variable, at), cell in row.cells.items():
            taken = cell if isinstance(cell, Taken) else None
            yield {
                "patient": row.series.patient,
                "pattern": row.series.pattern,
                "variable": variable,
                "time_point": at,
                "value": None if taken is None else taken.of.value,
                "date": None if taken is None else taken.of.on,
                "days": None if taken is None else taken.days,
                "origin": None if taken is None else taken.of.origin,
                "reason": None if isinstance(cell, Taken) else cell.reason,
            }


def _comparisons(found: Cohort) -> Iterator[Row]:
    for group in found.groups:
        for one in group.comparisons:
            t, rank = one.t, one.signed_rank
            yield {
                "group": group.name,
                "variable": one.variable,
                "earlier": one.earlier,
                "later": one.later,
                "pairs": one.pairs,
                "earlier_median": one.before.median,
                "later_median": one.after.median,
                "mean_change": t.mean,
                "mean_change_low": t.low,
                "mean_change_high": t.high,
                "t": t.t,
                "df": t.df,
                "t_p": t.p,
                "t_p_holm": one.t_holm,
                "t_reason": t.reason,
                "w_plus": rank.w_plus,
                "w_minus": rank.w_minus,
                "zeros": rank.zeros,
                "zero_rule": rank.zero_rule,
                "rank_method": rank.method,
                "rank_p": rank.p,
                "rank_p_holm": one.signed_rank_holm,
                "other_origin": len(one.other_origin),
            }


def _dropped(found: Cohort) -> Iterator[Row]:
    for group in found.groups:
        for one in group.comparisons:
            for who in one.dropped:
                yield {
                    "group": group.name,
                    "variable": one.variable,
                    "earlier": one.earlier,
                    "later": one.later,
                    "patient": who.patient,
                    "time_point": who.time_point,
                    "reason": who.reason,
                }


_ROWS: Final[dict[str, Callable[[Cohort], Iterator[Row]]]] = {
    "table-1": _table_1,
    "table-2": _table_2,
    "time-points": _points,
    "values": _values,
    "comparisons": _comparisons,
    "dropped-out": _dropped,
}
