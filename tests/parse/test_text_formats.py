"""Formats that are text themselves: tables, data, notebooks, mails, RTF, reStructuredText."""

import json
from email.message import EmailMessage

import pytest

from rag.errors import UnreadableDocument
from rag.parse import parse_bytes
from tests.parse.files import make_docx
from tests.parse.test_office import blocks


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_keeps_its_own_text_with_a_block_for_each_row(separator: str) -> None:
    rows = ["Ducks in a lake", "Year,Kind", '2019,"wild\nand tame"', "2020,wild", ""]
    text = "\n".join(row.replace(",", separator) for row in rows)
    name = "a.tsv" if separator == "\t" else "a.csv"
    document = parse_bytes(text.replace("\n", "\r\n").encode(), name)
    assert document.text == text
    assert [(kind, level) for kind, level, _ in blocks(document)] == [
        ("table_row", 0),
        ("heading", 1),
        ("table_row", 0),
        ("table_row", 0),
    ]
    assert blocks(document)[2][2] == f'2019{separator}"wild\nand tame"'


def test_formulas_stay_text_and_a_broken_table_is_read_by_lines() -> None:
    formula = '=HYPERLINK("http://x")'
    assert parse_bytes(f"a,{formula}\nb,2\n".encode(), "a.csv").text == f"a,{formula}\nb,2\n"
    document = parse_bytes(b'a,"' + b"x" * 200_000 + b"\nb", "a.csv")
    assert len(document.blocks) == 2
    assert "line by line" in document.warnings[0]


def test_json_keeps_its_own_text_unless_nobody_could_read_it() -> None:
    text = '{\n"bank":  "Банк"}\n'
    assert parse_bytes(text.encode(), "a.json").text == text
    data = {"bank": "Банк \U0001f600", "half": "\ud800", "more": [1, 2]}
    document = parse_bytes(json.dumps(data).encode(), "a.json")
    assert document.text.startswith('{\n  "bank": "Банк \U0001f600",\n  "half": "')
    document.text.encode()
    long = parse_bytes(json.dumps(list(range(2_000))).encode(), "a.json")
    assert long.text.startswith("[\n  0,\n  1,")


def test_broken_json_is_read_as_text_and_deep_json_refused() -> None:
    assert "breaks the rules" in parse_bytes(b'{"a": 1', "a.json").warnings[0]
    with pytest.raises(UnreadableDocument, match="nested deeper"):
        parse_bytes(b"[" * 100_000 + b"]" * 100_000, "a.json")


def test_a_notebook_is_read_cell_by_cell() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Prices\n", "\n", "They rose."]},
        {
            "cell_type": "code",
            "source": "x = 1\nx",
            "outputs": [
                {"output_type": "stream", "text": ["done\n"]},
                {"data": {"text/plain": "1", "image/png": "abc"}},
            ],
        },
    ]
    document = parse_bytes(json.dumps({"cells": cells, "nbformat": 4}).encode(), "a.ipynb")
    assert blocks(document) == [
        ("heading", 1, "# Prices"),
        ("paragraph", 0, "They rose."),
        ("code", 0, "x = 1\nx"),
        ("code", 0, "done"),
        ("code", 0, "1"),
    ]
    assert document.title == "Prices"
    with pytest.raises(UnreadableDocument, match="damaged notebook"):
        parse_bytes(b"[]", "a.ipynb")


def make_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Vorschlag für Montag"
    mail["From"] = "Jürgen Example <j@example.org>"
    mail["To"] = "b@example.org"
    mail["Date"] = "Thu, 20 Jan 2022 10:30:00 +0300"
    mail.set_content("Die Bank will ein Verbot.\n\n- kein Handel\n")
    mail.add_alternative("<p>Told twice.</p>", subtype="html")
    return mail


