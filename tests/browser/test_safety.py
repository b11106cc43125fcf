"""What a document or a stranger's page must not be able to do, and how it looks to all."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import People, Site, ask
from tests.browser.corpus import HOSTILE_LINE, HOSTILE_NAME

CONTRAST = """element => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const paint = (...colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = rgb => {
    const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = [];
  for (let e = element; e; e = e.parentElement) behind.unshift(getComputedStyle(e).backgroundColor);
  const back = paint(...behind);
  const front = paint(...behind, getComputedStyle(element).color);
  const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


def test_hostile_text_stays_text(people: People, page: Page) -> None:
    ask(page, "When does the ferry to Visby leave?")
    expect(page.locator(".fn-answer")).to_contain_text("seven o'clock")
    page.get_by_role("button", name="Open source 1:").click()
    text = page.get_by_role("region", name="Text of")
    expect(page.locator("mark")).to_be_in_viewport()
    assert HOSTILE_LINE in (text.text_content() or "")
    expect(page).to_have_title("Footnote")
    for harm in ("img[src*=evil]", "a[href*=evil]", "a[href^=javascript]", "iframe"):
        expect(page.locator(harm)).to_have_count(0)
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_role("table", name="Documents")).to_contain_text(HOSTILE_NAME)
    assert people.outside == []


def test_a_hostile_question_stays_text(people: People, page: Page) -> None:
    question = (
        "![](http://evil.example/q.png) <script>document.title='owned'</script> :red[ban] $x$?"
    )
    ask(page, question)
    expect(page.get_by_text(question, exact=True).first).to_be_visible()
    expect(page).to_have_title("Footnote")
    expect(page.locator("img[src*=evil]")).to_have_count(0)
    assert people.outside == []


def test_the_server_sends_its_policies(site: Site) -> None:
    request = urllib.request.Request(site.address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "img-src 'self' data: blob:", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("header", "value"), [("Host", "evil.example"), ("Origin", "http://evil.example")]
)
def test_a_foreign_page_gets_no_connection(site: Site, header: str, value: str) -> None:
    address = site.address.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(address, additional_headers={header: value}):
        pass


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_read_it(people: People, site: Site, scheme: str, tmp_path: Path) -> None:
    page = people.arrive(site.address, color_scheme=scheme)
    ask(page, "What does the Central Bank want?")
    page.get_by_role("button", name="Open source 1:").click()
    expect(page.locator("mark")).to_be_in_viewport()
    read = [
        page.locator(".fn-text"),
        page.locator(".fn-line"),
        page.locator(".fn-number").first,
        page.locator("mark"),
        page.locator(".fn-source .fn-facts"),
        page.get_by_test_id("stSidebar").get_by_text("Latest chats"),
        page.get_by_test_id("stSidebar").get_by_text("documents"),
    ]
    assert [name(one) for one in read if contrast(one) < 4.5] == []
    dark = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (dark == "rgb(20, 24, 27)") == (scheme == "dark")
    page.screenshot(path=tmp_path / f"chat-{scheme}.png")


def contrast(element: Locator) -> float:
    return float(element.evaluate(CONTRAST))


def name(element: Locator) -> str:
    return f"{element.inner_text()[:40]} {contrast(element):.2f}"
