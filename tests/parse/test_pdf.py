"""PDFs: pages, reading order, paragraphs and headings."""

from typing import Any

import pytest

from rag.errors import UnreadableDocument
from rag.parse import parse_bytes
from rag.parse.pdf_lines import Box, _cells
from rag.records import ParsedDocument
from tests.parse.files import draw_pdf, make_pdf, write_lines


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


PARAGRAPH = [
    "The central bank proposed an almost complete ban of trade in and mining of all",
    "cryptocurrencies in a report of January 2022, and the ministry of finance did not",
    "agree with it.",
]


def test_wrapped_lines_become_one_paragraph() -> None:
    document = parse_bytes(make_pdf([[*PARAGRAPH, "", *PARAGRAPH]]), "a.pdf")
    assert blocks(document) == [("paragraph", " ".join(PARAGRAPH))] * 2


def test_pages_have_exact_ranges() -> None:
    document = parse_bytes(make_pdf([["One."], [], ["Three."]]), "a.pdf")
    assert [document.text[p.start : p.end].strip() for p in document.pages] == [
        "One.",
        "",
        "Three.",
    ]
    assert document.warnings == (
        '"a.pdf" has no text on page 2 (empty), so nothing can be found there.',
    )


def test_facts() -> None:
    data = make_pdf(
        [["Date: 20 January 2022", "", "Words."]], title="The report", author="A. Writer"
    )
    document = parse_bytes(data, "a.pdf")
    assert (document.title, document.author, document.date) == (
        "The report",
        "A. Writer",
        "2022-01-20",
    )


def test_larger_lines_are_headings() -> None:
    def draw(canvas: Any) -> None:
        write_lines(canvas, ["The report"], size=20)
        write_lines(canvas, ["What it says"], top=720, size=15)
        write_lines(canvas, PARAGRAPH, top=690)

    document = parse_bytes(draw_pdf(draw), "a.pdf")
    assert [(b.kind, b.level) for b in document.blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", 0),
    ]
    assert document.title == "The report"


def test_two_columns_written_line_by_line_are_read_one_after_the_other() -> None:
    left = [f"Left column line {i} has some words" for i in range(8)]
    right = [f"right column line {i} has some words" for i in range(8)]

    def draw(canvas: Any) -> None:
        for i in range(8):
            write_lines(canvas, [left[i]], left=60, top=700 - 14 * i)
            write_lines(canvas, [right[i]], left=320, top=700 - 14 * i)

    text = " ".join(parse_bytes(draw_pdf(draw), "a.pdf").text.split())
    assert text == " ".join(left + right)


def test_a_table_keeps_its_rows() -> None:
    def draw(canvas: Any) -> None:
        for i, row in enumerate([("Who", "Wish"), ("Bank", "Ban"), ("Ministry", "Rules")]):
            for j, cell in enumerate(row):
                write_lines(canvas, [cell], left=72 + 150 * j, top=700 - 14 * i)

    assert blocks(parse_bytes(draw_pdf(draw), "a.pdf")) == [
        ("table_row", "Who\tWish"),
        ("table_row", "Bank\tBan"),
        ("table_row", "Ministry\tRules"),
    ]


def test_a_sentence_over_a_page_end_is_whole() -> None:
    def draw(canvas: Any) -> None:
        halves = [
            ["It began. ", "The bank proposed a ban of all"],
            ["cryptocurrencies in the land.", "", "The end."],
            ["More."],
        ]
        for number, lines in enumerate(halves, start=1):
            write_lines(canvas, ["A running header"], top=800)
            write_lines(canvas, lines)
            write_lines(canvas, [f"Page {number} of 3"], top=40)
            canvas.showPage()

    document = parse_bytes(draw_pdf(draw), "a.pdf")
    assert "The bank proposed a ban of all cryptocurrencies in the land." in document.text
    second = document.pages[1]
    assert document.text[second.start :].startswith("cryptocurrencies in the land.")
    assert document.text[second.start : second.end].strip().endswith("Page 2 of 3")


def test_a_password_is_asked_for() -> None:
    with pytest.raises(UnreadableDocument, match=r'^"a\.pdf" is protected by a password; remove'):
        parse_bytes(make_pdf([["Secret."]], encrypt="word"), "a.pdf")


def test_no_text_layer_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="empty on pages 1 to 2"):
        parse_bytes(make_pdf([[], []]), "a.pdf")


def test_damage_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="damaged PDF"):
        parse_bytes(b"%PDF-1.7\nnothing else", "a.pdf")


def test_the_space_after_a_latin_word_in_a_hebrew_line_stands_after_it() -> None:
    seen: list[tuple[int, str, Box | None]] = [
        (i, letter, None if letter == " " else (i, 0.0, i + 1, 1.0))
        for i, letter in enumerate("מן Bitcoinאל")
    ]
    assert [cell.words for cell in _cells(seen, 1.0)] == ["מןBitcoin אל"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("shown", [0, 90])
def test_pages_are_read_whichever_way_round_they_stand(turn: int, shown: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.setPageRotation(shown)
        canvas.translate(297, 297)  # all of it on the page, which is turned too
        canvas.rotate(turn)
        for i, line in reversed(list(enumerate(PARAGRAPH))):  # as some programs write them
            write_lines(canvas, [line], left=-250, top=-14 * i)

    assert parse_bytes(draw_pdf(draw), "a.pdf").text == " ".join(PARAGRAPH)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["The bank forbids mi-", "ning in the land."], "forbids mining in"),
        (["A dual-encoder is", "good, and a dual-", "encoder is best."], "a dual-encoder is best"),
        (["High dimensional", "things are high-", "dimensional."], "are high-dimensional."),
        (["They go with us, with-", "out us and without", "them."], "with us, without us"),
        (["They use Lucene-", "BM25 in 1999-", "2001."], "use Lucene-BM25 in 1999- 2001."),
    ],
)
def test_words_divided_at_a_line_s_end_are_made_whole(lines: list[str], words: str) -> None:
    assert words in parse_bytes(make_pdf([lines]), "a.pdf").text


def test_a_word_divided_by_the_end_of_a_page_is_made_whole() -> None:
    first, second = "The bank proposed a ban of all crypto-", "currencies in the land."
    document = parse_bytes(make_pdf([[first], [second]]), "a.pdf")
    assert document.text == "The bank proposed a ban of all cryptocurrencies in the land."
    assert document.text[document.pages[1].start :] == second


def test_attachments_that_a_password_protects_are_not_passed_over() -> None:
    data = make_pdf([["Open the attachment."]])
    marked = data + b"\n9 0 obj <</StmF /Identity /StrF /Identity /O <00> /EFF /StdCF>> endobj"
    with pytest.raises(UnreadableDocument, match="protected by a password"):
        parse_bytes(marked, "a.pdf")
