"""What a net's text and its start tell before anything is filled or trained."""

from fillerkit.checks import format as _format
from fillerkit.checks import params as _params
from fillerkit.checks import signal as _signal
from fillerkit.checks.check import Report as Report
from fillerkit.checks.check import check as check
from fillerkit.checks.warning import Finding as Finding
from fillerkit.checks.warning import warnings as warnings
