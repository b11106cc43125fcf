"""PowerPoint presentations: the words of every slide, slide by slide, with the speaker's notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_words
from rag.parse.office import open_package, read_properties, telling_damage
from rag.records import ParsedDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_NO_TITLE = re.compile(r"powerpoint.{0,20}|slide \d+", re.IGNORECASE)
_TITLES = frozenset({"TITLE", "CENTER_TITLE", "VERTICAL_TITLE"})
_LISTS = frozenset({"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"})
_ON_EVERY_SLIDE = frozenset({"DATE", "FOOTER", "HEADER", "SLIDE_NUMBER"})


def parse_pptx(data: bytes, name: str) -> ParsedDocument:
    """Reads a presentation, its slides as pages; raises UnreadableDocument as other parsers do."""
    import pptx

    archive, safe = open_package(data, name, "PowerPoint presentation", "ppt/")
    builder = TextBuilder()
    with telling_damage(archive):
        presentation = pptx.Presentation(io.BytesIO(safe))
        for number, slide in enumerate(presentation.slides, start=1):
            builder.begin_page(number)
            _add_slide(builder, slide)
    facts = read_properties(archive)
    title = None if _NO_TITLE.fullmatch(facts.title or "") else facts.title
    text = builder.text()
    return ParsedDocument(
        text,
        MEDIA_TYPE,
        tuple(builder.blocks),
        builder.pages(),
        title=title_or_fallback(title, text, builder.blocks),
        author=facts.author,
        date=facts.date,
    )


def _add_slide(builder: TextBuilder, slide: Any) -> None:
    shapes = list(_flat(slide.shapes))
    # A slide's title may stand anywhere among its shapes; it is read first.
    for shape in sorted(shapes, key=lambda shape: _role(shape) not in _TITLES):
        _add_shape(builder, shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
        for words in _paragraphs(slide.notes_slide.notes_text_frame):
            builder.add("paragraph", words)


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """Yields the shapes with those inside groups."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _role(shape: Any) -> str:
    if not shape.is_placeholder:
        return ""
    kind = shape.placeholder_format.type
    return kind.name if kind else ""


def _add_shape(builder: TextBuilder, shape: Any) -> None:
    role = _role(shape)
    if role in _ON_EVERY_SLIDE:
        return
    if shape.has_text_frame:
        paragraphs = _paragraphs(shape.text_frame)
        if role in _TITLES:
            builder.add("heading", " ".join(paragraphs), level=1)
            return
        for words in paragraphs:
            builder.add("list_item" if role in _LISTS else "paragraph", words)
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            builder.add_row([cell.text for cell in row.cells])


def _paragraphs(frame: Any) -> list[str]:
    found = (clean_words(paragraph.text) for paragraph in frame.paragraphs)
    return [words for words in found if words]
