"""Conversations are kept, kept apart, and survive what happens to a database."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryBroken, LibraryError
from rag.history import SCHEMA, TITLE_CHARACTERS, Feedback, History, Review
from rag.history.database import MIGRATIONS
from rag.records import Answer, AnswerSpan, Citation, CitedDocument, Conflict, Sentence, to_json
from tests.traces import find_traces

ANSWER = Answer(
    id="a",
    question="What?",
    searched_for="What?",
    status="answered",
    text="A ban.",
    confidence=0.9,
    sentences=(Sentence("A ban.", (1,), "verbatim"),),
    citations=(
        Citation(
            marker=1,
            document=CitedDocument("d", "a.md", "A", "00", "2022-06-15"),
            page=None,
            start=3,
            end=9,
            quote="A ban.",
            answer_spans=(AnswerSpan(5, 8, "ban"),),
            score=0.5,
        ),
    ),
    conflicts=(Conflict((1,), "the date"),),
    timings_ms={"total": 1.5},
)


@pytest.fixture
def history(tmp_path: Path):
    opened = History.open(tmp_path / "new" / "history.sqlite")
    yield opened
    opened.close()


def test_an_answer_comes_back_as_it_was(history: History) -> None:
    chat = history.start("ann")
    history.append(chat, "What?", ANSWER)
    assert history.messages(chat)[0].answer == ANSWER


def test_a_question_is_kept_before_its_answer(history: History) -> None:
    chat = history.start("ann")
    message_id = history.append(chat, "What?", None)
    assert history.messages(chat)[0].answer is None
    history.complete(message_id, ANSWER)
    kept = history.messages(chat)[0]
    assert (kept.id, kept.answer) == (message_id, ANSWER)
    assert kept.answered is not None


def test_conversations_outlive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first = History.open(path)
    chat = first.start("ann")
    first.append(chat, "What?", ANSWER)
    first.close()
    second = History.open(path)
    assert [m.question for m in second.messages(chat)] == ["What?"]
    second.close()


def test_each_owner_sees_their_own_newest_first(history: History) -> None:
    older, newer, other = history.start("ann"), history.start("ann"), history.start("bob")
    for chat in (older, newer, other):
        history.append(chat, f"Question in {chat}", None)
    assert [c.id for c in history.conversations("ann")] == [newer, older]
    assert [c.id for c in history.conversations("bob")] == [other]


def test_a_conversation_without_a_question_is_not_listed(history: History) -> None:
    history.start("ann")
    assert history.conversations("ann") == []


def test_the_first_question_is_the_title(history: History) -> None:
    chat = history.start("ann")
    history.append(chat, "What\n  does it say?", None)
    history.append(chat, "And then?", None)
    assert history.conversations("ann")[0].title == "What does it say?"
    long = history.start("ann")
    history.append(long, "x" * 500, None)
    assert len(history.conversations("ann")[0].title) == TITLE_CHARACTERS


def test_ids_cannot_be_guessed(history: History) -> None:
    ids = {history.start("ann") for _ in range(100)}
    assert len(ids) == 100
    assert all(len(i) == 32 for i in ids)


def test_feedback_is_kept_changed_and_forgotten(history: History) -> None:
    chat = history.start("ann")
    message_id = history.append(chat, "What?", ANSWER)
    history.append(chat, "And?", ANSWER)
    for feedback in (Feedback("up"), Feedback("down", "<b>No</b>, the *other* bank"), None):
        history.keep_feedback(message_id, feedback)
        assert [m.feedback for m in history.messages(chat)] == [feedback, None]
    history.keep_feedback(message_id, Feedback("up"))
    history.delete(chat, "ann")
    history.keep_feedback(message_id, Feedback("down"))
    assert history._rows("SELECT * FROM feedback", ()) == []


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_an_older_history_is_upgraded(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as old:
        for script in MIGRATIONS[:schema]:
            old.executescript(script)
        old.execute(f"PRAGMA user_version = {schema}")
        old.execute("INSERT INTO conversations VALUES ('c', 'ann', 'What?', '2026', '2026')")
        old.execute(
            "INSERT INTO messages (conversation_id, question, answer, asked)"
            " VALUES ('c', 'What?', ?, '2026')",
            (json.dumps(to_json(ANSWER)),),
        )
    old.close()
    upgraded = History.open(path)
    (message,) = upgraded.messages("c")
    upgraded.keep_feedback(message.id, Feedback("up"))
    upgraded.keep_review(message.id, 0, Review("right"))
    upgraded.pin("c", "ann", True)
    (kept,) = upgraded.messages("c")
    assert (kept.answer, kept.feedback) == (ANSWER, Feedback("up"))
    assert kept.reviews == {0: Review("right")}
    assert upgraded.conversations("ann")[0].pinned
    upgraded.close()


def test_a_review_is_kept_changed_and_forgotten(history: History) -> None:
    chat = history.start("ann")
    message_id = history.append(chat, "What?", ANSWER)
    for review in (Review("right"), Review("wrong", "<b>No</b>"), Review(None, "hm")):
        history.keep_review(message_id, 2, review)
        history.keep_review(message_id, 0, Review("unclear"))
        assert history.messages(chat)[0].reviews == {0: Review("unclear"), 2: review}
    for nothing in (Review(None), None):
        history.keep_review(message_id, 0, Review("unclear"))
        history.keep_review(message_id, 0, nothing)
        assert set(history.messages(chat)[0].reviews) == {2}
    history.delete(chat, "ann")
    history.keep_review(message_id, 0, Review("right"))
    assert history._rows("SELECT * FROM reviews", ()) == []


def test_a_title_and_a_pin_are_the_owners_own(history: History) -> None:
    chats = [history.start("ann") for _ in range(3)]
    for chat in chats:
        history.append(chat, "What?", ANSWER)
    history.rename(chats[0], "ann", " The  *ban* \n")
    history.rename(chats[0], "bob", "Mine")
    history.rename(chats[1], "ann", " ")
    history.pin(chats[0], "ann", True)
    history.pin(chats[1], "bob", True)
    listed = [(c.id, c.title, c.pinned) for c in history.conversations("ann")]
    assert listed == [
        (chats[0], "The *ban*", True),
        (chats[2], "What?", False),
        (chats[1], "What?", False),
    ]
    history.append(chats[0], "And now?", None)
    history.pin(chats[0], "ann", False)
    assert history.conversations("ann")[0].title == "The *ban*"


def test_words_are_found_in_questions_answers_and_titles(history: History) -> None:
    bank, ferry, other = history.start("ann"), history.start("ann"), history.start("bob")
    said = "It wants an almost total ban, " + "like China's, " * 30 + "and ITS own digital ruble."
    history.append(bank, "What does the Central Bank want?", replace(ANSWER, text=said))
    history.append(bank, "And the ministry?", replace(ANSWER, text="Rules, no ban."))
    history.append(ferry, "When does the ferry leave?", None)
    history.append(other, "What does the Central Bank want?", ANSWER)
    history.rename(ferry, "ann", "Straße nach Visby")

    def find(words: str) -> list[tuple[str, str]]:
        return [(f.conversation.id, f.excerpt) for f in history.search("ann", words)]

    ((found, excerpt),) = find("DIGITAL bank")
    assert found == bank
    assert excerpt.startswith("What does the Central Bank want? It wants")
    ((found, excerpt),) = find("rubl")
    assert excerpt.startswith("… ")
    assert excerpt.endswith("and ITS own digital ruble.")
    assert find("ferry") == [(ferry, "When does the ferry leave?")]
    assert find("STRASSE visby") == [(ferry, "")]
    assert find("ministry ferry") == []
    assert find("%") == find("_") == []
    assert [id_ for id_, _ in find("")] == [ferry, bank]


def test_a_deleted_chat_leaves_no_trace(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.sqlite")
    chat = history.start("ann")
    for number in range(20):
        history.append(chat, f"Question {number}?", make_answer(("d", "The xylophonist plays.")))
    assert find_traces(tmp_path, "xylophon")
    history.delete(chat, "ann")
    assert find_traces(tmp_path, "xylophon") == set()
    history.close()


def test_a_transcript_comes_back_as_a_new_conversation(history: History) -> None:
    chat = history.start("ann")
    first = history.append(chat, "What?", ANSWER, ["b"])
    history.append(chat, "And?", None)
    history.keep_feedback(first, Feedback("down", "no"))
    history.keep_review(first, 0, Review("wrong", "not so"))
    transcript = history.transcript(chat)
    assert transcript is not None
    copy = history.take_in("bob", transcript)
    assert history.conversation(copy).owner == "bob"
    again = history.transcript(copy)
    assert [replace(m, id=0) for m in again.messages] == [
        replace(m, id=0) for m in transcript.messages
    ]
    assert (again.title, again.created) == (transcript.title, transcript.created)
    assert [m.question for m in history.transcript(chat, first).messages] == ["What?"]
    assert history.transcript(chat, 10_000) is None
    assert history.transcript("0" * 32) is None


def test_a_deleted_conversation_takes_its_messages_along(history: History, tmp_path: Path) -> None:
    chat = history.start("ann")
    history.append(chat, "What?", ANSWER)
    history.delete(chat, "bob")
    assert history.conversation(chat) is not None
    history.delete(chat, "ann")
    assert history.conversation(chat) is None
    assert history.messages(chat) == []
    with pytest.raises(LibraryError, match="has been deleted"):
        history.append(chat, "And?", None)


def test_the_documents_that_were_asked_are_kept(history: History) -> None:
    chat = history.start("ann")
    history.append(chat, "What?", ANSWER, ["b", "a"])
    history.append(chat, "And all?", None)
    assert [m.documents for m in history.messages(chat)] == [("b", "a"), ()]


def test_who_cites_a_document_is_found(history: History) -> None:
    mine, other = history.start("ann"), history.start("bob")
    history.append(mine, "What?", ANSWER)
    history.append(other, "Refused?", replace(ANSWER, citations=(), nearest=ANSWER.citations))
    history.append(other, "Unanswered?", None)
    history.append(other, "Later?", ANSWER)
    history.append(mine, "Again?", ANSWER)
    found = [(c.conversation_id, c.question) for c in history.citing("d", "ann")]
    assert found == [(mine, "Again?"), (mine, "What?")]
    assert [c.question for c in history.citing("d", "bob")] == ["Later?"]
    assert history.citing("unknown", "ann") == []


def test_citations_are_counted_by_document(history: History) -> None:
    assert history.citation_counts() == {}
    other = replace(ANSWER.citations[0], document=CitedDocument("e", "e.md", "E", "01", None))
    for owner, citations in (("ann", ANSWER.citations), ("bob", (*ANSWER.citations, other))):
        history.append(history.start(owner), "What?", replace(ANSWER, citations=citations))
    chat = history.start("ann")
    history.append(chat, "Unanswered?", None)
    history.append(chat, "Refused?", replace(ANSWER, citations=(), nearest=(other,)))
    assert history.citation_counts() == {"d": 2, "e": 1}


def cite(marker: int, document: str, quote: str) -> Citation:
    """A citation whose first word is what answers."""
    return Citation(
        marker=marker,
        document=CitedDocument(document, f"{document}.md", document, "00", None),
        page=None,
        start=0,
        end=len(quote),
        quote=quote,
        answer_spans=(AnswerSpan(0, 3, quote[:3]),),
        score=0.5,
    )


def make_answer(*quotes: tuple[str, str], refused: bool = False) -> Answer:
    """An answer that quotes from documents, or one that shows the nearest passages instead."""
    citations = tuple(cite(n, *quote) for n, quote in enumerate(quotes, 1))
    blank = Answer("a", "What?", "What?", "abstained", "Not answered.", 0.1)
    if refused:
        return replace(blank, nearest=citations)
    return replace(
        blank,
        status="answered",
        text=" ".join(c.quote for c in citations),
        sentences=tuple(Sentence(c.quote, (c.marker,), "verbatim") for c in citations),
        citations=citations,
        conflicts=(Conflict((1, 2), "the xylophone"),) if len(quotes) > 1 else (),
    )


def test_quotes_are_erased_from_the_chats_of_all_owners(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.sqlite")
    secret = ("secret", "The xylophonist plays.")
    for owner in ("ann", "bob"):
        chat = history.start(owner)
        history.append(chat, "What?", make_answer(secret, ("other", "Nobody plays.")))
        history.append(chat, "Who?", make_answer(secret, refused=True))
        history.append(chat, "Why?", make_answer(("other", "Nobody knows.")))
        history.append(chat, "When?", None)
    assert history.erase_quotes(["secret", "unknown"]) == 4
    for owner in ("ann", "bob"):
        (chat,) = [conversation.id for conversation in history.conversations(owner)]
        first, second, third, _ = [message.answer for message in history.messages(chat)]
        assert first is not None
        assert second is not None
        assert first.text == "[erased] Nobody plays."
        assert [s.text for s in first.sentences] == ["[erased]", "Nobody plays."]
        assert [c.quote for c in first.citations] == ["[erased]", "Nobody plays."]
        assert [len(c.answer_spans) for c in first.citations] == [0, 1]
        assert first.citations[0].document.name == "secret.md"
        assert first.conflicts[0].note == "[erased]"
        assert (second.text, second.nearest[0].quote) == ("Not answered.", "[erased]")
        assert third == make_answer(("other", "Nobody knows."))
    assert history.erase_quotes(["secret"]) == 0
    assert find_traces(tmp_path, "xylophon") == set()
    assert find_traces(tmp_path, "nobody")
    history.close()


def test_threads_do_not_disturb_each_other(history: History) -> None:
    chats = [history.start("ann") for _ in range(8)]

    def fill(chat: str) -> None:
        for number in range(20):
            message_id = history.append(chat, f"{chat} {number}", None)
            history.complete(message_id, ANSWER)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, chats))
    for chat in chats:
        assert [m.question for m in history.messages(chat)] == [f"{chat} {n}" for n in range(20)]


def test_two_processes_may_open_it(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    one, two = History.open(path), History.open(path)
    chat = one.start("ann")
    two.append(chat, "What?", None)
    assert len(one.messages(chat)) == 1
    one.close()
    two.close()


def test_a_newer_schema_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    History.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    with pytest.raises(LibraryError, match="newer Footnote; update Footnote"):
        History.open(path)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(LibraryBroken, match="damaged"):
        History.open(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be kept"):
        History.open(tmp_path / "file" / "history.sqlite")


def test_a_failed_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE messages (id INTEGER)")  # stands in the script's way
    connection.close()
    with pytest.raises(LibraryError):
        History.open(path)
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert tables == ["messages"]
