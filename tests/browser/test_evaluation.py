"""The page of an evaluation, as a browser shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.evaluate.compare import compare_runs
from rag.evaluate.page import render_page
from tests.browser.conftest import People
from tests.evaluate.examples import run, scored

NAMES = ("Accuracy against coverage", "Reliability", "Refusals as the threshold moves", "Delay")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_a_run_fits_and_names_its_plots(
    people: People, tmp_path: Path, width: int
) -> None:
    asked = [scored(f"q{n}", n % 3 > 0, n / 60, n % 4 > 0, threshold=0.25) for n in range(60)]
    comparison = compare_runs(asked, asked, "the run before", 20)
    thresholds = {"cautious": 0.6, "eager": 0.2}
    (tmp_path / "page.html").write_text(
        render_page(run(asked), thresholds, ["python"] * 60, comparison, run(asked)),
        encoding="utf-8",
    )
    page = people.arrive((tmp_path / "page.html").as_uri(), width=width, color_scheme="dark")
    for name in NAMES:
        expect(page.get_by_role("img", name=name)).to_be_visible()
        page.get_by_role("figure").filter(has_text=name).get_by_text("As a table").click()
        expect(page.get_by_role("table", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
