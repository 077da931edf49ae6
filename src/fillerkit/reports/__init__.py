"""All that is known of a net on one page, for a browser."""

from fillerkit.reports.page import Page as Page
from fillerkit.reports.report import check_output as check_output
from fillerkit.reports.report import report as report
