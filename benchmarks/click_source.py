"""How long a click on a number takes to show the marked passage, with twenty people at it.

Each person is a browser context of real Chromium with a chat over the sample corpus, and clicks on
another number every ten seconds. What counts is the time in the page itself, from the click until
the mark is seen and, for a PDF, the picture of its page is there.
``python -m benchmarks.click_source [PEOPLE] [CLICKS]``
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.first_paint import ARGUMENTS, CHROMIUM, ROOT, Served

GOAL_MS = 500
PERIOD_S = 10.0
LOADING_MS = 300_000
QUESTIONS = (
    "What does the Central Bank want?",
    "When did the pilot of the digital ruble begin?",
    "How much electricity does mining use in Russia?",
    "Which countries regulate crypto?",
)
CLICK = """async which => {
  const number = document.querySelectorAll('.fn-number')[which];
  const shown = () => document.querySelector('.fn-source');
  const before = shown()?.view.data.openedAt;
  number.scrollIntoView({block: 'center'});
  const began = performance.now();
  number.click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const source = shown();
    const picture = source?.querySelector('img');
    const mark = source?.querySelector('mark');
    const isNew = source && source.view.data.openedAt !== before;
    if (isNew && mark && (!picture || picture.naturalWidth)) {
      const at = mark.getBoundingClientRect();
      if (at.height && at.top >= 0 && at.top < window.innerHeight)
        return {ms: performance.now() - began, kind: picture ? 'pdf' : 'text'};
    }
    if (performance.now() - began > 15000) return {ms: 15000, kind: 'missed'};
  }
}"""


async def main() -> bool:
    """Measures, prints every figure, and gives whether the goal is met."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    clicks = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    with tempfile.TemporaryDirectory() as folder:
        print("taking in the sample corpus…", flush=True)
        environment = {**os.environ, "RAG_INDEX": f"{folder}/index", "HOME": folder}
        sync = [sys.executable, "-m", "rag", "sync", "corpus"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, capture_output=True)
        with Served(str(ROOT / "streamlit_app.py"), environment) as address:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                print(f"{people} people arrive and ask…", flush=True)
                pages = [await arrive(browser, address, n) for n in range(people)]
                figures = await click_all(pages, clicks)
                await browser.close()
    return report(figures)


async def arrive(browser: Browser, address: str, number: int) -> Page:
    """Opens a chat of somebody new, with two answers in it."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_text("Ready", exact=True).wait_for(timeout=LOADING_MS)
    for asked in range(2):
        box = page.get_by_role("textbox", name="Ask your documents")
        await box.fill(QUESTIONS[(number + asked) % len(QUESTIONS)])
        await box.press("Enter")
        await page.locator(".fn-answer").nth(asked).wait_for(timeout=60_000)
    return page


async def click_all(pages: list[Page], clicks: int) -> list[tuple[float, str]]:
    """Lets each person click every ten seconds, one after the other within them."""
    print(f"each clicks {clicks} times, every {PERIOD_S:.0f} s…", flush=True)
    began = time.monotonic() + 1
    figures: list[tuple[float, str]] = []

    async def click(page: Page, number: int) -> None:
        numbers = await page.locator(".fn-number").count()
        for turn in range(clicks):
            due = began + PERIOD_S * (turn + number / len(pages))
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            told = await page.evaluate(CLICK, turn % numbers)
            figures.append((told["ms"], told["kind"]))

    await asyncio.gather(*(click(page, number) for number, page in enumerate(pages)))
    return figures


def report(figures: list[tuple[float, str]]) -> bool:
    """Prints the figures, and gives whether the goal is met."""
    for kind in ("pdf", "text", "missed"):
        of_kind = sorted(ms for ms, one in figures if one == kind)
        if of_kind:
            print(f"{kind:6} {describe(of_kind)}")
    whole = sorted(ms for ms, _ in figures)
    print(f"all    {describe(whole)} (goal {GOAL_MS} ms at the 95th percentile)")
    print(f"load   {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return percentile(whole, 0.95) <= GOAL_MS


def describe(ordered: list[float]) -> str:
    return (
        f"{len(ordered)} clicks: median {statistics.median(ordered):.0f} ms, "
        f"95th percentile {percentile(ordered, 0.95):.0f} ms, longest {ordered[-1]:.0f} ms"
    )


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
