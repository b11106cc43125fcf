"""Web pages: their own words in order, with structure, and nothing of what surrounds them."""

from rag.parse import parse_bytes
from rag.records import ParsedDocument

STORY = "The central bank proposed an almost complete ban of trade and mining on Thursday. " * 3
PAGE = f"""<!doctype html><html><head><meta charset="utf-8">
<title>Bank wants ban - Daily</title><meta name="author" content="Anna Writer">
<meta property="article:published_time" content="2022-01-20T10:00:00Z">
<style>p {{ color: red }}</style><script>var secret = 1;</script></head><body>
<nav><a href="/">Home</a><a href="/news">News</a></nav>
<div class="cookie-banner">We use cookies.</div>
<article><h1>Bank wants ban</h1><p>{STORY}</p>
<p style="display:none">Hidden words.</p><p hidden>More hidden words.</p>
<h2>What it says</h2><ul><li>No <b>mining</b>.</li><li><p>No trade.</p></li></ul>
<table><tr><th>Who</th><th>When</th></tr><tr><td>Bank</td><td>January 2022</td></tr></table>
<pre>x = 1
  y = 2</pre><p>{STORY}It ended<br>well.</p></article>
<form>Subscribe: <input></form><footer>All rights reserved.</footer></body></html>"""


def parse(page: str, name: str = "page.html") -> ParsedDocument:
    return parse_bytes(page.encode(), name)


def with_linked_data(data: str) -> str:
    script = f'<script type="application/ld+json">{data}</script>'
    return f"<html><head><title>T</title>{script}</head><body><p>Text.</p></body></html>"


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def test_structure() -> None:
    found = blocks(parse(PAGE))
    assert found[:-1] == [
        ("heading", "Bank wants ban"),
        ("paragraph", STORY.strip()),
        ("heading", "What it says"),
        ("list_item", "No mining."),
        ("list_item", "No trade."),
        ("table_row", "Who | When"),
        ("table_row", "Bank | January 2022"),
        ("code", "x = 1\n  y = 2"),
    ]
    assert found[-1][1].endswith("It ended well.")
    assert [b.level for b in parse(PAGE).blocks if b.level] == [1, 2]


def test_what_is_left_out() -> None:
    text = parse(PAGE).text
    for words in ("secret", "color", "Home", "cookies", "idden", "Subscribe", "rights"):
        assert words not in text


def test_facts() -> None:
    document = parse(PAGE)
    assert (document.title, document.author, document.date) == (
        "Bank wants ban",
        "Anna Writer",
        "2022-01-20",
    )


def test_linked_data_tells_the_facts() -> None:
    data = '{"@graph": [{"headline": "A ban", "author": [{"name": "B. Two"}], '
    data += '"datePublished": "2022-02"}]}'
    document = parse(with_linked_data(data))
    assert (document.title, document.author, document.date) == ("A ban", "B. Two", "2022-02")


def test_broken_linked_data_is_passed_over() -> None:
    assert parse(with_linked_data("{")).title == "T"


def test_the_declared_encoding_is_used() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Банк России</p></body></html>'
    assert parse_bytes(page.encode("cp1251"), "a.html").text == "Банк России"


def test_external_entities_are_not_resolved() -> None:
    declared = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    page = declared + "<html><body><p>Safe &x; text.</p></body></html>"
    assert "root:" not in parse(page).text


def test_deep_nesting_does_not_overrun() -> None:
    page = "<html><body><p>Top words.</p>" + "<div>" * 5_000 + "deep" + "</div>" * 5_000
    assert "Top words." in parse(page).text


def test_a_sentence_that_was_passed_over_between_two_is_kept_and_a_picture_s_credit_is_not() -> (
    None
):
    # trafilatura leaves out words that come twice.
    inner = f"<h1>Bank</h1><p>{STORY}</p><p>Photo credit: A. Writer / Agency</p><p>{STORY}</p>"
    inner += f"<p>{STORY} Then it ended.</p>"
    text = parse(f"<html><body><article>{inner}</article></body></html>").text
    assert text.count(STORY.strip()) == 3
    assert "credit" not in text


def test_a_word_of_the_menu_that_the_story_has_too_is_left_out() -> None:
    menu = "<div><a href=/>Mining</a></div><div><a href=/>Trade</a></div>"
    page = (
        f"<html><body>{menu}<article><p>{STORY}</p><p>{STORY}It ended.</p></article></body></html>"
    )
    assert "Mining" not in parse(page).text


def test_marks_of_notes_stand_apart_and_powers_do_not() -> None:
    page = "<p>It ended.<sup><a>[1]</a></sup><sup>[2]</sup> A square of 5 m<sup>2</sup>.</p>"
    assert parse(f"<html><body>{page}</body></html>").text == "It ended. [1] [2] A square of 5 m2."
