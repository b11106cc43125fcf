"""What may be trained on, how it is mixed, and how it becomes rows and batches."""

from __future__ import annotations

import random
from pathlib import Path

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
