"""OpenDocument files, books and archives: zip containers written by hand."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest

from rag.errors import UnreadableDocument
from rag.parse import parse_bytes
from tests.parse.files import make_docx, make_pdf
from tests.parse.test_docx import ENTITY
from tests.parse.test_office import blocks

ODF = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    [
        *(f'xmlns:{n}="{ODF}:{n}:1.0"' for n in ("office", "text", "table", "style", "meta")),
        f'xmlns:draw="{ODF}:drawing:1.0"',
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ]
)


def pack(members: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else compression
            archive.writestr(name, content, stored)
    return packed.getvalue()


def make_odf(kind: str, body: str, before: str = "", **more: str) -> bytes:
    content = (
        f"<office:document-content {NAMESPACES}>{before}<office:body><office:{kind}>{body}"
        f"</office:{kind}></office:body></office:document-content>"
    )
    meta = (
        f"<office:document-meta {NAMESPACES}><office:meta><dc:creator>A. Writer</dc:creator>"
        "<dc:date>2022-01-20T10:00:00</dc:date></office:meta></office:document-meta>"
    )
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return pack({"mimetype": mimetype, "content.xml": content, "meta.xml": meta, **more})


TEXT = """<text:sequence-decls/><text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes>
<text:h text:outline-level="1">The ban</text:h>
<text:p>A bank<text:s text:c="3"/>wants <text:span>it</text:span><text:note><text:note-citation>1
</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note>.</text:p>
<text:list><text:list-item><text:p>No mining</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>Who</text:p></table:table-cell>
<table:table-cell><text:p>Wish</text:p></table:table-cell></table:table-row></table:table>"""


def test_an_opendocument_text_in_order() -> None:
    document = parse_bytes(make_odf("text", TEXT), "a.odt")
    assert blocks(document) == [
        ("heading", 1, "The ban"),
        ("paragraph", 0, "A bank wants it."),
        ("paragraph", 0, "A note."),
        ("list_item", 0, "No mining"),
        ("table_row", 0, "Who\tWish"),
    ]
    assert (document.title, document.author, document.date) == (
        "The ban",
        "A. Writer",
        "2022-01-20",
    )
    assert document.media_type == "application/vnd.oasis.opendocument.text"


def test_repeated_cells_of_a_spreadsheet_are_no_bomb() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
    cell += "</table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    document = parse_bytes(
        make_odf("spreadsheet", f'<table:table table:name="Ducks">{row}</table:table>'), "a.ods"
    )
    assert document.text.startswith("Ducks")
    assert len(document.text) < 30_000


def test_slides_of_a_presentation_are_pages() -> None:
    box = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    page = f"<draw:page>{box}</draw:page>"
    document = parse_bytes(
        make_odf("presentation", page.format("One") + page.format("Two")), "a.odp"
    )
    assert [document.text[p.start : p.end].strip() for p in document.pages] == ["One", "Two"]


def test_hostile_opendocuments_are_refused() -> None:
    locked = "<m><encryption-data/></m>"
    for data, says in (
        (make_odf("text", TEXT, **{"META-INF/manifest.xml": locked}), "protected by a password"),
        (make_odf("text", "<text:p>"), "damaged"),
        (pack({"mimetype": "application/vnd.oasis.opendocument.text"}), "damaged"),
    ):
        with pytest.raises(UnreadableDocument, match=says):
            parse_bytes(data, "a.odt")
    entity = pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": ENTITY + f"<office:document-content {NAMESPACES}/>".encode(),
        }
    )
    with pytest.raises(UnreadableDocument, match="declares entities"):
        parse_bytes(entity, "a.odt")


CONTAINER = '<container><rootfiles><rootfile full-path="book/content.opf"/></rootfiles></container>'
PACKAGE = """<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The book
</dc:title><dc:creator>A. Writer</dc:creator><dc:date>2022</dc:date></metadata>
<manifest><item id="b" href="two.xhtml"/><item id="a" href="text%20one.xhtml"/>
<item id="c" href="no"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>"""
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "book/content.opf": PACKAGE,
    "book/two.xhtml": "<html><body><h1>Two</h1><aside>A note.</aside></body></html>",
    "book/text one.xhtml": "<html><body><h1>One</h1><p>It began.</p></body></html>",
}


def test_a_book_is_read_in_its_own_order() -> None:
    document = parse_bytes(pack(BOOK), "a.epub")
    assert blocks(document) == [
        ("heading", 1, "The book"),
        ("heading", 2, "One"),
        ("paragraph", 0, "It began."),
        ("heading", 2, "Two"),
        ("paragraph", 0, "A note."),
    ]
    assert (document.title, document.author, document.date) == ("The book", "A. Writer", "2022")
    assert "lacks 1 of its chapters" in document.warnings[0]


def test_a_locked_book_is_refused_and_one_with_obscured_fonts_is_read() -> None:
    reference = '<e><CipherReference URI="book/{}"/></e>'
    locked = {**BOOK, "META-INF/encryption.xml": reference.format("two.xhtml")}
    with pytest.raises(UnreadableDocument, match="locked by its seller"):
        parse_bytes(pack(locked), "a.epub")
    fonts = {**BOOK, "META-INF/encryption.xml": reference.format("font.otf")}
    assert parse_bytes(pack(fonts), "a.epub").title == "The book"


def test_an_archive_is_read_member_by_member() -> None:
    members = {
        "notes/a.md": "# Wish\n\nThe bank wants a ban.\n",
        "b.docx": make_docx(["From Word."]),
        "c.pdf": make_pdf([["From a PDF."]]),
        "d.png": b"\x89PNG\r\n\x1a\n",
        "e.zip": pack({"f.txt": "deep"}),
        "__MACOSX/._a.md": "x",
        ".hidden.txt": "x",
    }
    document = parse_bytes(pack(members, zipfile.ZIP_STORED), "all.zip")
    assert blocks(document) == [
        ("heading", 1, "notes/a.md"),
        ("heading", 2, "# Wish"),
        ("paragraph", 0, "The bank wants a ban."),
        ("heading", 1, "b.docx"),
        ("paragraph", 0, "From Word."),
        ("heading", 1, "c.pdf"),
        ("paragraph", 0, "From a PDF."),
    ]
    assert [w.split('"')[3] for w in document.warnings] == ["d.png", "e.zip"]


@pytest.mark.parametrize(
    "name", ["../a.txt", "/etc/a.txt", "a/../../b.txt", "C:\\a.txt", "..\\a.txt"]
)
def test_an_archive_whose_member_points_out_of_it_is_refused_whole(name: str) -> None:
    with pytest.raises(UnreadableDocument, match="points out of the archive"):
        parse_bytes(pack({"good.txt": "words", name: "words"}), "a.zip")


def test_a_link_in_an_archive_is_refused() -> None:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnreadableDocument, match="points out of the archive"):
        parse_bytes(packed.getvalue(), "a.zip")


def test_archives_that_hold_nothing_or_too_much_are_refused() -> None:
    encrypted = bytearray(pack({"a.txt": "words"}))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    for data, says in (
        (pack({"a.png": b"\x89PNG"}), "holds no document"),
        (pack({"a.txt": "words"})[:-9], "damaged"),
        (pack({"a.txt": b" " * (30 * 1024 * 1024)}), "would unpack to"),
        (pack({f"{i}.txt": "" for i in range(10_001)}), "more than 10000 files"),
        (bytes(encrypted), "protected by a password"),
    ):
        with pytest.raises(UnreadableDocument, match=says):
            parse_bytes(data, "a.zip")
