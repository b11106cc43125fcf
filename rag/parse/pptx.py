"""PowerPoint presentations: the words of every slide, slide by slide, with the speaker's notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_words
from rag.parse.hidden import warn_of_hidden
from rag.parse.office import open_package, read_properties, telling_damage
from rag.records import ParsedDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_NO_TITLE = re.compile(r"powerpoint.{0,20}|slide \d+", re.IGNORECASE)
_TINIEST = 19_050  # English Metric Units; 1.5 points, as in PDFs
_TITLES = frozenset({"TITLE", "CENTER_TITLE", "VERTICAL_TITLE"})
_LISTS = frozenset({"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"})
_ON_EVERY_SLIDE = frozenset({"DATE", "FOOTER", "HEADER", "SLIDE_NUMBER"})


def parse_pptx(data: bytes, name: str) -> ParsedDocument:
    """Reads a presentation, its slides as pages; raises UnreadableDocument as other parsers do."""
    import pptx

    archive, safe = open_package(data, name, "PowerPoint presentation", "ppt/")
    builder = TextBuilder()
    hidden: list[tuple[int | None, str]] = []
    with telling_damage(archive):
        presentation = pptx.Presentation(io.BytesIO(safe))
        for number, slide in enumerate(presentation.slides, start=1):
            builder.begin_page(number)
            words = _add_slide(builder, slide, presentation.slide_width, presentation.slide_height)
            hidden.append((number, words))
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
        warnings=warn_of_hidden(name, hidden, "slide"),
    )


def _add_slide(builder: TextBuilder, slide: Any, width: int, height: int) -> str:
    """Adds a slide's words; gives those that it does not show."""
    shapes: list[Any] = []
    hidden: list[str] = []
    for shape in slide.shapes:
        unseen = _is_unseen(shape, width, height)
        for inner in _flat([shape]):
            if unseen or _is_unseen(inner):
                hidden.extend(_paragraphs(inner.text_frame) if inner.has_text_frame else [])
            else:
                shapes.append(inner)
    # A slide's title may stand anywhere among its shapes; it is read first.
    for shape in sorted(shapes, key=lambda shape: _role(shape) not in _TITLES):
        hidden.extend(_add_shape(builder, shape))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
        for words in _paragraphs(slide.notes_slide.notes_text_frame):
            builder.add("paragraph", words)
    return " ".join(hidden)


def _is_unseen(shape: Any, width: int = 0, height: int = 0) -> bool:
    """Says whether a shape is switched off, or stands wholly beside a slide of that size.

    Without a size only the first is asked: shapes in groups have places of their own.
    """
    properties = shape._element.xpath("./*/p:cNvPr/@hidden")
    if properties and properties[0] in {"1", "true"}:
        return True
    if not width or None in (shape.left, shape.top, shape.width, shape.height):
        return False
    is_beside = shape.left >= width or shape.left + shape.width <= 0
    return bool(is_beside or shape.top >= height or shape.top + shape.height <= 0)


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


def _add_shape(builder: TextBuilder, shape: Any) -> list[str]:
    """Adds a shape's words; gives those that are too small to be seen."""
    role = _role(shape)
    hidden: list[str] = []
    if role in _ON_EVERY_SLIDE:
        return hidden
    if shape.has_text_frame:
        paragraphs = _paragraphs(shape.text_frame, hidden)
        if role in _TITLES:
            builder.add("heading", " ".join(paragraphs), level=1)
            return hidden
        for words in paragraphs:
            builder.add("list_item" if role in _LISTS else "paragraph", words)
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            builder.add_row([cell.text for cell in row.cells])
    return hidden


def _paragraphs(frame: Any, hidden: list[str] | None = None) -> list[str]:
    """Gives the paragraphs of a frame, without runs of tiny letters where ``hidden`` takes them."""
    found = []
    for paragraph in frame.paragraphs:
        tiny = [run for run in paragraph.runs if (run.font.size or _TINIEST + 1) <= _TINIEST]
        if hidden is None or not tiny:
            found.append(clean_words(paragraph.text))
        else:
            hidden.extend(run.text for run in tiny)
            shown = [r for r in paragraph.runs if (r.font.size or _TINIEST + 1) > _TINIEST]
            found.append(clean_words("".join(run.text for run in shown)))
    return [words for words in found if words]