def test_a_mail_with_its_attachments() -> None:
    mail = make_mail()
    mail.add_attachment(
        make_docx(["From Word."]), maintype="application", subtype="msword", filename="a.docx"
    )
    mail.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="b.png")
    mail.add_attachment(mail.as_bytes(), maintype="application", subtype="x", filename="c.eml")
    document = parse_bytes(mail.as_bytes(), "a.eml")
    assert blocks(document) == [
        ("heading", 1, "Vorschlag für Montag"),
        (
            "paragraph",
            0,
            "From: Jürgen Example <j@example.org>\nTo: b@example.org\n"
            "Date: Thu, 20 Jan 2022 10:30:00 +0300",
        ),
        ("paragraph", 0, "Die Bank will ein Verbot."),
        ("list_item", 0, "- kein Handel"),
        ("heading", 1, "a.docx"),
        ("paragraph", 0, "From Word."),
    ]
    assert (document.title, document.date) == ("Vorschlag für Montag", "2022-01-20")
    assert [w.split('"')[3] for w in document.warnings] == ["b.png", "c.eml"]


def test_a_mail_is_told_by_its_head_whatever_its_ending() -> None:
    assert parse_bytes(make_mail().as_bytes(), "a.txt").media_type == "message/rfc822"
    note = b"From: me\nTo: you\n\nHello.\n"
    assert parse_bytes(note, "a.txt").text == note.decode()
    assert parse_bytes(note, "a.eml").media_type == "message/rfc822"


def test_a_mail_of_html_alone_and_one_nested_beyond_any() -> None:
    head = b"MIME-Version: 1.0\nSubject: S\nContent-Type: text/html; charset=nonsense\n\n"
    page = head + b"<p>Hello<b>!</b>"
    assert parse_bytes(page, "a.eml").text == "S\n\nHello!"
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(60)
    )
    with pytest.raises(UnreadableDocument, match="deeper than any mail"):
        parse_bytes(b"MIME-Version: 1.0\nSubject: S\n" + deep + b"\nx", "a.eml")


def test_a_saved_page_loses_what_surrounds_its_words() -> None:
    page = "<html><head><title>T</title></head><body><nav>Home</nav>"
    page += "<p>Die Bank für alle.</p></body></html>"
    head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
    data = head.encode() + b"Content-Type: text/html; charset=cp1252\n\n" + page.encode("cp1252")
    document = parse_bytes(data + b"\n--b--\n", "a.mhtml")
    assert (document.text, document.title, document.warnings) == ("Die Bank für alle.", "T", ())
    with pytest.raises(UnreadableDocument, match="without a page"):
        parse_bytes(head.encode() + b"Content-Type: image/png\n\nx\n--b--\n", "a.mht")


def test_rtf() -> None:
    data = rb"{\rtf1\ansi{\info{\title Der Erla\'df}{\author A. Writer}}"
    data += (
        rb"\pard It c\'f6st 5 \u8364?.\par"
        + rb"{\trowd\cellx1\cellx2 Who\cell Wish\cell\row}{\pict\pngblip "
        + b"0a" * 999
        + rb"}End\par}"
    )
    document = parse_bytes(data, "a.doc")
    assert blocks(document) == [
        ("paragraph", 0, "It cöst 5 €."),
        ("table_row", 0, "Who\tWish"),
        ("paragraph", 0, "End"),
    ]
    assert (document.title, document.author) == ("Der Erlaß", "A. Writer")


def test_restructured_text_keeps_its_text_and_tells_its_headings() -> None:
    text = "====\nBook\n====\n\nOne\n---\n\nWords.\n\nDeep\n^^^^\n\nTwo\n---\n\n* item\n"
    document = parse_bytes(text.encode(), "a.rst")
    assert document.text == text
    assert [(level, words) for kind, level, words in blocks(document) if kind == "heading"] == [
        (1, "====\nBook\n===="),
        (2, "One\n---"),
        (3, "Deep\n^^^^"),
        (2, "Two\n---"),
    ]
