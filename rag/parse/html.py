"""Web pages: their main text with its structure, without navigation, advertisements and scripts.

trafilatura tells which words are the page's own; the walk over the page gives them their headings,
lists and tables, which trafilatura keeps less well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder
from rag.parse.clean import clean_code, clean_words
from rag.parse.decode import decode
from rag.parse.html_facts import read_facts
from rag.records import BlockKind, ParsedDocument

_DEPTH_LIMIT = 2_000  # nested elements; a page written by hand or by a program has some dozens
_LARGEST_SELECTED = 2_000_000  # characters; larger pages are taken whole, a search would be slow
_LEAST_ARTICLE_SHARE = 0.35  # below it trafilatura took a corner of the page for the whole
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding=[\"']([\w-]+)")
_LEFT_OUT = frozenset(
    [
        *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas"),
        *("form", "button", "select", "input", "textarea", "nav", "aside", "dialog", "head", "map"),
        *("audio", "video", "menu", "footer"),
    ]
)
_BLOCKS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "list_item"),
    **dict.fromkeys(("tr", "caption"), "table_row"),
    "pre": "code",
}
_CONTAINERS = frozenset(
    [
        *("html", "body", "div", "p", "section", "article", "main", "header", "blockquote", "ul"),
        *("ol", "dl", "table", "thead", "tbody", "tfoot", "figure", "figcaption", "address", "hr"),
        *("details", "summary", "center", "fieldset", "td", "th"),
    ]
)
_BOX_WORDS = re.compile(
    r"(?:^|[\s_-])(?:cookie|consent|gdpr|advert|advertisement|ads?|banner|breadcrumbs?|sidebar|navbar"
    r"|navigation|newsletter|subscribe|share|sharing|social|related|promo|sponsored|skip-link|popup"
    r"|modal)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True)
class _Found:
    """A block of the page before it is chosen; ``links`` counts its characters inside links."""

    kind: BlockKind
    words: str
    level: int = 0
    links: int = 0


def parse_html(data: bytes, name: str) -> ParsedDocument:
    """Reads a web page; raises UnreadableDocument for bytes that are none."""
    declared = _XML_ENCODING.match(data[:1024]) or _CHARSET.search(data[:8192])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    if decoded is None:
        raise UnreadableDocument(
            f'"{name}" is not a web page that can be read; save the page again and add that.'
        )
    root = _tree(decoded.text)
    if root is None:
        return ParsedDocument("", "text/html", ())
    facts = read_facts(root)
    found = _Walk().blocks(root)
    chosen = _choose(found, _main_text(decoded.text, found))
    builder = TextBuilder()
    for block in chosen:
        builder.add(block.kind, block.words, block.level)
    heading = next((block.words for block in chosen if block.kind == "heading"), None)
    return ParsedDocument(
        builder.text(),
        "text/html",
        tuple(builder.blocks),
        title=facts.title or heading,
        author=facts.author,
        date=facts.date,
        warnings=_warnings(name, decoded.encoding) if decoded.guessed else (),
    )


def _warnings(name: str, encoding: str) -> tuple[str, ...]:
    return (
        f'"{name}" does not say how its letters are encoded; it was read as {encoding}, so look '
        "whether the letters are right.",
    )


def _tree(text: str) -> Any:
    from lxml import html

    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    return html.document_fromstring(
        text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True
    )


class _Walk:
    """Walks a page without recursion, for pages may be nested as deep as their makers like."""

    def __init__(self) -> None:
        self._found: list[_Found] = []
        self._words: list[str] = []
        self._links = 0
        self._kind: tuple[BlockKind, int] = ("paragraph", 0)
        self._in_link = 0
        self._in_code = 0
        self._in_row = 0

    def blocks(self, root: Any) -> list[_Found]:
        from lxml import etree

        skipped = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                if skipped or _is_left_out(element):
                    skipped += 1
                else:
                    self._enter(element)
            elif skipped:
                skipped -= 1
            else:
                self._leave(element)
            if event == "end" and not skipped and element.tail:
                self._add(element.tail)
        self._flush()
        return self._found

    def _enter(self, element: Any) -> None:
        tag = element.tag
        if tag == "tr":
            self._flush()
            self._kind = ("table_row", 0)
            self._in_row += 1
        elif tag in _BLOCKS and not self._in_row:
            self._flush()
            self._kind = (_BLOCKS[tag], int(tag[1]) if tag[0] == "h" else 0)
        elif tag in _CONTAINERS and not self._in_row and not self._is_first_of_item(tag):
            self._flush()
        elif tag == "br" or tag in _CONTAINERS:
            self._add("\n" if self._in_code else " ")
        self._in_link += tag == "a"
        self._in_code += tag == "pre"
        if element.text:
            self._add(element.text)

    def _leave(self, element: Any) -> None:
        tag = element.tag
        self._in_link -= tag == "a"
        if tag in {"td", "th"} and self._in_row:
            self._add("\x1f")
        elif tag == "tr":
            self._flush()
            self._in_row -= 1
        elif (tag in _BLOCKS or tag in _CONTAINERS) and not self._in_row:
            self._flush()
        self._in_code -= tag == "pre"

    def _is_first_of_item(self, tag: str) -> bool:
        """A paragraph that opens a list item or a heading is that item, not a block beside it."""
        is_plain = tag in {"p", "div", "center"}
        return is_plain and self._kind[0] != "paragraph" and not "".join(self._words).strip()

    def _add(self, words: str) -> None:
        self._words.append(words)
        if self._in_link:
            self._links += len(words.strip())

    def _flush(self) -> None:
        joined, (kind, level) = "".join(self._words), self._kind
        if kind == "table_row":
            cells = [clean_words(cell) for cell in joined.split("\x1f")]
            words = " | ".join(cells).strip().removesuffix("|").rstrip() if any(cells) else ""
        else:
            words = clean_code(joined) if self._in_code else clean_words(joined)
        if words:
            self._found.append(_Found(kind, words, level, self._links))
        self._words, self._links, self._kind = [], 0, ("paragraph", 0)


def _is_left_out(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return True
    attributes = element.attrib
    if not attributes or element.tag in {"html", "body", "article", "main"}:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if _HIDDEN_STYLE.search(attributes.get("style", "")):
        return True
    if attributes.get("role") in {"navigation", "banner", "search", "dialog", "alert"}:
        return True
    return bool(_BOX_WORDS.search(f"{attributes.get('class', '')} {attributes.get('id', '')}"))


# Which blocks are the page's own.


def _main_text(page: str, found: list[_Found]) -> str:
    """Gives what trafilatura takes for the main text, line by line; empty where it finds none."""
    if sum(len(block.words) for block in found) > _LARGEST_SELECTED or _is_too_deep(page):
        return ""
    import trafilatura

    text: str | None = trafilatura.extract(
        page, fast=True, favor_recall=True, include_comments=False, include_tables=True
    )
    return text or ""


def _is_too_deep(page: str) -> bool:
    """trafilatura walks by recursion; a page of thousands of open elements would overrun it."""
    opened = page.count("<div") + page.count("<span") + page.count("<b>")
    closed = page.count("</div") + page.count("</span") + page.count("</b>")
    return opened - closed > _DEPTH_LIMIT or "<div>" * _DEPTH_LIMIT in page


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _choose(found: list[_Found], main_text: str) -> list[_Found]:
    """Keeps the blocks whose words are in the main text, with the headings that lead to them."""
    main = _key(main_text)
    if not main:
        return found
    is_main = _marked(found, main)
    of_own = sum(len(b.words) for b in found if b.links < len(b.words) / 2) or 1
    taken = sum(len(b.words) for b, mark in zip(found, is_main, strict=True) if mark)
    if taken < of_own * _LEAST_ARTICLE_SHARE and taken < 500:
        return found
    if sum(len(_key(b.words)) for b, m in zip(found, is_main, strict=True) if m) < len(main) / 2:
        return _lines_as_blocks(main_text)  # the text stands where the walk does not go
    for i, block in reversed(list(enumerate(found[:-1]))):
        if block.kind == "heading" and is_main[i + 1] and block.links < len(block.words) / 2:
            is_main[i] = True
    return [block for block, mark in zip(found, is_main, strict=True) if mark]


def _lines_as_blocks(main_text: str) -> list[_Found]:
    blocks = []
    for line in main_text.splitlines():
        is_item = line.startswith("- ")
        words = clean_words(line.removeprefix("- ").strip("| "))
        kind: BlockKind = "table_row" if line.startswith("|") else "paragraph"
        if any(map(str.isalnum, words)):
            blocks.append(_Found("list_item" if is_item else kind, words))
    return blocks


def _marked(found: list[_Found], main: str) -> list[bool]:
    """Says of each block whether its words stand in the main text, preferably in order."""
    reached = 0
    marks: list[bool] = []
    for block in found:
        key = _key(block.words)
        at = main.find(key, reached)
        if at < 0:
            at = main.find(key)
        marks.append(bool(key) and at >= 0)
        if at >= 0 and len(key) > 40:
            reached = at
    return marks
