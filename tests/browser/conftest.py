"""Real Chromium against the real app: one server for all tests, on a library of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.browser.corpus import write_corpus

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
LOOPBACK = {"127.0.0.1", "localhost"}
START_SECONDS = 60
LOADING_MS = 120_000
PATIENCE_MS = 20_000  # two shared cores: a page may take its time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A running app."""

    address: str
    index: Path
    outside: list[str] = field(default_factory=list)


# Not of the whole session: Playwright keeps an event loop running, which other tests cannot have.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        missing = f"{CHROMIUM} is not there, so no page can be looked at"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serves three little documents with the app as a person starts it."""
    folder = tmp_path_factory.mktemp("site")
    index = folder / "index"
    write_corpus(folder / "corpus")
    environment = clean_environment(folder, index)
    subprocess.run(
        [sys.executable, "-m", "rag", "sync", str(folder / "corpus")],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    with served("streamlit_app.py", environment, folder) as address:
        wait_for_models(chromium, address)
        yield Site(address, index)


@pytest.fixture(scope="package")
def stub_site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serves the stub, which can be as slow as a test wants it."""
    folder = tmp_path_factory.mktemp("stub")
    environment = clean_environment(folder, folder / "index")
    with served("tests/ui/stub_app.py", environment, folder) as address:
        yield Site(address, folder / "index")


def wait_for_models(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(address)
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=LOADING_MS)
    page.close()


def clean_environment(folder: Path, index: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"HOME": str(folder), "RAG_INDEX": str(index), "PYTHONPATH": str(ROOT)}


class served:  # noqa: N801 - reads as a phrase
    """Runs an app for as long as the block lasts, and gives its address."""

    def __init__(self, script: str, environment: dict[str, str], folder: Path) -> None:
        self._script, self._environment, self._folder = script, environment, folder

    def __enter__(self) -> str:
        port = free_port()
        self._log = (self._folder / "server.log").open("w")
        command = [sys.executable, "-m", "streamlit", "run", self._script]
        self._process = subprocess.Popen(
            [*command, "--server.port", str(port), "--server.headless", "true"],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        self._wait_for(f"{address}/_stcore/health")
        return address

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    def _wait_for(self, address: str) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(address, timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        pytest.fail((self._folder / "server.log").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class People:
    """Opens browsers, each with a cookie jar of its own, that cannot reach beyond loopback."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.outside: list[str] = []
        self.errors: list[str] = []

    def arrive(self, address: str, width: int = 1280, height: int = 800, **choices: str) -> Page:
        context = self._chromium.new_context(viewport={"width": width, "height": height}, **choices)
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", self._let_through)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        return page

    def _let_through(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self.outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def leave(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def people(chromium: Browser) -> Iterator[People]:
    """Whoever visits in a test; at its end nothing may have left the machine."""
    visitors = People(chromium)
    yield visitors
    visitors.leave()
    assert visitors.outside == []
    assert visitors.errors == []


@pytest.fixture
def page(people: People, site: Site) -> Page:
    """A reader at a desk."""
    return people.arrive(site.address)


def ask(page: Page, question: str) -> None:
    """Asks as a person does, and waits until there is an answer."""
    box = page.get_by_role("textbox", name="Ask your documents")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_text(question, exact=True).first).to_be_visible()
    expect(page.locator(".fn-answer").last).to_be_visible()
