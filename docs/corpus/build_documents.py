"""Build the PDF and DOCX half of the sample corpus from the texts in ``content/``.

Run it from anywhere: ``python docs/corpus/build_documents.py [output folder]``. The default
output is ``corpus/`` at the root of the repository. Two runs give the same bytes: every date in
a file is the document's own date, and nothing is taken from the clock.

A content file has a head (``title``, ``format``, ``columns``, ``date``, ``dateline``), a line
``---`` and a body in a small markup: ``#`` and ``##`` headings, ``-`` and ``1.`` lists, ``|``
tables whose first row is the header, and paragraphs. Blocks are separated by blank lines.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).resolve().parent
CONTENT = HERE / "content"
AUTHOR = "Footnote sample corpus"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

MARGIN = 24 * mm
GUTTER = 8 * mm
HEADER_HEIGHT = 34 * mm
BODY, BOLD = "Vera", "VeraBd"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document: a heading, a paragraph, a list or a table."""

    kind: str  # h1, h2, text, bullets, numbers, table
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A content file, parsed."""

    name: str
    title: str
    format: str
    columns: int
    date: dt.date
    dateline: str
    blocks: tuple[Block, ...]

    @property
    def moment(self) -> dt.datetime:
        """The document's date at noon UTC, the time written into its metadata."""
        return dt.datetime.combine(self.date, dt.time(12), tzinfo=dt.UTC)


