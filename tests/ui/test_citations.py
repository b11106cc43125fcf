"""How an answer from several sources is put before it is drawn."""

from __future__ import annotations

from dataclasses import replace

from rag.records import Agreement, Answer, Citation, CitedDocument, Conflict, Sentence, Verdict
from ui.citations import describe


def cite(marker: int, document: str, date: str | None = None) -> Citation:
    cited = CitedDocument(document, f"{document}.md", f"Title {document}", "s", date)
    return Citation(marker, cited, None, 0, 5, f"Quote {marker}", (), 0.9)


def answer(*sentences: Sentence, citations: tuple[Citation, ...]) -> Answer:
    return Answer("i", "q", "q", "answered", "", 0.9, sentences, citations)


def say(text: str, *markers: int, verdict: Verdict = "verbatim") -> Sentence:
    return Sentence(text, markers, verdict)


def test_sentences_of_several_documents_stand_under_their_titles() -> None:
    told = describe(
        answer(
            say("A.", 1),
            say("B.", 2),
            say("C.", 3),
            citations=(cite(1, "x", "2024-01-20"), cite(2, "x"), cite(3, "y")),
        )
    )
    above = [sentence.get("above") for sentence in told["sentences"]]
    assert above == [
        {"title": "Title x", "date": "20 January 2024"},
        None,
        {"title": "Title y", "date": ""},
    ]


def test_sentences_of_one_document_have_no_title() -> None:
    told = describe(answer(say("A.", 1), say("B.", 1), citations=(cite(1, "x"),)))
    assert all("above" not in sentence for sentence in told["sentences"])


def test_sources_that_agree_stand_behind_their_sentence() -> None:
    made = answer(say("A.", 1), citations=(cite(1, "x"), cite(2, "y"), cite(3, "z")))
    told = describe(replace(made, agreements=(Agreement((1, 2, 3)),)))
    assert told["sentences"][0]["agreement"] == {"text": "3 sources agree", "sources": [1, 2]}
    assert "above" not in told["sentences"][0]


def test_quotes_that_disagree_stand_side_by_side_with_their_dates() -> None:
    made = answer(say("A.", 1), citations=(cite(1, "x", "2024"), cite(2, "y")))
    conflict = Conflict((1, 2), "Sources disagree: one, or two.", "2024")
    (told,) = describe(replace(made, conflicts=(conflict,)))["conflicts"]
    assert told == {
        "note": "Sources disagree: one, or two.",
        "as_of": "As of 2024, the date of the newest of them.",
        "sources": [0, 1],
        "dates": ["2024", "no date"],
    }


def test_a_sentence_that_leads_a_list_in_has_no_numbers() -> None:
    markers = (1, 2, 3, 4)
    quotes = [say(f"Q{marker}.", marker) for marker in markers]
    lead = say("4 of 9 documents mention it.", *markers, verdict="supported")
    told = describe(answer(lead, *quotes, citations=tuple(cite(m, f"d{m}") for m in markers)))
    assert told["sentences"][0]["sources"] == []
    assert [s["sources"] for s in told["sentences"][1:]] == [[0], [1], [2], [3]]
