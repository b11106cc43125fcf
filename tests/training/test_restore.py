"""An exported reader becomes a checkpoint again."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
import torch

from training.model import Reader

pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")

from training import export, restore, shrink


@pytest.mark.filterwarnings("ignore")
def test_the_weights_come_back_within_a_step_of_their_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(1)
    monkeypatch.setattr(shrink, "LARGE_TABLE", tiny.SHAPE.vocabulary)
    reader = Reader(tiny.SHAPE).eval()
    for parameter in reader.parameters():  # fresh biases are zero, and an exporter drops those
        torch.nn.init.normal_(parameter, std=0.05)
    export.write_graph(reader, tmp_path / "full.onnx")
    shrink.blocks(tmp_path / "full.onnx", tmp_path / "reader.onnx")
    found = restore.restored(tmp_path / "reader.onnx")
    Reader(tiny.SHAPE).load_state_dict(found)
    for name, weights in reader.state_dict().items():
        step = float(weights.abs().max()) / 127
        torch.testing.assert_close(found[name], weights, atol=step, rtol=0)
