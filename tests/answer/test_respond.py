from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from rag.answer.mentions import find_mentions
from rag.answer.part import Part, join_parts
from rag.answer.respond import Respondent
from rag.answer.stopwatch import Stopwatch
from rag.records import Answer, Passage, Reading, Span
from rag.store import SQLiteStore
from rag.terms import extract_terms
from rag.words import TantivyIndex
from tests.passages import make_passage, no_page
from tests.shelves import EMBEDDER, put

BLANK = Answer("i", "q", "q", "abstained", "The documents do not answer this.", 0.0)


class Shelf:
    """Finds every passage whose words the question shares, most shared first."""

    def __init__(self, *texts: str) -> None:
        self.passages = [make_passage(text, 0, f"d{n}", n) for n, text in enumerate(texts)]

    def retrieve(
        self, question: str, k: int, documents: Collection[str] | None = None, before: str = ""
    ) -> list[Passage]:
        asked = set(extract_terms(question))
        shared = [(len(asked & set(extract_terms(p.text))), p) for p in self.passages]
        shared = [(n, p) for n, p in shared if documents is None or p.document.id in documents]
        return [p for n, p in sorted(shared, key=lambda found: -found[0]) if n][:k]


class WholeReader:
    """Takes each passage whole, and is the surer the more of the question's words it has."""

    name = "whole"

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        asked = set(extract_terms(question))
        spans = [
            Span(n, p.start, p.end, len(asked & set(extract_terms(p.text))) / (len(asked) or 1))
            for n, p in enumerate(passages)
        ]
        spans.sort(key=lambda span: (-span.score, span.passage))
        return Reading(tuple(spans), spans[0].score if spans else 0.0)


def ask(folder: Path, question: str, *texts: str) -> Part:
    folder.mkdir(exist_ok=True)
    store = SQLiteStore(folder / "library.db")
    for n, text in enumerate(texts):
        put(store, f"{n}.txt", f"{text}\n", title=f"Title {n}")
    words = TantivyIndex(folder / "words")
    words.follow(store)
    respondent = Respondent(
        store, Shelf(*texts), words, WholeReader(), EMBEDDER.name, no_page, 5, threshold=0.5
    )
    return respondent.respond(question, None, Stopwatch())


def say(folder: Path, question: str, *texts: str) -> list[str]:
    return [sentence.text for sentence in ask(folder, question, *texts).sentences]


def test_a_comparison_takes_one_sentence_for_each_side(tmp_path: Path) -> None:
    texts = ("A coin has a blockchain.", "A token lies on another chain.", "Banks lend money.")
    part = ask(tmp_path, "what is the difference between a coin and a token?", *texts)
    assert [s.text for s in part.sentences] == list(texts[:2])
    assert [c.document.id for c in part.citations] == ["d0", "d1"]


def test_a_comparison_in_one_sentence(tmp_path: Path) -> None:
    both = "A coin has a blockchain, whereas a token does not."
    assert say(tmp_path, "coin vs token", both, "A coin is round.") == [both]


def test_a_side_of_which_nothing_is_said(tmp_path: Path) -> None:
    part = ask(tmp_path, "coin vs dogecoin", "A coin has a blockchain.")
    assert part.unanswered == ("dogecoin",)
    assert join_parts(BLANK, [part]).notice == "The documents do not tell what “dogecoin” is."


def test_an_overview_of_the_library(tmp_path: Path) -> None:
    texts = (
        "The bank proposed a ban on nearly all coins.",
        "Mining needs cheap power and cold air in summer.",
    )
    part = ask(tmp_path, "what is this about?", *texts)
    assert sorted(s.text for s in part.sentences) == sorted(texts)
    assert all(sentence.verdict == "verbatim" for sentence in part.sentences)


def test_an_overview_of_what_is_not_there(tmp_path: Path) -> None:
    part = ask(tmp_path, "summarise the annual report", "The bank proposed an annual ban on coins.")
    assert not part.sentences
    assert part.nearest


def test_an_overview_of_a_topic(tmp_path: Path) -> None:
    texts = (
        "The bank proposed a ban on nearly all coins.",
        "Mining needs cheap power and cold air.",
    )
    assert say(tmp_path, "tell me about mining", *texts) == [texts[1]]
    assert not say(tmp_path, "tell me about Rome", *texts)


