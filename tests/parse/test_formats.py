"""The room's doors: which format a file is, and what every parser keeps to."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableDocument
from rag.parse import SUPPORTED_ENDINGS, parse_bytes, parse_file
from rag.records import ParsedDocument
from rag.settings import LARGEST_FILE_BYTES
from tests.parse.files import make_docx, make_pdf


def check_invariants(document: ParsedDocument) -> None:
    reached = 0
    for block in document.blocks:
        assert reached <= block.start < block.end <= len(document.text)
        assert not document.text[reached : block.start].strip()
        assert (block.level > 0) == (block.kind == "heading")
        reached = block.end
    assert not document.text[reached:].strip()
    assert "\r" not in document.text
    page_end = 0
    for number, page in enumerate(document.pages, start=1):
        assert (page.number, page.start) == (number, page_end)
        page_end = page.end
    assert not document.pages or page_end == len(document.text)


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        parse_bytes(data, name)
    message = str(caught.value)
    assert message.startswith('"') and message.endswith(".") and "\n" not in message
    return message


def test_supported_endings() -> None:
    assert set(SUPPORTED_ENDINGS) == {
        f".{ending}"
        for ending in (
            "txt text md markdown rst html htm xhtml mhtml mht pdf docx pptx xlsx csv tsv odt "
            "ods odp epub rtf eml json ipynb zip"
        ).split()
    }


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_pdf([["Hello from a PDF."]]), "application/pdf"),
        (make_docx(["Hello from Word."]), "wordprocessingml"),
        (b"<!doctype html><html><body><p>Hello.</p></body></html>", "text/html"),
    ],
)
def test_the_content_tells_the_format_and_a_wrong_ending_is_a_warning(
    data: bytes, kind: str
) -> None:
    document = parse_bytes(data, "notes.txt")
    assert kind in document.media_type
    assert "ending .txt" in document.warnings[0]
    assert not parse_bytes(data, {"t": "a.html", "w": "a.docx", "a": "a.pdf"}[kind[0]]).warnings


def test_html_in_a_text_with_a_pdf_ending_is_read_as_html() -> None:
    document = parse_bytes(b"<html><body>Not a PDF at all.</body></html>", "report.pdf")
    assert (document.text, document.media_type) == ("Not a PDF at all.", "text/html")


def test_a_file_without_ending_is_text() -> None:
    document = parse_bytes(b"The ferry is late.", "README")
    assert (document.title, document.warnings) == ("README", ())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG picture"),
        (b"\x7fELF" + bytes(50), "a program"),
        (b"\xd0\xcf\x11\xe0" + bytes(50), "older Office"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a password protects"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "(doc)"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
        (bytes(range(256)) * 4, "not a text"),
        (b"text with a \x00 inside", "not a text"),
        (b"", "empty (0 bytes)"),
        (b" \n\t ", "has no text"),
        (b"\xef\xbb\xbf", "has no text"),
        (b"PK\x03\x04 cut off", "zip archive"),
    ],
)
def test_refusals(data: bytes, says: str) -> None:
    assert says in refusal(data, "some/folder/file.txt")


def test_refusals_name_the_formats_that_are_read() -> None:
    assert "pptx, xlsx, csv" in refusal(b"GIF89a", "a.gif")


def test_names_in_messages_carry_no_folders_and_no_direction_marks() -> None:
    assert refusal(b"", "../../etc/\u202epass\x07wd.txt").startswith('"passwd.txt" ')


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(b"# Note\r\n\r\nText.\r\n")
    assert parse_file(path).text == "# Note\n\nText.\n"


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        parse_file(tmp_path / "missing.txt")
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        parse_file(tmp_path)
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    with pytest.raises(UnreadableDocument, match="larger than 50 MB"):
        parse_file(large)


NAMES = st.sampled_from([f"a{ending}" for ending in sorted(SUPPORTED_ENDINGS)] + ["a"])
HTML = st.lists(
    st.sampled_from(["<p>", "</p>", "<h2>", "</h2>", "<table>", "<tr>", "<td>", "</td>", "</table>",
                     "<li>", "<ul>", "<pre>", "</pre>", "<script>", "</script>", "<br>", "words ",
                     "<div hidden>", "</div>", "&amp;", "\r\n", "<a href=x>", "</a>"]),
    max_size=40,
).map(lambda parts: ("<html><body>" + "".join(parts)).encode())  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode), HTML), NAMES)
def test_any_bytes_are_read_soundly_or_refused(data: bytes, name: str) -> None:
    try:
        document = parse_bytes(data, name)
    except UnreadableDocument:
        return
    check_invariants(document)
    assert document.title
    assert parse_bytes(data, name) == document


PARAGRAPHS = st.lists(
    st.text("The bank wants a ban. 1234 Äé\t\n\x07", min_size=1, max_size=120),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=25)
@given(PARAGRAPHS)
def test_word_documents_are_read_soundly(paragraphs: list[str]) -> None:
    clean = ["".join(c for c in p if c != "\x07") for p in paragraphs]
    data = make_docx(clean)
    if not any(p.strip() for p in clean):
        assert "no text" in refusal(data, "a.docx")
        return
    document = parse_bytes(data, "a.docx")
    check_invariants(document)
    assert document.text.split() == " ".join(clean).split()


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.lists(st.text("The bank wants 12 ()", min_size=1, max_size=60), max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_pdfs_are_read_soundly(pages: list[list[str]]) -> None:
    data = make_pdf(pages)
    if not any(line.strip() for page in pages for line in page):
        assert "no text" in refusal(data, "a.pdf")
        return
    document = parse_bytes(data, "a.pdf")
    check_invariants(document)
    assert len(document.pages) == len(pages)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_file_is_refused_or_read_soundly(name: str, share: float) -> None:
    whole = make_pdf([["Some words."]] * 3) if name == "a.pdf" else make_docx(["Some words."] * 3)
    try:
        check_invariants(parse_bytes(whole[: int(len(whole) * share)], name))
    except UnreadableDocument as error:
        assert str(error).startswith('"a.')
