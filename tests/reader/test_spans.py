"""Reading on tiny networks of random weights, made on the spot."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import warnings
from collections.abc import Generator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

from rag.errors import ModelMissing
from rag.reader import open_reader
from rag.reader.network import Logits
from rag.reader.onnx import OnnxNetwork
from rag.reader.spans import Evidence, SpanReader, Standing, find_standing
from tests.fakes import HashingEmbedder
from tests.passages import make_passage
from tests.training import tiny
from training import export, model

PASSAGES = [make_passage(tiny.CONTEXT, 50), make_passage("Mill Town has a bakery.", 0, "d2")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    torch.manual_seed(1)
    with warnings.catch_warnings():  # PyTorch's exporter warns of its own deprecated calls
        warnings.simplefilter("ignore")
        export.write_graph(model.Reader(tiny.SHAPE).eval(), folder / "reader.onnx")
    tiny.tokenizer().save(str(folder / "tokenizer.json"))
    write_config(folder)
    return folder


def open_span_reader(folder: Path) -> SpanReader:
    return SpanReader(OnnxNetwork(folder))


def write_config(folder: Path) -> None:
    calibration = {
        name: {"bias": -1.0, **{field.name: 0.5 for field in fields(kind)}}
        for name, kind in (("span", Evidence), ("answer", Standing))
    }
    hashes = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("reader.onnx", "tokenizer.json")
    }
    config = {"sha256": hashes, "calibration": calibration}
    (folder / "config.json").write_text(json.dumps(config))


def test_a_span_lies_in_a_statement_of_its_passage(folder: Path) -> None:
    reader = open_span_reader(folder)
    found = reader.find("Who founded the bakery in 1931?", PASSAGES)
    assert {span.passage for span, _ in found} == {0, 1}
    for span, evidence in found:
        passage = PASSAGES[span.passage]
        assert passage.start <= span.start < span.end <= passage.end
        assert ". " not in passage.text[span.start - passage.start : span.end - passage.start]
        assert 0 <= evidence.agreement <= 1


def test_the_same_question_gives_the_same_reading_best_first(folder: Path) -> None:
    first = open_span_reader(folder).read("Who founded the bakery?", PASSAGES)
    assert first == open_span_reader(folder).read("Who founded the bakery?", PASSAGES)
    scores = [span.score for span in first.spans]
    assert scores == sorted(scores, reverse=True)
    assert 0 < first.confidence == scores[0] < 1


def test_a_passage_longer_than_a_row_is_read_to_its_end(folder: Path) -> None:
    long = make_passage((tiny.CONTEXT + " ") * 8)
    found = open_span_reader(folder).find("Who founded the bakery?", [long])
    assert max(span.end for span, _ in found) > len(long.text) - len(tiny.CONTEXT)


def test_nothing_to_read(folder: Path) -> None:
    reading = open_span_reader(folder).read("who?", [])
    assert (reading.spans, reading.confidence) == ((), 0.0)


def test_a_changed_file_is_not_run(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelMissing, match=r"tokenizer\.json is not the file"):
        open_span_reader(tmp_path).read("who?", PASSAGES)


def test_a_folder_without_a_reader_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="RAG_READER"):
        open_span_reader(tmp_path).read("who?", PASSAGES)


def make_evidence(margin: float) -> Evidence:
    return Evidence(**{**{field.name: 0.5 for field in fields(Evidence)}, "margin": margin})


def test_the_best_span_stands_by_its_odds_and_their_gap() -> None:
    weights = {"bias": -1.0, "margin": 2.0}
    best, standing = find_standing([make_evidence(m) for m in (1.0, 3.0, 2.5)], weights)
    assert (best, standing.weight, standing.gap) == (1, 5.0, 1.0)
    assert (standing.margin, standing.known) == (3.0, 1.0)
    assert find_standing([make_evidence(1.0)], weights)[1].gap == 0.0


class PointingNetwork:
    """Points at one word, wherever it stands."""

    name = "pointing"
    weights: ClassVar = {
        "span": {"bias": 0.0, "margin": 1.0, "agreement": 1.0},
        "answer": {"weight": 1.0},
    }

    def __init__(self, word: str) -> None:
        self._word = word

    def read(self, question: str, texts: Sequence[str]) -> Generator[list[Logits], None, None]:
        for text in texts:
            ranges = [match.span() for match in re.finditer(r"\w+", text)]
            at = np.array([float(text[s:e] == self._word) for s, e in ranges], dtype=np.float32)
            yield [Logits(ranges, at, at, null=0.0, answerable=0.0)]


def test_passages_that_say_the_same_agree() -> None:
    twice = [make_passage(tiny.CONTEXT, 0), make_passage(tiny.CONTEXT, 0, "d2"), *PASSAGES[1:]]
    found = SpanReader(PointingNetwork("1931")).find("When was it founded?", twice)
    best = [evidence for _, evidence in found if evidence.margin == 2]
    assert [evidence.agreement for evidence in best] == [0.5, 0.5]


def test_a_span_is_the_words_pointed_at() -> None:
    reading = SpanReader(PointingNetwork("1931")).read("When was it founded?", PASSAGES)
    best = reading.spans[0]
    passage = PASSAGES[best.passage]
    assert passage.text[best.start - passage.start : best.end - passage.start] == "1931"


class BoundedNetwork:
    """Gives each text one margin between 0 and 1, and tells which it has read."""

    name = "bounded"

    def __init__(self, margins: Mapping[str, float], reach: float | None) -> None:
        self._margins = margins
        self.was_read: list[str] = []
        weights = {"margin": 1.0, "similarity": 4.0}
        self.weights = {
            "span": weights if reach is None else {**weights, "reach": reach},
            "answer": {"weight": 1.0},
        }

    def read(self, question: str, texts: Sequence[str]) -> Generator[list[Logits], None, None]:
        for text in texts:
            self.was_read.append(text)
            ends = np.array([self._margins[text]], dtype=np.float32)
            yield [Logits([(0, len(text))], np.zeros_like(ends), ends, null=0.0, answerable=0.0)]


EIGHTHS = st.integers(0, 8).map(lambda number: number / 8)  # whose sums are exact


@given(st.lists(st.tuples(EIGHTHS, EIGHTHS), min_size=1, max_size=10))
def test_what_is_not_read_could_not_have_been_the_best(
    drawn: list[tuple[float, float]],
) -> None:
    passages = [
        replace(make_passage(f"Bakery number {n} is old.", 0, f"d{n}"), similarity=similarity)
        for n, (similarity, _) in enumerate(drawn)
    ]
    margins = {p.text: margin for p, (_, margin) in zip(passages, drawn, strict=True)}
    all_read, some_read = BoundedNetwork(margins, None), BoundedNetwork(margins, reach=1.0)
    wanted = SpanReader(all_read).read("Which bakery?", passages)
    found = SpanReader(some_read).read("Which bakery?", passages)
    assert (found.spans[0], found.confidence) == (wanted.spans[0], wanted.confidence)
    assert len(all_read.was_read) == len(passages)
    assert set(found.spans) <= set(wanted.spans)


def test_passages_out_of_reach_are_not_read() -> None:
    near, far = make_passage("A bakery is old."), make_passage("Another is new.", 0, "d2")
    passages = [replace(far, similarity=0.1), replace(near, similarity=0.9)]
    network = BoundedNetwork({near.text: 0.5, far.text: 0.9}, reach=2.0)
    reading = SpanReader(network).read("Which?", passages)
    assert network.was_read == [near.text]
    assert [span.passage for span in reading.spans] == [1]


def test_a_reading_that_is_given_up_leaves_no_thread(folder: Path) -> None:
    before = threading.active_count()
    windows = OnnxNetwork(folder).read("Who?", [f"{tiny.CONTEXT} {n}" for n in range(50)])
    assert len(next(windows)) == 1
    windows.close()
    assert threading.active_count() == before


@pytest.fixture(scope="module")
def hub_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "tiny-bert"
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += sorted(set(re.findall(r"\w+|[.,?]", f"{tiny.CONTEXT} who what when ?".lower())))
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(2)
    shape = BertConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    BertForQuestionAnswering(shape).save_pretrained(folder)
    return folder


def test_a_model_of_the_hub_takes_the_place(hub_model: Path) -> None:
    embedder = HashingEmbedder()
    reader = open_reader(str(hub_model), embedder)
    assert reader.name == "tiny-bert"
    reading = reader.read("Who founded the bakery in 1931?", PASSAGES)
    assert reading == open_reader(str(hub_model), embedder).read(
        "Who founded the bakery in 1931?", PASSAGES
    )
    assert {span.passage for span in reading.spans} == {0, 1}
    assert 0 < reading.confidence < 1


def test_a_question_longer_than_a_row_is_cut_for_a_model_of_the_hub(hub_model: Path) -> None:
    long = "Who founded the bakery in 1931? " * 60
    reading = open_reader(str(hub_model), HashingEmbedder()).read(long, PASSAGES)
    assert reading.spans


def test_a_reader_that_was_not_calibrated_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    for name in ("reader.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "config.json").write_text('{"sha256": {}}')
    with pytest.raises(ModelMissing, match="calibrate"):
        open_span_reader(tmp_path).read("who?", PASSAGES)
    assert open_span_reader(tmp_path).find("who?", PASSAGES)  # as calibrate.py needs it


def test_a_model_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelMissing, match="check RAG_READER"):
        open_reader(str(tmp_path / "empty"), HashingEmbedder()).read("who?", PASSAGES)
