"""How the tests are shared out where two processes run them (``pytest -n 2 --dist loadgroup``)."""

from __future__ import annotations

from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of a file together, and those of all pages, which share a server."""
    for item in items:
        group = "pages" if PAGES in item.path.parents else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
