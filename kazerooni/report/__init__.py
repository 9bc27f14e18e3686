"""Report: what is said of a reading, made once from a Case, and laid out as HTML, PDF, CSV and JSON."""

from kazerooni.report.agreement_plot import bland_altman_plot
from kazerooni.report.agreement_tables import AGREEMENT_TABLES, agreement_csv
from kazerooni.report.cohort_plot import COHORT_FIGURES, cohort_plot
from kazerooni.report.cohort_tables import COHORT_TABLES, cohort_csv
from kazerooni.report.content import PAPERS, Paper, Report, report_of
from kazerooni.report.dictionary import LONG, WIDE
from kazerooni.report.difference_tables import CROSS_TABLE, DIFFERENCE
from kazerooni.report.difference_write import DIFFERENCE_FILES, write_difference
from kazerooni.report.numbers import in_full, percent
from kazerooni.report.pdf import report_pdf
from kazerooni.report.planes import lobe_planes
from kazerooni.report.plot import Picture, timeline_plot
from kazerooni.report.redcap import REDCAP_COLUMNS, REDCAP_FIELDS, redcap_csv, redcap_dictionary_csv
from kazerooni.report.tables import long_csv, wide_csv
from kazerooni.report.wording import DIFFERENCES
from kazerooni.report.write import PAGES, WRITERS, Writer, write_report

__all__ = [
    "AGREEMENT_TABLES",
    "COHORT_FIGURES",
    "COHORT_TABLES",
    "CROSS_TABLE",
    "DIFFERENCE",
    "DIFFERENCES",
    "DIFFERENCE_FILES",
    "LONG",
    "PAGES",
    "PAPERS",
    "REDCAP_COLUMNS",
    "REDCAP_FIELDS",
    "WIDE",
    "WRITERS",
    "Paper",
    "Picture",
    "Report",
    "Writer",
    "agreement_csv",
    "bland_altman_plot",
    "cohort_csv",
    "cohort_plot",
    "in_full",
    "lobe_planes",
    "long_csv",
    "percent",
    "redcap_csv",
    "redcap_dictionary_csv",
    "report_of",
    "report_pdf",
    "timeline_plot",
    "wide_csv",
    "write_difference",
    "write_report",
]
