"""Web pages: their main text with its structure, without navigation, advertisements and scripts.

trafilatura tells which words are the page's own; the walk over the page gives them their headings,
lists and tables, which trafilatura keeps less well.
"""

from __future__ import annotations

import re

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder
from rag.parse.clean import clean_words
from rag.parse.decode import Decoded, decode
from rag.parse.hidden import warn_of_hidden
from rag.parse.html_facts import read_facts
from rag.parse.html_walk import Found, drop_hidden, read_blocks, read_tree, write_tree
from rag.records import BlockKind, ParsedDocument

_DEPTH_LIMIT = 2_000  # nested elements; a page written by hand or by a program has some dozens
_LARGEST_SELECTED = 2_000_000  # characters; larger pages are taken whole, a search would be slow
_MOST_SELECTED = 20_000  # blocks, for the same reason
_LEAST_ARTICLE_SHARE = 0.35  # below it trafilatura took a corner of the page for the whole
_LEAST_SURE = 25  # letters: fewer may stand in a text by chance
_CREDIT = re.compile(
    r"[(\[]?(?:(?:photo|image|picture|illustration|graphic|video|foto|bild)s?\s+)?"
    r"(?:credits?|courtesy(?: of)?|photo(?:graph)?|image|foto|bild)(?:\s+by)?\s*[:/|©].{0,100}$",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding=[\"']([\w-]+)")


def decode_page(data: bytes) -> Decoded | None:
    """Decodes a page, by the encoding that it declares where it is not plainly another one."""
    declared = _XML_ENCODING.match(data[:1024]) or _CHARSET.search(data[:8192])
    return decode(data, declared[1].decode("ascii") if declared else None)


def parse_html(data: bytes, name: str) -> ParsedDocument:
    """Reads a web page; raises UnreadableDocument for bytes that are none."""
    decoded = decode_page(data)
    if decoded is None:
        raise UnreadableDocument(
            f'"{name}" is not a web page that can be read; save the page again and add that.'
        )
    root = read_tree(decoded.text)
    if root is None:
        return ParsedDocument("", "text/html", ())
    facts = read_facts(root)
    hidden = drop_hidden(root)
    found = read_blocks(root)
    page = write_tree(root) if hidden else decoded.text
    chosen = _choose(found, _main_text(page, found))
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
        warnings=(
            *(_warnings(name, decoded.encoding) if decoded.guessed else ()),
            *warn_of_hidden(name, [(None, words) for words in hidden], speaking=True),
        ),
    )


def _warnings(name: str, encoding: str) -> tuple[str, ...]:
    return (
        f'"{name}" does not say how its letters are encoded; it was read as {encoding}, so look '
        "whether the letters are right.",
    )


# Which blocks are the page's own.


def _main_text(page: str, found: list[Found]) -> str:
    """Gives what trafilatura takes for the main text, line by line; empty where it finds none."""
    is_large = sum(len(block.words) for block in found) > _LARGEST_SELECTED
    if is_large or len(found) > _MOST_SELECTED or _is_too_deep(page):
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


def _choose(found: list[Found], main_text: str) -> list[Found]:
    """Keeps the blocks whose words are in the main text, with the headings that lead to them."""
    main = _key(main_text)
    if not main:
        return found
    is_main = _marked(found, main_text)
    of_own = sum(len(b.words) for b in found if b.links < len(b.words) / 2) or 1
    taken = sum(len(b.words) for b, mark in zip(found, is_main, strict=True) if mark)
    if taken < of_own * _LEAST_ARTICLE_SHARE and taken < 500:
        return found
    if sum(len(_key(b.words)) for b, m in zip(found, is_main, strict=True) if m) < len(main) / 2:
        return _lines_as_blocks(main_text)  # the text stands where the walk does not go
    is_main = _with_sentences_between(found, is_main)
    is_main = [mark and not _CREDIT.match(b.words) for b, mark in zip(found, is_main, strict=True)]
    for i, block in reversed(list(enumerate(found[:-1]))):
        if block.kind == "heading" and is_main[i + 1] and block.links < len(block.words) / 2:
            is_main[i] = True
    return [block for block, mark in zip(found, is_main, strict=True) if mark]


def _with_sentences_between(found: list[Found], is_main: list[bool]) -> list[bool]:
    """Adds the sentences that stand between blocks of the main text."""
    marked = [i for i, mark in enumerate(is_main) if mark]
    between = range(marked[0], marked[-1]) if marked else range(0)
    return [mark or (i in between and _is_sentence(found[i])) for i, mark in enumerate(is_main)]


def _is_sentence(block: Found) -> bool:
    is_own = block.kind in {"paragraph", "list_item"} and block.links < len(block.words) / 2
    return is_own and len(block.words.split()) > 5 and block.words[-1] in '.!?…”"'


def _lines_as_blocks(main_text: str) -> list[Found]:
    blocks = []
    for line in main_text.splitlines():
        is_item = line.startswith("- ")
        words = clean_words(line.removeprefix("- ").strip("| "))
        kind: BlockKind = "table_row" if line.startswith("|") else "paragraph"
        if any(map(str.isalnum, words)):
            blocks.append(Found("list_item" if is_item else kind, words))
    return blocks


def _marked(found: list[Found], main_text: str) -> list[bool]:
    """Says of each block whether its words stand in the main text, preferably in order.

    Those of a short one, such as a link in a menu, may stand inside any sentence; they have to be
    lines of their own.
    """
    main, lines = _key(main_text), {"", *(_key(line) for line in main_text.splitlines())}
    reached = 0
    marks: list[bool] = []
    for block in found:
        key = _key(block.words)
        at = main.find(key, reached)
        if at < 0:
            at = main.find(key)
        is_sure = len(key) >= _LEAST_SURE or {_key(li) for li in block.words.split("\n")} <= lines
        marks.append(bool(key) and at >= 0 and is_sure)
        if at >= 0 and len(key) > 40:
            reached = at
    return marks
