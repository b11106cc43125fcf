"""The reader's runtime on a tiny network of random weights, exported on the spot."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from rag.errors import ModelMissing
from rag.reader.model import Evidence, ModelReader
from tests.test_cite import make_passage
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


def write_config(folder: Path) -> None:
    names = [field.name for field in fields(Evidence)]
    hashes = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("reader.onnx", "tokenizer.json")
    }
    config = {"sha256": hashes, "calibration": {"bias": -1.0, **dict.fromkeys(names, 0.5)}}
    (folder / "config.json").write_text(json.dumps(config))


def test_a_span_lies_in_a_statement_of_its_passage(folder: Path) -> None:
    reader = ModelReader(folder)
    found = reader.find("Who founded the bakery in 1931?", PASSAGES)
    assert {span.passage for span, _ in found} == {0, 1}
    for span, evidence in found:
        passage = PASSAGES[span.passage]
        assert passage.start <= span.start < span.end <= passage.end
        assert ". " not in passage.text[span.start - passage.start : span.end - passage.start]
        assert evidence.lead <= 0


def test_the_same_question_gives_the_same_reading_best_first(folder: Path) -> None:
    first = ModelReader(folder).read("Who founded the bakery?", PASSAGES)
    assert first == ModelReader(folder).read("Who founded the bakery?", PASSAGES)
    scores = [span.score for span in first.spans]
    assert scores == sorted(scores, reverse=True)
    assert 0 < first.confidence == scores[0] < 1


def test_a_passage_longer_than_a_row_is_read_to_its_end(folder: Path) -> None:
    long = make_passage((tiny.CONTEXT + " ") * 8)
    found = ModelReader(folder).find("Who founded the bakery?", [long])
    assert max(span.end for span, _ in found) > len(long.text) - len(tiny.CONTEXT)


def test_nothing_to_read(folder: Path) -> None:
    reading = ModelReader(folder).read("who?", [])
    assert (reading.spans, reading.confidence) == ((), 0.0)


def test_a_changed_file_is_not_run(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelMissing, match=r"tokenizer\.json is not the file"):
        ModelReader(tmp_path).read("who?", PASSAGES)


def test_a_folder_without_a_reader_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="RAG_READER"):
        ModelReader(tmp_path).read("who?", PASSAGES)
