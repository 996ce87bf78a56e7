"""Debian's Chromium, driven by Playwright: how to get it, and what makes its pages the same each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

PROGRAM: Final = Path("/usr/bin/chromium")
MISSING: Final = f"no Chromium at {PROGRAM}: nothing was looked at in a browser (Debian: apt-get install chromium)"


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """A running Chromium without a window; it ends with the block."""
    # Chromium refuses its sandbox to root. It only ever opens pages of this machine.
    # In a container, shared memory is often too small for it.
    arguments = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
