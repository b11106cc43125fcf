"""What may be trained on, how it is mixed, and how it becomes rows and batches."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import CONTEXT, QUESTIONS, asked, tokenizer, write_data

from training import data, encode


def test_only_licensed_sources_and_training_articles_are_trained_on(tmp_path: Path) -> None:
    write_data(tmp_path)
    examples = data.trainable(tmp_path)
    assert {e.source for e in examples} == {"squad1_train_part", "squad2"}
    assert {e.title for e in examples} == {"Warsaw"}
    assert not data.TRAINING_ARTICLES & (data.DEV_ARTICLES | data.TEST_ARTICLES)


def test_the_mixture_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    write_data(tmp_path)
    examples = data.trainable(tmp_path)
    assert data.mixture(examples, 4) == data.mixture(examples, 4)
    assert data.mixture(examples, 4) != data.mixture(examples, 5)
    assert {bool(e.answers) for e in data.mixture(examples, 4)} == {True, False}


def write_own(path: Path, keys: list[str]) -> None:
    """Two questions of our own about each context: one that it answers and its counterpart."""
    start = CONTEXT.index("Anna Berg")
    rows = [
        {"context": key, "question": question, "start": first, "end": last, "kind": kind}
        for key in keys
        for question, first, last, kind in (
            ("Who began the bakery?", start, start + 9, "plain"),
            ("Who ended the bakery?", None, None, "reversed"),
        )
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_our_own_questions_find_their_context_by_its_key(tmp_path: Path) -> None:
    key = data.key_of(CONTEXT)
    write_own(tmp_path / "questions.jsonl", [key, "000000000000"])
    found = data.own_examples({key: QUESTIONS[0]}, tmp_path / "questions.jsonl")
    assert [e.answers for e in found] == [(data.Answer("Anna Berg", CONTEXT.index("Anna")),), ()]
    assert {(e.source, e.title, e.context) for e in found} == {("own", "Mill Town", CONTEXT)}
    assert [e.kind for e in found] == ["plain", "reversed"]


@pytest.mark.parametrize("is_kept_back", [True, False])
def test_a_context_that_is_kept_back_is_not_trained_on(
    is_kept_back: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_data(tmp_path)
    write_own(tmp_path / "questions.jsonl", [data.key_of(CONTEXT)])
    monkeypatch.setattr(data, "OWN_QUESTIONS", tmp_path / "questions.jsonl")
    monkeypatch.setattr(data, "is_held_out", lambda _: is_kept_back)
    assert len(data.held_out(data.allowed(tmp_path))) == 2 * is_kept_back
    assert bool(data.trainable(tmp_path)) != is_kept_back


def test_each_kind_is_used_as_often_as_its_share_says(tmp_path: Path) -> None:
    own = replace(QUESTIONS[0], source=data.OWN)
    brought = replace(QUESTIONS[3], source="nq_oracle", kind="retrieved")
    mixed = data.mixture([own, brought], 1, data.Shares(ordinary=0, human=0, own=3, retrieved=2))
    assert sorted(e.kind for e in mixed) == ["asked"] * 3 + ["retrieved"] * 2


def test_our_own_questions_are_well_formed_and_hold_some_back() -> None:
    rows = [json.loads(line) for line in data.OWN_QUESTIONS.read_text("utf-8").splitlines()]
    assert all(row.keys() == {"context", "question", "start", "end", "kind"} for row in rows)
    assert all((r["start"] is None) == (r["end"] is None) for r in rows)
    assert all(r["start"] is None or 0 <= r["start"] < r["end"] for r in rows)
    assert len({(row["context"], row["question"]) for row in rows}) == len(rows)
    keys = {row["context"] for row in rows}
    assert 0.05 < sum(map(data.is_held_out, keys)) / len(keys) < 0.15


def test_a_share_is_met_on_average() -> None:
    assert len(data.repeated([QUESTIONS[0]] * 1000, 2.0, random.Random(1))) == 2000
    assert 2200 < len(data.repeated([QUESTIONS[0]] * 1000, 2.3, random.Random(1))) < 2400


def test_a_training_row_marks_the_answers_tokens_wherever_it_is_cut() -> None:
    example = asked("When was the bakery founded?", "1931")
    question, passage = encode.tokens_of(tokenizer(), [example.question, example.context])
    longer = encode.Tokens(passage.ids + [9] * 400, passage.ranges + [(999, 1000)] * 400)
    for seed in range(20):
        row = encode.training_row(example, question, longer, random.Random(seed))
        assert row is not None
        first, last = (row.ranges[place - row.first] for place in (row.start, row.end))
        assert CONTEXT[first[0] : last[1]] == "1931"
        assert len(row.ids) <= encode.MAX_LENGTH


def test_windows_cover_a_long_passage_and_overlap() -> None:
    question, passage = encode.tokens_of(tokenizer(), ["When ?", CONTEXT])
    rows = encode.windows(question, passage, length=40, stride=10)
    assert all(len(row.ids) <= 40 for row in rows)
    covered = [r for row in rows for r in row.ranges]
    assert set(covered) == set(passage.ranges)
    assert len(covered) == len(passage.ranges) + 10 * (len(rows) - 1)


def test_batches_have_one_length_and_use_each_row_once() -> None:
    rows = [encode.Row([1] * n, 1, [(0, 1)]) for n in range(10, 250)]
    planned = encode.planned_batches(rows, 1024, 1)
    used = [i for batch in planned for i in batch]
    assert len(used) == len(set(used))
    for batch in planned:
        assert len({encode.padded_length(len(rows[i].ids)) for i in batch}) == 1
    assert sorted(i for batch in encode.by_length(rows, 1024) for i in batch) == list(range(240))


def test_a_batch_is_padded_with_zeros() -> None:
    batch = encode.batch_of([encode.Row([101, 7, 102, 8, 9, 102], 3, [(0, 1), (2, 3)], 3, 4)])
    assert batch.ids.shape == (1, encode.LENGTHS[0])
    assert batch.mask.sum() == 6
    assert batch.segments[0, :7].tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert batch.answerable.tolist() == [1.0]