def parse(path: Path) -> Source:
    """Read one content file."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
    blocks = [block for part in re.split(r"\n\s*\n", body.strip()) for block in _blocks(part)]
    return Source(
        name=path.stem,
        title=fields["title"],
        format=fields["format"],
        columns=int(fields["columns"]),
        date=dt.date.fromisoformat(fields["date"]),
        dateline=fields["dateline"],
        blocks=tuple(blocks),
    )


def _blocks(part: str) -> list[Block]:
    """The blocks of one chunk of text between blank lines."""
    lines = part.splitlines()
    first = lines[0]
    if first.startswith("#"):
        marks, text = first.split(" ", 1)
        rest = _blocks("\n".join(lines[1:])) if lines[1:] else []
        return [Block(f"h{len(marks)}", lines=(text,)), *rest]
    if first.startswith("|"):
        rows = (tuple(c.strip() for c in line.strip().strip("|").split("|")) for line in lines)
        return [Block("table", rows=tuple(rows))]
    if first.startswith("- "):
        return [Block("bullets", lines=tuple(line.removeprefix("- ") for line in lines))]
    if re.match(r"\d+\. ", first):
        return [Block("numbers", lines=tuple(re.sub(r"^\d+\. ", "", line) for line in lines))]
    return [Block("text", lines=(" ".join(lines),))]


# --- PDF -------------------------------------------------------------------------------------


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    settings: dict[str, Any] = {
        "fontName": BODY,
        "fontSize": size,
        "leading": size * 1.42,
        "alignment": TA_LEFT,
        "spaceAfter": size * 0.6,
    }
    return ParagraphStyle(name, **{**settings, **more})


def _styles(columns: int) -> dict[str, ParagraphStyle]:
    size = 10.6 if columns == 1 else 9.2
    heading = {"fontName": BOLD, "keepWithNext": 1}
    return {
        "title": _style("title", 18, fontName=BOLD, leading=23),
        "dateline": _style("dateline", 9, textColor=colors.HexColor("#555555")),
        "h1": _style("h1", size + 2.4, spaceBefore=size, **heading),
        "h2": _style("h2", size + 0.6, spaceBefore=size * 0.6, **heading),
        "text": _style("text", size),
        "cell": _style("cell", size - 1, spaceAfter=0),
        "cellhead": _style("cellhead", size - 1, spaceAfter=0, fontName=BOLD),
    }


def _widths(
    rows: tuple[tuple[str, ...], ...], styles: dict[str, ParagraphStyle], total: float
) -> list[float]:
    """Column widths: room for the longest word of each column, the rest shared by need."""
    head = styles["cellhead"]

    def measure(text: str) -> float:
        return float(pdfmetrics.stringWidth(text, head.fontName, head.fontSize))

    columns = list(zip(*rows, strict=True))
    least = [max(measure(w) for c in column for w in c.split()) + 9 for column in columns]
    want = [max(measure(cell) for cell in column) + 9 for column in columns]
    need = [min(w, total / 2) - n for w, n in zip(want, least, strict=True)]
    need = [max(n, 1.0) for n in need]
    spare = max(total - sum(least), 0.0)
    return [n + spare * d / sum(need) for n, d in zip(least, need, strict=True)]


def _pdf_table(block: Block, styles: dict[str, ParagraphStyle], width: float) -> Table:
    cells = [
        [Paragraph(escape(cell), styles["cellhead" if i == 0 else "cell"]) for cell in row]
        for i, row in enumerate(block.rows)
    ]
    table = Table(
        cells,
        colWidths=_widths(block.rows, styles, width),
        repeatRows=1,
        hAlign="LEFT",
        spaceBefore=4,
        spaceAfter=10,
    )
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#999999")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#E8EDF2")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
                ("NOSPLIT", (0, 0), (-1, -1)),
            ]
        )
    )
    return table


def _pdf_block(block: Block, styles: dict[str, ParagraphStyle], width: float) -> list[Flowable]:
    if block.kind == "table":
        return [_pdf_table(block, styles, width)]
    if block.kind in ("bullets", "numbers"):
        items = [ListItem(Paragraph(escape(line), styles["text"])) for line in block.lines]
        bullets: dict[str, Any] = (
            {"bulletType": "bullet", "start": "\N{BULLET}"}
            if block.kind == "bullets"
            else {"bulletType": "1", "bulletFormat": "%s."}
        )
        size = styles["text"].fontSize
        return [
            ListFlowable(items, leftIndent=16, bulletFontName=BODY, bulletFontSize=size, **bullets)
        ]
    return [Paragraph(escape(block.lines[0]), styles[block.kind])]


def build_pdf(source: Source, target: Path) -> None:
    """Typeset one PDF."""
    page_width, page_height = A4
    width = page_width - 2 * MARGIN
    height = page_height - 2 * MARGIN
    column = (width - GUTTER * (source.columns - 1)) / source.columns
    styles = _styles(source.columns)

    def frames(top: float) -> list[Frame]:
        return [
            Frame(MARGIN + i * (column + GUTTER), MARGIN, column, height - top, 0, 0, 0, 0)
            for i in range(source.columns)
        ]

    def footer(canvas: Any, document: Any) -> None:
        canvas.setFont(BODY, 8)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(MARGIN, 12 * mm, source.title)
        canvas.drawRightString(page_width - MARGIN, 12 * mm, f"Page {document.page}")

    header = Frame(MARGIN, page_height - MARGIN - HEADER_HEIGHT, width, HEADER_HEIGHT, 0, 0, 0, 0)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(source.moment.timestamp()))
    document = BaseDocTemplate(
        str(target),
        pagesize=A4,
        invariant=True,
        title=source.title,
        author=AUTHOR,
        subject=source.dateline,
        creator=AUTHOR,
    )
    top = HEADER_HEIGHT if source.columns > 1 else 0
    first = [header, *frames(top)] if source.columns > 1 else frames(0)
    document.addPageTemplates(
        [
            PageTemplate("first", first, onPageEnd=footer),
            PageTemplate("later", frames(0), onPageEnd=footer),
        ]
    )
    story: list[Flowable] = [
        NextPageTemplate("later"),
        Paragraph(escape(source.title), styles["title"]),
        Paragraph(escape(source.dateline), styles["dateline"]),
    ]
    story.append(FrameBreak() if source.columns > 1 else Spacer(1, 8))
    for block in source.blocks:
        story.extend(_pdf_block(block, styles, column))
    document.build(story)


# --- DOCX ------------------------------------------------------------------------------------


def build_docx(source: Source, target: Path) -> None:
    """Write one DOCX."""
    document = Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    core = document.core_properties
    core.title, core.author, core.last_modified_by = source.title, AUTHOR, AUTHOR
    core.subject, core.comments, core.revision = source.dateline, "", 1
    core.created = core.modified = source.moment.replace(tzinfo=None)

    document.add_heading(source.title, level=0)
    document.add_paragraph(source.dateline).runs[0].italic = True
    for block in source.blocks:
        if block.kind == "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for index, row in enumerate(block.rows):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.paragraphs[0].add_run(text).bold = index == 0
            document.add_paragraph()
        elif block.kind in ("bullets", "numbers"):
            style = "List Bullet" if block.kind == "bullets" else "List Number"
            for line in block.lines:
                document.add_paragraph(line, style=style)
        elif block.kind == "text":
            document.add_paragraph(block.lines[0])
        else:
            document.add_heading(block.lines[0], level=int(block.kind[1]))
    note = document.sections[0].footer.paragraphs[0]
    note.text = AUTHOR
    note.alignment = WD_ALIGN_PARAGRAPH.CENTER

    raw = io.BytesIO()
    document.save(raw)
    _rezip(raw, target)


def _rezip(raw: io.BytesIO, target: Path) -> None:
    """Copy a zip archive with fixed member times, so that the bytes do not depend on the clock."""
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(name))


def main() -> None:
    """Build every document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("output", nargs="?", type=Path, default=HERE.parents[1] / "corpus")
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    fonts = Path(reportlab.__file__).parent / "fonts"
    for font in (BODY, BOLD):
        pdfmetrics.registerFont(TTFont(font, str(fonts / f"{font}.ttf")))
    for path in sorted(CONTENT.glob("*.txt")):
        source = parse(path)
        build = build_pdf if source.format == "pdf" else build_docx
        target = output / f"{source.name}.{source.format}"
        build(source, target)
        print(target.name)


if __name__ == "__main__":
    main()
