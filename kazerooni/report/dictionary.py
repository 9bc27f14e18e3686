"""Dictionary: what every column of the tables holds; the tables are made in its order, the docs are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kazerooni.model import Component, Finding, Lobe, Origin, State
from kazerooni.tables import Column

GRADED: Final = "graded"
"""In the column `finding`: the row of what the scheme grades, not of one finding."""


_LOBES = ", ".join(lobe.name for lobe in Lobe)
_COMPONENTS = ", ".join(Component)
_STATES = ", ".join(State)
_ORIGINS = ", ".join(Origin)
_FINDINGS = ", ".join(Finding)
_FLAGS = "partly-covered, few-slices, missing-slice, not-hrct, thick-slices"
_ON_GRADED = f"only in rows of finding {GRADED}"

_READING: Final = (
    Column("patient", "text", "", "pseudonym of the patient", "NA where the scan names none"),
    Column("study_date", "date", "", "date of the study", "ISO 8601"),
    Column("series_uid", "text", "", "SeriesInstanceUID of the scan", "UID"),
    Column("reader", "text", "", "who read the scan", "name or sign"),
    Column("reading", "text", "", "id of the reading", ""),
    Column("scheme", "text", "", "scheme that it is graded by", "name of a published scheme"),
    Column("scheme_version", "whole number", "", "version of the scheme", "from 1"),
)
_PROGRAM: Final = Column("program_version", "text", "", "version of kazerooni that made the table", "")

LONG: Final = (
    *_READING,
    Column("lobe", "text", "", "lobe, as the scheme grades it", _LOBES),
    Column("component", "text", "", "component of the score", _COMPONENTS),
    Column("finding", "text", "", f"finding, or {GRADED}: what the scheme grades of it", f"{_FINDINGS}, {GRADED}"),
    Column("percent", "number", "percent of the lobe", "extent of the finding, or graded extent; not rounded", "0-100"),
    Column("present", "true or false", "", f"whether the finding is there; NA in rows of {GRADED}", "true, false"),
    Column(
        "low",
        "number",
        "percent of the lobe",
        f"lower end of the 95 % interval, of sampling only; {_ON_GRADED}",
        "0-100",
    ),
    Column(
        "high",
        "number",
        "percent of the lobe",
        f"upper end of the 95 % interval, of sampling only; {_ON_GRADED}",
        "0-100",
    ),
    Column("grade", "whole number", "", f"grade of the component; {_ON_GRADED}", "0-5"),
    Column("state", "text", "", "state of the component in the lobe; NA where nothing was recorded", _STATES),
    Column("slices", "whole number", "slices", "on how many slices the lobe is seen", "from 1"),
    Column("covered_mm", "number", "mm", "depth that these slices stand for", "over 0"),
    Column(
        "flags",
        "text",
        "",
        f"what is to be known of the lobe, separated by semicolons; trace and on-edge {_ON_GRADED}",
        f"{_FLAGS}, trace, on-edge; NA for none",
    ),
    Column("origin", "text", "", "how what is known of the component came about", _ORIGINS),
    _PROGRAM,
)
"""The columns of the long table: a row for each lobe, component and finding, and one for what is graded."""


def _of_components(lobe: str) -> Iterator[Column]:
    for component in Component:
        name, what = f"{lobe}_{component}", f"{component} component of {lobe}"
        unit = "percent of the lobe"
        yield Column(f"{name}_state", "text", "", f"state of the {what}", _STATES)
        yield Column(f"{name}_percent", "number", unit, f"graded extent of the {what}; not rounded", "0-100")
        yield Column(f"{name}_low", "number", unit, "lower end of its 95 % interval, of sampling only", "0-100")
        yield Column(f"{name}_high", "number", unit, "upper end of its 95 % interval, of sampling only", "0-100")
        yield Column(f"{name}_grade", "whole number", "", f"grade of the {what}", "0-5")
        yield Column(f"{name}_to_edge", "number", "percentage points", "distance to the nearest inner edge", "0-100")
        yield Column(
            f"{name}_trace", "true or false", "", "whether a finding of it may be a stray stroke", "true, false"
        )
        yield Column(f"{name}_on_edge", "true or false", "", "whether a typed percent lies on an edge", "true, false")
        yield Column(f"{name}_origin", "text", "", "how what is known of it came about", _ORIGINS)


def _of_lobe(lobe: str) -> Iterator[Column]:
    yield Column(f"{lobe}_volume_ml", "number", "mL", f"volume of {lobe}", "over 0")
    yield Column(f"{lobe}_slices", "whole number", "slices", f"on how many slices {lobe} is seen", "from 1")
    yield Column(f"{lobe}_covered_mm", "number", "mm", "depth that these slices stand for", "over 0")
    yield Column(
        f"{lobe}_flags", "text", "", f"what is to be known of {lobe}, separated by semicolons", f"{_FLAGS}; NA for none"
    )
    for finding in Finding:
        name = f"{lobe}_{finding}"
        if finding.label is not None:
            unit = "percent of the lobe"
            yield Column(f"{name}_percent", "number", unit, f"{finding.full_name} in {lobe}; not rounded", "0-100")
        yield Column(f"{name}_present", "true or false", "", f"whether {finding.full_name} is in {lobe}", "true, false")
    yield from _of_components(lobe)


WIDE: Final = (
    *_READING,
    Column("status", "text", "", "whether the reading may still change", "draft, signed"),
    Column("partial", "true or false", "", "whether sums over fewer lobes were asked for", "true, false"),
    Column("alveolar", "number", "", "alveolar sum, or mean, of the scheme", "NA where refused"),
    Column("interstitial", "number", "", "interstitial sum, or mean, of the scheme", "NA where refused"),
    Column("total", "number", "", "total of the scheme", "NA where refused"),
    Column("maximum", "number", "", "highest total that the scheme can give", ""),
    Column("lobes", "whole number", "lobes", "on how many lobes the total stands", ""),
    Column(
        "total_low",
        "number",
        "",
        "lowest total under the owners of the edges that typed percents lie on",
        "NA: on none",
    ),
    Column("total_high", "number", "", "highest total under the owners of these edges", "NA: on none"),
    Column("without_traces", "number", "", "total, as if traces had not been marked", "NA where it cannot be formed"),
    Column("without_consolidation", "number", "", "alveolar sum without consolidation", "NA where it cannot be formed"),
    Column("fibrosis_variant", "number", "", "interstitial sum by kazerooni-fibrosis", "NA where it cannot be formed"),
    Column("alveolar_volume_percent", "number", "percent of all lobes", "volume-weighted alveolar extent", "0-100"),
    Column(
        "interstitial_volume_percent", "number", "percent of all lobes", "volume-weighted interstitial extent", "0-100"
    ),
    Column("pattern", "text", "", "pattern of the disease as it was read", "UIP, NSIP or another"),
    Column("manufacturer", "text", "", "manufacturer of the scanner", ""),
    Column("kernel", "text", "", "kernel of reconstruction", ""),
    Column("kernel_class", "text", "", "kind of kernel", "sharp, soft, unknown"),
    Column("kvp", "number", "kV", "tube voltage", ""),
    Column("slice_thickness_mm", "number", "mm", "slice thickness", ""),
    Column("slice_gap_mm", "number", "mm", "usual distance between slices", ""),
    Column("coverage_mm", "number", "mm", "depth that the slices span", ""),
    Column("acquisition", "text", "", "how the scanner moved", "sequential, spiral, unknown"),
    Column("contrast", "text", "", "contrast medium", ""),
    Column("patient_position", "text", "", "PatientPosition", "HFS, FFS, HFP, FFP and others"),
    *(column for lobe in Lobe for column in _of_lobe(lobe.name)),
    Column(
        "notices", "text", "", "codes of what is to be told, separated by semicolons", "codes of notices; NA for none"
    ),
    Column("scan_sha256", "text", "", "digest of the scan", "64 hexadecimal digits"),
    Column("lobes_sha256", "text", "", "digest of the lobe map", "64 hexadecimal digits"),
    Column("alveolar_sha256", "text", "", "digest of the alveolar map", "64 hexadecimal digits"),
    Column("interstitial_sha256", "text", "", "digest of the interstitial map", "64 hexadecimal digits"),
    _PROGRAM,
)
"""The columns of the wide table: a row for each reading; the same columns whatever the scheme."""
