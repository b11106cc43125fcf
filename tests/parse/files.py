"""Makes small PDFs and Word documents for the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import docx
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LEADING = 14


def draw_pdf(draw: Callable[[Canvas], None], **facts: str) -> bytes:
    """Makes a PDF with what ``draw`` puts on its canvas; ``facts`` are title, author, encrypt."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=facts.pop("encrypt", None))
    for fact, value in facts.items():
        getattr(canvas, f"set{fact.capitalize()}")(value)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def make_pdf(pages: Sequence[Sequence[str]], **facts: str) -> bytes:
    """Makes a PDF with these lines on each page, 11 points high."""

    def draw(canvas: Canvas) -> None:
        for lines in pages:
            write_lines(canvas, lines)
            canvas.showPage()

    return draw_pdf(draw, **facts)


def write_lines(
    canvas: Canvas, lines: Sequence[str], left: float = 72, top: float = 760, size: float = 11
) -> None:
    canvas.setFont("Helvetica", size)
    for i, line in enumerate(lines):
        canvas.drawString(left, top - i * LEADING, line)


def make_docx(paragraphs: Sequence[str], build: Callable[[Any], None] | None = None) -> bytes:
    """Makes a Word document of these paragraphs and of what ``build`` adds."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if build:
        build(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