def test_parts_are_numbered_through_and_nothing_is_said_twice(tmp_path: Path) -> None:
    texts = ("The bank heads a union.", "The bank wants a ban.")
    parts = [
        ask(tmp_path / "1", "does the bank want a ban?", *texts),
        ask(tmp_path / "2", "what does the bank want? a ban", *texts),
        ask(tmp_path / "3", "who heads the union of the bank?", *texts),
        ask(tmp_path / "4", "what is the capital of France?", *texts),
    ]
    answer = join_parts(BLANK, parts)
    shown = [sentence.text for sentence in answer.sentences]
    assert len(set(shown)) == len(shown)
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {m for s in answer.sentences for m in s.markers} == {c.marker for c in answer.citations}
    assert answer.notice == "The documents do not answer “what is the capital of France?”."
    assert answer.text == " ".join(shown)


def test_yes_may_be_said_of_two_things(tmp_path: Path) -> None:
    texts = ("Mining is legal.", "Trading is legal.")
    parts = [
        ask(tmp_path / str(n), question, *texts)
        for n, question in enumerate(("is mining legal?", "is trading legal?", "is mining legal?"))
    ]
    answer = join_parts(BLANK, parts)
    assert answer.text == "Yes. Mining is legal. Yes. Trading is legal."
    assert [sentence.markers for sentence in answer.sentences] == [(1,), (1,), (2,), (2,)]


def test_nothing_answered_is_an_abstention(tmp_path: Path) -> None:
    part = ask(tmp_path, "what is the capital of modern France?", "The capital is old.")
    answer = join_parts(BLANK, [part, part])
    assert answer.status == "abstained"
    assert not answer.sentences
    assert answer.nearest == part.nearest


def test_a_stopwatch_adds_up() -> None:
    watch = Stopwatch()
    with watch.timing("read"):
        pass
    assert set(watch.milliseconds()) == {"retrieve", "read", "total"}


def test_a_named_source_gives_its_passage_on_the_topic(tmp_path: Path) -> None:
    trial = "The court of Upton heard evidence. A letter was found. A neighbour saw the theft."
    texts = (trial, "Evidence of rain was found.")
    said = say(tmp_path, "According to the court of Upton, summarize the evidence.", *texts)
    assert said == [trial]


def test_half_a_name_is_doubted(tmp_path: Path) -> None:
    text = "Here the Central Bank does want coins."
    assert say(tmp_path / "a", "what coins does the Central Bank want here?", text) == [text]
    assert say(tmp_path / "b", "what coins does the Southern Central Bank want here?", text) == []


def test_which_documents_mention_a_thing(tmp_path: Path) -> None:
    texts = ("Miners mine coins. It pays.", "Banks lend.", "A coin is round.", "The coinage act.")
    said = say(tmp_path, "which documents mention coins?", *texts)
    assert said == ["2 of 4 documents mention “coins”.", "Miners mine coins.", "A coin is round."]


def test_how_many_documents_mention_a_thing_in_the_scope(tmp_path: Path) -> None:
    texts = ("A coin is round.", "The coin is old.")
    folder = tmp_path / "shelf"
    ask(folder, "coin", *texts)
    store = SQLiteStore(folder / "library.db")
    words = TantivyIndex(folder / "words")
    words.follow(store)
    found = find_mentions(store, words, "the coin", [store.documents()[0].id])
    assert [mention.passages for mention in found] == [1]


def test_no_document_mentions_it(tmp_path: Path) -> None:
    part = ask(tmp_path, "list all documents about unicorns", "Banks lend.")
    assert not part.sentences
    assert join_parts(BLANK, [part]).notice == "No document mentions “unicorns”."


def test_a_mention_in_a_table_or_a_heading(tmp_path: Path) -> None:
    part = ask(tmp_path, "where is the eNaira mentioned?", "Nigeria and the eNaira", "Banks lend.")
    assert [c.quote for c in part.citations] == ["Nigeria and the eNaira"]
    assert [s.text for c in part.citations for s in c.answer_spans] == ["eNaira"]
