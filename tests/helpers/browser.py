"""A real browser: found, driven, and watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Where this is set, a browser that is missing is an error.
REQUIRED = "FILLERKIT_BROWSER_REQUIRED"
MISSING = "no browser to drive pages with: apt-get install chromium, pip install playwright"


def installed() -> str:
    """The program; where there is none, the file is left out, or fails if it has to run."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found and find_spec("playwright"):
        return found
    if os.environ.get(REQUIRED):
        pytest.fail(f"{MISSING} ({REQUIRED} is set)")
    pytest.skip(MISSING, allow_module_level=True)


@contextmanager
def started() -> Iterator[Browser]:
    program = installed()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, **settings: Any) -> Iterator[Page]:
    """A page from disk, as a person would see it; it asks for nothing and complains of nothing."""
    settings = {"viewport": {"width": 1400, "height": 900}} | settings
    context = browser.new_context(**settings)
    page = context.new_page()
    page.set_default_timeout(5000)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert not said, said
    assert asked == [file.as_uri()], asked
