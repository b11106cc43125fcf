"""How soon the first token of a written answer is on the page, and twenty people at once.

A server on loopback speaks the OpenAI protocol and notes when it sends its first token; a real
Chromium notes when the page has painted it. Both read the clock of this machine. Then twenty
browsers, each with a cookie jar, a web socket and a session of its own, ask at once; the server
goes on only when all twenty pages show their first token, so that all streams are open together.
``python -m benchmarks.first_token [QUESTIONS] [PEOPLE]``
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.first_paint import ARGUMENTS, CHROMIUM, ROOT, Served

GOAL_MS = 150
THINKING_S = 0.5  # from a question to the first token of a quick model on a machine of its own
TOGETHER_S = 300
LOADING_MS = 180_000
TRUE = "The Central Bank, however, wants an almost total ban like the one in China."

# Notes when each token, a word like "Token17x", is in the page and when it is painted. Of many tabs
# a browser paints the one in front alone.
WATCH = """
window.arrived = {};
window.painted = {};
const now = () => performance.timeOrigin + performance.now();
new MutationObserver(() => {
  for (const place of document.querySelectorAll(".fn-draft")) {
    const token = place.textContent.match(/Token\\d+x(?!:)/)?.[0];  // not in the question
    if (token && !(token in window.arrived)) {
      window.arrived[token] = now();
      requestAnimationFrame(() => { window.painted[token] = now(); });
    }
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


class Model(ThreadingHTTPServer):
    """A model whose first token names the question, and which notes when it sent that.

    Attributes:
        thinking_s: before the first token.
        goes_on: what each stream waits for after its first token.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Stream)
        self.thinking_s = THINKING_S
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.sent: dict[str, float] = {}

    @property
    def address(self) -> str:
        """Gives the base address, as RAG_MODEL_ADDRESS takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Stream(BaseHTTPRequestHandler):
    """Speaks the protocol."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Model

    def do_GET(self) -> None:
        """Lists the model."""
        data = json.dumps({"object": "list", "data": [{"id": "m", "max_model_len": 16_384}]})
        self._head("application/json", "Content-Length", str(len(data)))
        self.wfile.write(data.encode())

    def do_POST(self) -> None:
        """Writes."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = re.findall(r"Token\d+x", body["messages"][-1]["content"])[-1]
        self._head("text/event-stream", "Transfer-Encoding", "chunked")
        time.sleep(self.server.thinking_s)
        self.server.sent[token] = 1000 * time.time()
        self._event({"content": f"{token} "})
        self.server.goes_on.wait(TOGETHER_S)
        self._event({"content": "is asked about. "})
        for word in TRUE.split():
            self._event({"content": f"{word} "})
            time.sleep(0.02)
        self._event({}, "stop")
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, kind: str, name: str, value: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header(name, value)
        self.end_headers()

    def _event(self, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        kind = "chat.completion.chunk"
        data: dict[str, Any] = {"id": "c", "object": kind, "created": 1, "model": "m"}
        self._chunk(f"data: {json.dumps({**data, 'choices': [choice]})}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


def main() -> None:
    """Measures, prints every figure, and exits with 1 where a goal is missed."""
    questions, people = (int(a) for a in (*sys.argv[1:], "20", "20")[:2])
    expect.set_options(timeout=LOADING_MS)
    with serving() as (model, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = arrive(browser, address)
        expect(page.get_by_text("Ready", exact=True)).to_be_visible()
        ask(page, model, 0)
        missed = False
        for model.thinking_s in (THINKING_S, 0.0):
            first = 1_000 if model.thinking_s else 2_000
            delays = [ask(page, model, first + number) for number in range(questions)]
            sent = f"{model.thinking_s} s after it was asked"
            median = report(f"one person, the server sends {sent}", delays)
            missed |= bool(model.thinking_s) and median > GOAL_MS
        page.context.close()
        model.thinking_s = THINKING_S
        missed |= not ask_together(browser, address, model, people)
        browser.close()
    sys.exit(missed)


@contextmanager
def serving() -> Iterator[tuple[Model, str]]:
    """Serves the sample corpus with a model."""
    model = Model()
    threading.Thread(target=model.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "RAG_INDEX": f"{folder}/index", "HOME": folder}
        sync = [sys.executable, "-m", "rag", "sync", "corpus"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, capture_output=True)
        environment |= {"RAG_MODEL": "openai:m", "RAG_MODEL_ADDRESS": model.address}
        environment |= {"RAG_MODEL_SECONDS": str(TOGETHER_S)}
        with Served(str(ROOT / "streamlit_app.py"), environment) as address:
            yield model, address
    model.shutdown()


def arrive(browser: Browser, address: str) -> Page:
    """Opens the chat as somebody new."""
    page = browser.new_context().new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    return page


def ask(page: Page, model: Model, number: int) -> float:
    """Asks in a new chat, and gives the milliseconds from the first token sent to painted."""
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
    put(page, number)
    wait_for_answer(page)
    return delay(page, model, number, "painted")


def put(page: Page, number: int) -> None:
    """Asks, and waits for nothing."""
    box = page.get_by_role("textbox", name="Ask your documents")
    expect(box).to_be_enabled()
    box.fill(f"Token{number}x: what does the Central Bank want?")
    box.press("Enter")


def wait_for_answer(page: Page) -> None:
    """Waits for the sentences and their verdicts."""
    expect(page.locator(".fn-answer")).to_contain_text("Written by openai:m")
    expect(page.locator(".fn-verbatim, .fn-supported")).to_contain_text("almost total ban")


def delay(page: Page, model: Model, number: int, until: str) -> float:
    """Gives the milliseconds from a first token's being sent until ``arrived`` or ``painted``."""
    token = f"Token{number}x"
    return float(page.evaluate(f"window.{until}.{token}")) - model.sent[token]


def ask_together(browser: Browser, address: str, model: Model, people: int) -> bool:
    """Has many people ask at once, and gives whether each got a whole answer."""
    pages = [arrive(browser, address) for _ in range(people)]
    for page in pages:
        expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    model.goes_on.clear()
    began = time.perf_counter()
    for number, page in enumerate(pages):
        put(page, 3_000 + number)
    for number, page in enumerate(pages):
        written = re.compile(rf"Token{3_000 + number}x(?!:)")
        expect(page.locator(".fn-draft")).to_contain_text(written)
    print(
        f"{people} people see a draft at once, {time.perf_counter() - began:.1f} s after the first"
    )
    model.goes_on.set()
    whole = 0
    for page in pages:
        try:
            wait_for_answer(page)
            whole += 1
        except AssertionError:
            print("  without an answer:", page.locator(".stChatMessage").last.inner_text()[:300])
    took = time.perf_counter() - began
    print(f"{whole} of {people} whole answers, {took:.1f} s after the first was asked")
    delays = [delay(page, model, 3_000 + n, "arrived") for n, page in enumerate(pages)]
    report("their first tokens", delays)
    return whole == people


def report(what: str, delays: list[float]) -> float:
    """Prints delays, and gives their median."""
    delays = sorted(delays)
    median, usual = statistics.median(delays), delays[int(0.95 * (len(delays) - 1))]
    print(
        f"{what}: median {median:.0f} ms, 19 of 20 within {usual:.0f} ms, at most "
        f"{delays[-1]:.0f} ms (of {len(delays)})",
        flush=True,
    )
    return median


if __name__ == "__main__":
    main()
