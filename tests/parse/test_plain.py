"""Plain text and Markdown keep the file's own text; blocks, facts and encodings are told."""

import pytest

from rag.parse import parse_bytes
from rag.records import ParsedDocument


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


TEXT = "Die Bank könnte „nein“ sagen.\r\nZweite Zeile, 5 € im Jahr.\r\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252"],
)
def test_encodings_give_the_same_text(encoding: str) -> None:
    document = parse_bytes(TEXT.encode(encoding), "bank.txt")
    assert document.text == TEXT.replace("\r\n", "\n")
    assert bool(document.warnings) == (encoding == "cp1252")


def test_russian_in_an_old_encoding_is_read_with_a_warning() -> None:
    text = "Банк России предложил запретить криптовалюты. Минфин выступил против запрета."
    document = parse_bytes(text.encode("cp1251"), "bank.txt")
    assert document.text == text
    assert "cp1251" in document.warnings[0]


def test_nothing_is_added_or_cut() -> None:
    text = "\n\n  Indented.  \n\n\nEnd.\n\n"
    assert parse_bytes(text.encode(), "a.txt").text == text


MARKDOWN = """---
title: "The bank's wish"
author: Elvira Example
date: 2022-01-20
---
# The wish

A paragraph
of two lines.

Second heading
--------------

- item one
  goes on
- item two

1. first
2. second

| Who | When |
|-----|------|
| Bank | 2022 |

```python
# no heading

x = 1
```
After the code.
"""


def test_markdown_blocks() -> None:
    document = parse_bytes(MARKDOWN.encode(), "wish.md")
    assert blocks(document)[1:] == [
        ("heading", "# The wish"),
        ("paragraph", "A paragraph\nof two lines."),
        ("heading", "Second heading\n--------------"),
        ("list_item", "- item one\n  goes on"),
        ("list_item", "- item two"),
        ("list_item", "1. first"),
        ("list_item", "2. second"),
        ("table_row", "| Who | When |\n|-----|------|"),
        ("table_row", "| Bank | 2022 |"),
        ("code", "```python\n# no heading\n\nx = 1\n```"),
        ("paragraph", "After the code."),
    ]
    assert [b.level for b in document.blocks if b.kind == "heading"] == [1, 2]


def test_front_matter_tells_the_facts() -> None:
    document = parse_bytes(MARKDOWN.encode(), "wish.md")
    assert (document.title, document.author, document.date) == (
        "The bank's wish",
        "Elvira Example",
        "2022-01-20",
    )


def test_plain_text_blocks() -> None:
    text = "The wish\n\nCHAPTER I\n\nIt was\nlate.\n\n* one\n* two\n\nSUMMARY\n\nShort and done.\n"
    document = parse_bytes(text.encode(), "wish.txt")
    assert blocks(document) == [
        ("heading", "The wish"),
        ("heading", "CHAPTER I"),
        ("paragraph", "It was\nlate."),
        ("list_item", "* one"),
        ("list_item", "* two"),
        ("heading", "SUMMARY"),
        ("paragraph", "Short and done."),
    ]
    assert document.title == "The wish"


def test_an_ordinary_first_sentence_is_no_heading() -> None:
    document = parse_bytes(b"It rained.\n\nThen it snowed.", "a.txt")
    assert (document.title, document.blocks[0].kind) == ("a", "paragraph")


@pytest.mark.parametrize(
    ("head", "date", "author"),
    [
        ("Date: 24 January 2022\nAuthor: A. Writer", "2022-01-24", "A. Writer"),
        ("**Published:** January 24, 2022\nBy Anna Writer", "2022-01-24", "Anna Writer"),
        ("MOSCOW, Jan. 24, 2022 - The bank", "2022-01-24", None),
        ("Issued: January 2022", "2022-01", None),
        ("Дата: 24 января 2022 г.", "2022-01-24", None),
        ("No date here", None, None),
    ],
)
def test_the_first_lines_tell_date_and_author(
    head: str, date: str | None, author: str | None
) -> None:
    document = parse_bytes(f"A title\n\n{head}\n\nSaid the bank.".encode(), "a.txt")
    assert (document.date, document.author) == (date, author)


def test_long_lines_are_paragraphs_of_their_own() -> None:
    line = "The bank proposed an almost complete ban of trade and mining. " * 3
    document = parse_bytes(f"{line}\n{line}\n".encode(), "a.txt")
    assert len(document.blocks) == 2


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("BITCOIN LAW, 2021\nSample\nDate: 3 March 2025\n\nIn June 2021 …", "BITCOIN LAW, 2021"),
        ("A note on tax\n\nMiners pay.", "A note on tax"),
        ("Miners pay tax, and it\n" + "is not little, " * 6, "note"),
        ("Miners pay tax.\n\nThey do.", "note"),
    ],
)
def test_a_first_line_that_stands_alone_is_the_title(text: str, title: str) -> None:
    assert (parse_bytes(text.encode(), "note.txt").title or "note") == title


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("日本銀行は仮想通貨の取引を全面的に禁止する案を示した。", "shift_jis"),
        ("日本銀行は仮想通貨の取引を全面的に禁止する案を示した。", "euc_jp"),
        ("日本銀行は仮想通貨の取引を全面的に禁止する案を示した。", "iso2022_jp"),
        ("中央银行建议几乎完全禁止加密货币的交易和挖矿。财政部不同意。", "gb18030"),
        ("중앙은행은 암호화폐의 거래와 채굴을 거의 전면적으로 금지할 것을 제안했다.", "euc_kr"),
        ("Банк России предложил запретить криптовалюты почти полностью.", "koi8_r"),
        ("Η κεντρική τράπεζα πρότεινε σχεδόν πλήρη απαγόρευση.", "cp1253"),
        ("Bank zaproponował niemal całkowity zakaz handlu; źródło: własne, łącznie.", "cp1250"),
        ("Die Zentralbank schlug ein fast vollständiges Verbot für alle vor.", "mac_roman"),
    ],
)
def test_encodings_of_other_scripts_are_recognised(text: str, encoding: str) -> None:
    assert parse_bytes((text * 3).encode(encoding), "bank.txt").text == text * 3
