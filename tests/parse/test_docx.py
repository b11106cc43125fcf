"""Word documents: the body in order, and what is refused before it is parsed."""

import datetime
import zipfile
from io import BytesIO
from typing import Any

import pytest

from rag.errors import UnreadableDocument
from rag.parse import parse_bytes
from rag.records import ParsedDocument
from tests.parse.files import make_docx

ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def blocks(document: ParsedDocument) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def rewrite(data: bytes, part: str, change: Any) -> bytes:
    """Gives the archive with one of its parts changed."""
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return packed.getvalue()


def build(document: Any) -> None:
    document.add_heading("The report", 1)
    document.add_paragraph("The bank wants a ban.")
    document.add_paragraph("No mining", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ["Who", "Wish", "Bank", "Ban"], strict=True):
        cell.text = words
    document.add_heading("Its end", 2)
    document.add_paragraph("It ended.")
    document.core_properties.author = "A. Writer"
    document.core_properties.created = datetime.datetime(2022, 1, 20)


def test_the_body_in_order() -> None:
    document = parse_bytes(make_docx([], build), "a.docx")
    assert blocks(document) == [
        ("heading", 1, "The report"),
        ("paragraph", 0, "The bank wants a ban."),
        ("list_item", 0, "No mining"),
        ("table_row", 0, "Who | Wish"),
        ("table_row", 0, "Bank | Ban"),
        ("heading", 2, "Its end"),
        ("paragraph", 0, "It ended."),
    ]
    assert (document.title, document.author, document.date) == (
        "The report",
        "A. Writer",
        "2022-01-20",
    )


def test_the_template_s_own_facts_are_no_facts() -> None:
    document = parse_bytes(make_docx(["Words."]), "note.docx")
    assert (document.title, document.author, document.date) == ("note", None, None)


def test_deleted_words_are_left_out_and_inserted_ones_kept() -> None:
    def change(xml: bytes) -> bytes:
        run = b"<w:r><w:t>%s</w:t></w:r>"
        return xml.replace(
            run % b"Words.",
            b"<w:del>" + run % b"gone" + b"</w:del><w:ins>" + run % b"Here." + b"</w:ins>",
        )

    data = rewrite(make_docx(["Words."]), "word/document.xml", change)
    assert parse_bytes(data, "a.docx").text == "Here."


def test_text_boxes_are_read_once() -> None:
    paragraph = b"<w:p><w:r><w:t>In a box.</w:t></w:r></w:p>"
    content = b"<w:txbxContent>" + paragraph + b"</w:txbxContent>"
    box = (
        b'<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        b'markup-compatibility/2006"><mc:Choice>' + content + b"</mc:Choice><mc:Fallback>" + content
    ) + b"</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    data = rewrite(
        make_docx(["Words."]), "word/document.xml", lambda xml: xml.replace(b"</w:p>", box, 1)
    )
    assert parse_bytes(data, "a.docx").text == "Words.\n\nIn a box."


def test_strict_documents_are_read() -> None:
    from rag.parse.office import STRICT_TO_USUAL

    data = make_docx(["Strictly."])
    for part in ("word/document.xml", "_rels/.rels", "word/_rels/document.xml.rels"):
        for strict, usual in STRICT_TO_USUAL:
            data = rewrite(data, part, lambda xml, a=usual, b=strict: xml.replace(a, b))
    assert parse_bytes(data, "a.docx").text == "Strictly."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda xml: xml.replace(b"<w:document", ENTITY + b"<w:document", 1), "declares entities"),
        (lambda xml: xml[: len(xml) // 2], "damaged"),
        (lambda xml: xml + b" " * (210 * 1024 * 1024), "would unpack to"),
    ],
)  # fmt: skip
def test_hostile_documents_are_refused(change: Any, says: str) -> None:
    with pytest.raises(UnreadableDocument, match=says):
        parse_bytes(rewrite(make_docx(["Words."]), "word/document.xml", change), "a.docx")


def test_a_document_with_macros_is_read() -> None:
    data = rewrite(
        make_docx(["Words."]),
        "[Content_Types].xml",
        lambda xml: xml.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
            b"application/vnd.ms-word.document.macroEnabled.main",
        ),
    )
    assert parse_bytes(data, "a.docx").text == "Words."
