"""Tells scripts that are written for Python 2, as most old ones are, by their errors."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import traceback
from pathlib import Path

# What Python 3 says of syntax that only Python 2 has, or how such a line looks.
_SAYS = re.compile(
    r"Missing parentheses in call to '(print|exec)'"
    r"|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals"
    r"|invalid (decimal|hexadecimal) literal"
)
_LINES = re.compile(
    r"^\s*(print|exec)\s+[^=(]"
    r"|^\s*print\s*>>"
    r"|^\s*except\s+[\w.()\s,]+,\s*\w+\s*:"
    r"|^\s*raise\s+[\w.]+\s*,"
    r"|<>|`|\b[uU][rR]['\"]|\b0[0-7]+\b|\b\d+[lL]\b|lambda\s*\(|def\s+\w+\(([^()=]*,)?\s*\("
)

# What Python 3 says of names that only Python 2 has, and of what works otherwise in it.
_MISSING = re.compile(
    r"unsupported operand type\(s\) for >>: 'builtin_function_or_method'"
    r"|has no attribute '(iteritems|iterkeys|itervalues|has_key|next|decode|letters|maketrans)'"
    r"|name '(xrange|unicode|raw_input|basestring|long|reduce|unichr|execfile|reload|file|cmp)' is"
    r"|No module named '(cPickle|cStringIO|StringIO|Queue|ConfigParser|urllib2|urlparse|commands"
    r"|Tkinter|SocketServer|SimpleHTTPServer|HTMLParser|httplib|__builtin__|exceptions)'"
    r"|cannot import name '(izip|imap|ifilter|izip_longest)'"
    r"|'(odict|dict)_(keys|values|items)' object is not subscriptable"
    r"|'(map|filter|zip|range)' object (is not subscriptable|does not support item assignment)"
    r"|object of type '(map|filter|zip)' has no len"
    r"|not supported between instances of 'builtin_function_or_method' and"
    r"|'float' object cannot be interpreted as an integer"
    r"|expected a sequence of integers or a single integer"
    r"|slice indices must be integers|indices must be integers or slices, not float"
    r"|only integers, slices .* are valid indices"
    r"|a bytes-like object is required, not 'str'"
    r"|write\(\) argument must be str, not bytes"
    r"|'utf-8' codec can't decode"
)

_FOLDER = str(Path(__file__).parents[1]) + os.sep
_STANDARD = sysconfig.get_path("stdlib") + os.sep
_WAY_OUT = (
    "2to3 (which comes with Python up to 3.12) or futurize (pip install future) do most of it"
)
_BY_HAND = "; 3 / 2 has to become 3 // 2, and open(binary) open(binary, 'rb'), by hand"


def unreadable(error: Exception) -> str:
    """The message for a line that only Python 2 reads, with file and line, else ""."""
    if not isinstance(error, SyntaxError):
        return ""
    text = (error.text or "").strip()
    code = re.sub(r"#.*|\"[^\"]*\"|'[^']*'", "''", text)  # what is said in words does not count
    if isinstance(error, TabError):
        what = "mixes tabs and spaces, as Python 2 let it"
    elif _SAYS.search(error.msg or "") or _LINES.search(code):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        what = f"is Python 2, which Python {version} does not read"
    else:
        return ""
    return (
        f"{error.filename}:{error.lineno}: this {what}: {text or error.msg} ({error.msg}); "
        f"rewrite it for Python 3 first: {_WAY_OUT}"
    )


def remark(error: Exception) -> str:
    """What to add to an error that Python 2 would not have had, or ""."""
    if not _MISSING.search(str(error)):
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not is_library(frame.filename)]
    last = (own or frames)[-1]
    return f"{last.filename}:{last.lineno} may be written for Python 2: {_WAY_OUT}{_BY_HAND}"


def is_library(file: str) -> bool:
    """Whether a file is fillerkit's, Python's or an installed package's, not the script's."""
    return file.startswith((_FOLDER, _STANDARD, "<")) or "-packages" in file
