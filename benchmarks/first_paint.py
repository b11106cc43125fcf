"""Time to the first paint of the chat beside that of an empty Streamlit app, in real Chromium.

Both are served on loopback and opened in turn by fresh browser contexts; what counts is the time
from the request to the page's heading being visible. ``python benchmarks/first_paint.py [ROUNDS]``
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-background-networking --no-first-run".split()
EMPTY_APP = 'import streamlit as st\n\nst.title("Ask your documents")\n'
GOAL = 1.3


def main() -> None:
    """Measures, prints every figure, and exits with 1 where the goal is missed."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY_APP)
        print("taking in the sample corpus…", flush=True)
        environment = {**os.environ, "RAG_INDEX": str(folder / "index"), "HOME": name}
        sync = [sys.executable, "-m", "rag", "sync", "corpus"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, capture_output=True)
        cold, warm = measure(folder, environment, rounds)
    print("first visit to a fresh server")
    ratios = [report(cold)]
    print("later visits, the models loaded")
    ratios.append(report(warm))
    sys.exit(max(ratios) > GOAL)


def measure(
    folder: Path, environment: dict[str, str], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Gives seconds to the heading, of the first and of later visits, for either app."""
    scripts = {"empty": str(folder / "empty.py"), "chat": str(ROOT / "streamlit_app.py")}
    cold: dict[str, list[float]] = {name: [] for name in scripts}
    warm: dict[str, list[float]] = {name: [] for name in scripts}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visit(browser, None)
        for number in range(rounds):
            names = sorted(scripts, reverse=bool(number % 2))  # neither always goes first
            for name in names:
                with Served(scripts[name], environment) as address:
                    cold[name].append(visit(browser, address))
                    if name == "chat":
                        wait_until_ready(browser, address)
                    warm[name].append(visit(browser, address))
        browser.close()
    return cold, warm


def visit(browser: Browser, address: str | None) -> float:
    """Opens a page as somebody new and gives the seconds until its heading is there."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    if address:
        page.goto(address, wait_until="commit")
        page.get_by_role("heading", name="Ask your documents").wait_for(timeout=120_000)
    seconds = time.perf_counter() - began
    context.close()
    return seconds


def wait_until_ready(browser: Browser, address: str) -> None:
    """Waits until models and suggestions are there, so that the later visit is a usual one."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("Ready", exact=True).wait_for(timeout=300_000)
    page.locator(".st-key-suggestions button").first.wait_for(timeout=300_000)
    page.close()


class Served:
    """Serves an app for as long as the block lasts, and gives its address."""

    def __init__(self, script: str, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
        self._command = [*command, "--server.headless", "true"]
        self._environment = environment

    def __enter__(self) -> str:
        # The empty app gets the same settings, for it is started in the same folder.
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                with urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=1):
                    return self._address
            except OSError:
                time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


def report(figures: dict[str, list[float]]) -> float:
    """Prints the medians, and gives how many times the empty app's the chat's is."""
    for name, seconds in figures.items():
        listed = " ".join(f"{second:.2f}" for second in seconds)
        print(f"  {name:6} median {statistics.median(seconds):.2f} s   ({listed})")
    ratio = statistics.median(figures["chat"]) / statistics.median(figures["empty"])
    print(f"  ratio  {ratio:.2f} (goal {GOAL})")
    return ratio


if __name__ == "__main__":
    main()
