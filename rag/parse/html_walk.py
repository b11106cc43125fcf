"""The elements of a web page → its blocks, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rag.parse.clean import clean_code, clean_words
from rag.records import BlockKind

_LEFT_OUT = frozenset(
    [
        *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas"),
        *("form", "button", "select", "input", "textarea", "nav", "aside", "dialog", "head", "map"),
        *("audio", "video", "menu", "footer"),
    ]
)
_NEVER_WORDS = _LEFT_OUT - {"nav", "aside", "footer", "form", "menu"}
_WHOLE = frozenset({"html", "body", "article", "main"})  # a script may show them at last
_BLOCKS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "list_item"),
    **dict.fromkeys(("tr", "caption"), "table_row"),
    "pre": "code",
}
_CONTAINERS = frozenset(
    [
        *("nav", "aside", "footer", "form", "menu"),
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
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden"
    r"|font-size\s*:\s*[01]?(?:\.\d+)?(?:px|pt)?\s*(?:!important\s*)?(?:;|$)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}",
    re.IGNORECASE,
)
_WHITE = r"(?:white|#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))"
_WHITE_LETTERS = re.compile(rf"(?:^|;)\s*color\s*:\s*{_WHITE}(?![\w#])", re.IGNORECASE)
_WHITE_GROUND = re.compile(rf"background(?:-color)?\s*:\s*{_WHITE}(?![\w#])", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """A block of the page before it is chosen; ``links`` counts its characters inside links."""

    kind: BlockKind
    words: str
    level: int = 0
    links: int = 0


def read_tree(text: str) -> Any:
    """Gives the root of a page's elements, or None for a page without any."""
    from lxml import etree, html

    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        return html.document_fromstring(
            text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True
        )
    except etree.ParserError:  # so lxml says that there are none
        return None


def write_tree(root: Any) -> str:
    """Gives a page's elements as a page again."""
    from lxml import html

    return str(html.tostring(root, encoding="unicode"))


def read_blocks(root: Any, *, whole: bool = False) -> list[Found]:
    """Gives a page's blocks in order.

    Args:
        root: of the page's elements, without the hidden ones (``drop_hidden``).
        whole: keep navigation, notes and boxes too: in a book or a mail they are its own words.
            Hidden elements may be there then; they are left out.
    """
    return _Walk(whole).blocks(root)


class _Walk:
    """Walks a page without recursion, for pages may be nested as deep as their makers like."""

    def __init__(self, whole: bool) -> None:
        self._whole = whole
        self._found: list[Found] = []
        self._words: list[str] = []
        self._links = 0
        self._kind: tuple[BlockKind, int] = ("paragraph", 0)
        self._in_link = 0
        self._in_code = 0
        self._in_row = 0

    def blocks(self, root: Any) -> list[Found]:
        from lxml import etree

        skipped = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                if skipped or self._is_left_out(element):
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
        elif tag == "sup" and _is_reference(element):
            self._add(" ")  # or the mark would stick to the sentence's end
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
            self._found.append(Found(kind, words, level, self._links))
        self._words, self._links, self._kind = [], 0, ("paragraph", 0)

    def _is_left_out(self, element: Any) -> bool:
        if self._whole:
            is_element = isinstance(element.tag, str)
            return not is_element or element.tag in _NEVER_WORDS or is_hidden(element)
        return _is_left_out(element)


def _is_reference(element: Any) -> bool:
    """Says whether a superscript points to a note (``[81]``), and is no power and no ordinal."""
    words = element.text_content().strip()
    return words.startswith("[") or (words.isdigit() and element.find(".//a") is not None)


def _is_left_out(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return True
    attributes = element.attrib
    if not attributes or element.tag in _WHOLE:
        return False
    if attributes.get("aria-hidden") == "true":
        return True
    if attributes.get("role") in {"navigation", "banner", "search", "dialog", "alert"}:
        return True
    return bool(_BOX_WORDS.search(f"{attributes.get('class', '')} {attributes.get('id', '')}"))


def is_hidden(element: Any) -> bool:
    """Says whether an element's own attributes keep it from being seen."""
    style = element.get("style", "")
    if "hidden" in element.attrib or _HIDDEN_STYLE.search(style):
        return True
    return bool(_WHITE_LETTERS.search(style) and _WHITE_GROUND.search(style))


def drop_hidden(root: Any) -> list[str]:
    """Takes the hidden elements out of a page; gives the words of each."""
    from lxml import etree

    hidden: list[Any] = []
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            skipped -= bool(skipped)
        elif skipped:
            skipped += 1
        elif _holds_words(element) and is_hidden(element):
            hidden.append(element)
            skipped = 1
    words = [clean_words(element.text_content()) for element in hidden]
    for element in hidden:
        element.drop_tree()
    return words


def _holds_words(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag not in _NEVER_WORDS | _WHOLE
