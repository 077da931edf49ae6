"""What a net's text and its start tell before anything is filled or trained."""

from fillerkit.checks.check import Report as Report
from fillerkit.checks.check import check as check
from fillerkit.checks.warning import Finding as Finding
from fillerkit.checks.warning import warnings as warnings
from fillerkit.registry import import_modules

import_modules(__name__)
