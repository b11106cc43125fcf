"""The network's shapes and masks, its learning, its going on after a stop, and its export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from training import average, encode, measure, train
from training.model import FORBIDDEN, Reader


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)


def rows() -> list[encode.Row]:
    return encode.training_rows(tiny.QUESTIONS, tiny.tokenizer(), 1)


def test_logits_stand_only_on_the_passage_and_padding_changes_nothing() -> None:
    reader, some = Reader(tiny.SHAPE).eval(), rows()
    short, long = encode.batch_of(some, 96), encode.batch_of(some, 128)
    one = reader(short.ids, short.mask, short.segments)
    other = reader(long.ids, long.mask, long.segments)
    assert one.start.shape == (4, 96)
    assert one.answerable.shape == (4,)
    torch.testing.assert_close(one.answerable, other.answerable)
    torch.testing.assert_close(one.start, other.start[:, :96])
    first, last = some[0].first, some[0].first + len(some[0].ranges)
    outside = [*range(1, first), *range(last, 96)]
    assert (one.start[0, outside] < FORBIDDEN / 2).all()
    assert (one.start[0, first:last] > FORBIDDEN / 2).all()


def test_the_rate_rises_and_falls_to_nothing() -> None:
    plan = train.Plan(rate=1.0, warm_up=0.1)
    rates = [train.rate_at(step, 100, plan) for step in range(100)]
    assert rates[0] < rates[5] < rates[10] == max(rates)
    assert rates[-1] < 0.02


def start_run(folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> train.Run:
    """A run over the made-up data with the tiny network, in 1-row batches."""
    (folder / "data").mkdir(exist_ok=True)
    tiny.write_data(folder / "data")
    tiny.tokenizer().save(str(folder / "tokenizer.json"))
    monkeypatch.setattr(train, "new_reader", lambda: Reader(tiny.SHAPE))
    monkeypatch.setattr(train, "base_folder", lambda: folder)
    return train.Run(
        train.Plan(steps=steps, tokens=128, passes=1, threads=1), folder / "data", folder
    )


def test_a_run_that_was_stopped_ends_like_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "halves"):
        (tmp_path / name).mkdir()
    start_run(tmp_path / "whole", 6, monkeypatch).go(save_minutes=9, measure_minutes=9)
    half = start_run(tmp_path / "halves", 6, monkeypatch)
    for _ in range(3):
        half.learn()
    half.checkpoint()
    resumed = start_run(tmp_path / "halves", 6, monkeypatch)
    assert resumed.step == 3
    resumed.go(save_minutes=9, measure_minutes=9)
    ends = [
        torch.load(tmp_path / name / "reader.pt", weights_only=True)["model"]
        for name in ("whole", "halves")
    ]
    assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])
    assert (tmp_path / "whole" / "log.jsonl").read_text(encoding="utf-8").count("dev") == 1


def test_the_mean_of_two_networks_is_their_mean(tmp_path: Path) -> None:
    readers = [Reader(tiny.SHAPE), Reader(tiny.SHAPE)]
    paths = [tmp_path / "a.pt", tmp_path / "b.pt"]
    for reader, path in zip(readers, paths, strict=True):
        train.save(path, {"model": reader.state_dict()})
    mean = average.average(paths)
    expected = (readers[0].span.weight + readers[1].span.weight) / 2
    torch.testing.assert_close(mean["span.weight"], expected)


def test_it_learns_four_questions_by_heart() -> None:
    reader, batch = Reader(tiny.SHAPE), encode.batch_of(rows())
    optimiser = train.new_optimiser(reader, 0.01)
    for _ in range(80):
        reading = reader(batch.ids, batch.mask, batch.segments)
        loss = train.loss_of(reading, batch, 0.6)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    network = measure.torch_network(reader.eval(), torch.device("cpu"))
    found = measure.read(network, tiny.tokenizer(), tiny.QUESTIONS)
    figures = measure.figures(found, tiny.QUESTIONS, 0.0)
    assert figures.f1 == 100.0
    assert figures.auroc == 1.0


@pytest.mark.filterwarnings("ignore")
def test_the_graph_says_what_the_network_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    from training import export, shrink

    reader, batch = Reader(tiny.SHAPE).eval(), encode.batch_of(rows(), 128)
    monkeypatch.setattr(shrink, "LARGE_TABLE", tiny.SHAPE.vocabulary)
    export.write_graph(reader, tmp_path / "full.onnx")
    expected = measure.torch_network(reader, torch.device("cpu"))(batch)
    exact = measure.onnx_network(tmp_path / "full.onnx", 1)(batch)
    for one, other in zip(expected, exact, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    for form in shrink.FORMS.values():
        form(tmp_path / "full.onnx", tmp_path / "reader.onnx")
        close = measure.onnx_network(tmp_path / "reader.onnx", 1)(batch)
        for one, rough in zip(expected, close, strict=True):
            np.testing.assert_allclose(one, rough, atol=0.2, rtol=0.01)
