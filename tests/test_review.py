"""Checked claims become tables, reports and questions that evaluate takes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag import cli
from rag.cli import reviewing
from rag.errors import SettingError, UnknownDocument
from rag.evaluate.folder import read_questions
from rag.history import Feedback, History, Message, Review, Transcript, history_path
from rag.records import Answer, AnswerSpan, Citation, CitedDocument, Document, Sentence
from rag.redact import ERASED
from rag.review import (
    find_standing,
    list_claims,
    make_questions,
    tally,
    to_csv,
    to_markdown,
    write_questions,
)
from rag.settings import Settings
from tests.test_exchange import HOSTILE

TEXT = "The bank wants a ban. The ministry wants rules. Nobody asked the miners."
DOCUMENT, SHA = "ab12cd34ef56", "cd" * 32
ASKED = "2026-11-24T10:00:00.000+00:00"


def cite(marker: int, quote: str, words: str = "", document: str = DOCUMENT) -> Citation:
    start = TEXT.find(quote)
    at = start + quote.find(words)
    spans = (AnswerSpan(at, at + len(words), words),) if words else ()
    cited = CitedDocument(document, "bank.md", "The bank", SHA, None)
    return Citation(marker, cited, None, start, start + len(quote), quote, spans, 0.5)


def answer(*sentences: tuple[str, Citation | None], question: str = "What?") -> Answer:
    return Answer(
        "a",
        question,
        question,
        "answered",
        " ".join(text for text, _ in sentences),
        0.9,
        tuple(
            Sentence(text, (c.marker,) if c else (), "verbatim" if c else "unsupported")
            for text, c in sentences
        ),
        tuple(c for _, c in sentences if c),
    )


BAN, RULES = cite(1, "The bank wants a ban.", "a ban"), cite(2, "The ministry wants rules.")
GIVEN = answer((BAN.quote, BAN), (RULES.quote, RULES), ("Invented.", None))
REFUSED = Answer("a", "Who?", "Who?", "abstained", "Not answered.", 0.1, nearest=(BAN,))


def ask(given: Answer | None, reviews: dict[int, Review] | None = None, **more) -> Message:
    question = given.question if given else "What?"
    return Message(1, question, given, ASKED, ASKED, reviews=reviews or {}, **more)


def questions(*messages: Message) -> list[dict]:
    return make_questions("k", messages, {DOCUMENT: "bank.md"}, lambda c: c.quote in TEXT)


def test_claims_are_the_sentences_of_answers_and_refusals_as_a_whole() -> None:
    unclear = replace(REFUSED, status="unclear")
    messages = [ask(GIVEN, {1: Review("wrong")}), ask(REFUSED), ask(unclear), ask(None)]
    claims = list_claims(messages)
    assert [(c.place, c.verdict, len(c.citations)) for c in claims] == [
        (0, "verbatim", 1), (1, "verbatim", 1), (2, "unsupported", 0), (0, None, 1),
    ]  # fmt: skip
    counts = tally(claims)
    assert (counts.claims, counts.right, counts.wrong, counts.unclear) == (4, 0, 1, 0)


def test_a_table_for_spreadsheets_runs_nothing() -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"]
    chats = [
        Transcript("=HYPERLINK(1)", ASKED, (ask(GIVEN, {0: Review("right", note)}),))
        for note in [*formulas, "fine - really = @", '"quoted", with\nlines']
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(chats))))
    firsts = [row for row in rows if row["claim"] == BAN.quote]
    notes = [row["note"] for row in firsts]
    assert notes == [*(f"'{f}" for f in formulas), "fine - really = @", '"quoted", with\nlines']
    assert {row["chat"] for row in rows} == {"'=HYPERLINK(1)"}
    assert (firsts[0]["judgement"], firsts[0]["start"], firsts[0]["sha256"]) == ("right", "0", SHA)
    assert len(rows) == 3 * len(chats)


def test_the_report_counts_and_tells_all() -> None:
    said = ask(GIVEN, {0: Review("right"), 1: Review("unclear", HOSTILE)}, feedback=Feedback("up"))
    report = to_markdown([Transcript("A *chat*", ASKED, (said,))])
    assert "3 claims: 1 right, 0 wrong, 1 unclear, 1 not judged." in report
    assert "# Check of “A \\*chat\\*”" in report
    assert "**unclear** (verbatim): The ministry wants rules. – \\<script\\>" in report
    assert "Thumb up" in report
    assert f"bank.md, characters 0–21, sha256 {SHA}" in report
    assert "![" not in report


def test_right_claims_are_the_evidence_of_a_question() -> None:
    (row,) = questions(ask(GIVEN, {0: Review("right"), 1: Review("wrong", "not they")}))
    assert row == {
        "id": "k-0",
        "question": "What?",
        "answer": ["a ban"],
        "evidence": [{"doc_id": "bank.md", "start": 0, "end": 21, "text": BAN.quote}],
        "answerable": True,
        "note": "wrong: The ministry wants rules.\nnot they",
    }


@pytest.mark.parametrize(
    ("message", "answerable"),
    [
        (ask(REFUSED, {0: Review("right")}), False),
        (ask(REFUSED, {0: Review("wrong")}), None),
        (ask(REFUSED, feedback=Feedback("up")), False),
        (ask(GIVEN, {0: Review("wrong"), 1: Review("unclear")}), None),
        (ask(GIVEN, feedback=Feedback("up")), True),
        (ask(GIVEN, feedback=Feedback("down", "no")), None),
        (ask(GIVEN, {0: Review("right")}, feedback=Feedback("down")), True),
        (ask(answer((ERASED, replace(BAN, quote=ERASED))), {0: Review("right")}), None),
        (ask(answer(("Gone.", cite(1, "a ban", document="f" * 12))), {0: Review("right")}), None),
        (ask(GIVEN, {0: Review("right")}, documents=(DOCUMENT,)), True),
        (ask(GIVEN, {0: Review("right")}, documents=(DOCUMENT, "f" * 12)), None),
    ],
    ids=range(11),
)
def test_what_a_judgement_says_of_a_question(message: Message, answerable: bool | None) -> None:
    (row,) = questions(message)
    assert row["answerable"] is answerable
    assert bool(row["evidence"]) == (answerable is True or len(message.documents) == 2)


def test_what_nobody_judged_is_no_question() -> None:
    assert questions(ask(GIVEN), ask(REFUSED, {0: Review(None, "a note alone")}), ask(None)) == []


def test_a_follow_up_brings_what_was_said_before() -> None:
    follow_up = replace(GIVEN, question="And the ministry?", searched_for="What does it want?")
    (row,) = questions(ask(GIVEN), ask(None), ask(follow_up, {1: Review("right")}))
    assert row["id"] == "k-2"
    assert row["turns"] == [{"question": "What?", "answer": GIVEN.text}]


class OneDocument:
    """A library of the one text."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "kept"
        self.file.write_text(TEXT)

    def documents(self) -> list[Document]:
        fields = {"title": "", "date": None, "author": None, "media_type": "text/markdown"}
        one = Document(
            DOCUMENT, "bank.md", sha256=SHA, pages=None, characters=len(TEXT), chunks=1,
            added=ASKED, names=("bank.md",), warnings=(), **fields,
        )  # fmt: skip
        return [one, replace(one, id="0" * 12, name="Bank.md"), replace(one, id="1", name="x.md")]

    def text(self, document_id: str) -> str:
        if document_id != DOCUMENT:
            raise UnknownDocument("There is no such document.")
        return TEXT

    def original(self, document_id: str) -> Path | None:
        return None if document_id == "1" else self.file


def test_where_a_quote_stands_is_told(tmp_path: Path) -> None:
    library = OneDocument(tmp_path)
    assert find_standing(BAN, library) == "stands"
    assert find_standing(replace(BAN, start=1, end=22), library) == "moved"
    assert find_standing(cite(1, "a ban", document="f" * 12), library) == "gone"
    assert find_standing(replace(BAN, quote=ERASED), library) == "erased"


def test_a_folder_of_questions_has_the_documents_under_names_of_their_own(tmp_path: Path) -> None:
    chat = Transcript(
        "c", ASKED, (ask(GIVEN, {0: Review("right")}), ask(GIVEN, {0: Review("wrong")}))
    )
    out = tmp_path / "out"
    rows = write_questions(out, {"k": chat}, OneDocument(tmp_path))
    names = sorted(path.name for path in (out / "corpus").iterdir())
    assert names == ["Bank-00000000.md", "bank-ab12cd34.md"]
    assert rows[0]["evidence"][0]["doc_id"] == "bank-ab12cd34.md"
    assert [row["id"] for row in read_questions(out)] == ["k-0"]
    with pytest.raises(SettingError, match="is not empty"):
        write_questions(out, {"k": chat}, OneDocument(tmp_path))


def test_the_command_writes_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(index=tmp_path / "index")
    history = History.open(history_path(settings))
    judged, other = history.start("ann"), history.start("bob")
    history.keep_review(history.append(judged, "What?", GIVEN), 0, Review("right"))
    history.append(other, "Silent?", GIVEN)
    history.close()
    monkeypatch.setattr(reviewing, "open_assistant", lambda _: pytest.fail("no library is needed"))

    def run(*words: str) -> int:
        return cli.main(["review", "--index", str(settings.index), "export", *words])

    assert run("csv") == cli.OK
    assert [row["judgement"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == [
        "right", "", "",
    ]  # fmt: skip
    assert run("markdown", "--chat", other, "--out", str(tmp_path / "a.md")) == cli.OK
    assert "# Check of “Silent?”" in (tmp_path / "a.md").read_text()
    assert run("markdown", "--chat", "0" * 32) == cli.FAILED
    assert "There is no chat" in capsys.readouterr().err
    assert run("questions") == cli.FAILED
    library = OneDocument(tmp_path)
    monkeypatch.setattr(reviewing, "open_assistant", lambda _: type("A", (), {"library": library}))
    assert run("questions", "--out", str(tmp_path / "q")) == cli.OK
    (row,) = map(json.loads, (tmp_path / "q" / "questions.jsonl").read_text().splitlines())
    assert row["id"] == f"{judged[:8]}-0"
