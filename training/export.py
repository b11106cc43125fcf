"""From a trained checkpoint to what the product loads: an ONNX graph, its tokenizer and
``config.json``.

    python -m training.export ../scratch/reader/reader.pt --out ../scratch/reader/export

Weights become 8-bit integers in the fastest form (``shrink.py``) that costs no more than half a
point of F1 or AUROC on the dev articles. ``calibrate.py`` adds how much each sign weighs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.data import Example
from training.encode import (
    CLS,
    MAX_LENGTH,
    MAX_QUESTION,
    PAD,
    SEP,
    STRIDE,
    Row,
    batch_of,
    load_tokenizer,
)
from training.measure import (
    MAX_ANSWER,
    Figures,
    Network,
    best_threshold,
    dev_examples,
    figures,
    onnx_network,
    read,
)
from training.model import Reader, Shape, base_folder, sha256
from training.shrink import FORMS

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start_logits", "end_logits", "answerable_logit")
ALLOWED_LOSS = 0.5
"""Points of dev F1, of answerable F1 and of AUROC (of 100) that smaller weights may cost."""


class Flat(nn.Module):
    """The reader with its three outputs as a plain tuple, which is what a graph can give."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, ...]:
        """Start and end logits ``[B, L]`` and answerable logits ``[B]``."""
        reading = self.reader(input_ids, attention_mask, token_type_ids)
        return reading.start, reading.end, reading.answerable


def load_reader(checkpoint: Path, shape: Shape | None = None) -> Reader:
    """The reader of a checkpoint (``reader.pt`` or ``last.pt``), ready to read."""
    reader = Reader(shape or Shape())
    reader.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["model"])
    return reader.eval()


def write_graph(reader: Reader, path: Path) -> None:
    """The reader as an ONNX graph with 32-bit weights and free batch and length."""
    ids = torch.randint(1000, 1100, (2, 24))
    segments = (torch.arange(24) > 8).long().expand(2, 24).contiguous()
    example = (ids, torch.ones_like(ids), segments)
    axes = {
        0: torch.export.Dim("batch", min=1, max=1024),
        1: torch.export.Dim("length", min=8, max=512),
    }
    torch.onnx.export(
        Flat(reader).eval(),
        example,
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_shapes=dict.fromkeys(INPUTS, axes),
        opset_version=18,
        external_data=False,
        dynamo=True,
    )


def milliseconds(network: Network, length: int = MAX_LENGTH, repeats: int = 15) -> float:
    """The median time to read one question and one passage that fill ``length`` tokens."""
    ids = [CLS, *range(2000, 2012), SEP, *range(3000, 3000 + length - 15), SEP]
    batch = batch_of([Row(ids, 14, [(0, 1)] * (length - 15))], length)
    network(batch)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        network(batch)
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))


def dev_figures(network: Network, out: Path, dev: list[Example]) -> Figures:
    """The dev figures of a graph, at its best threshold."""
    found = read(network, load_tokenizer(out / "tokenizer.json"), dev)
    return figures(found, dev, best_threshold(found, dev))


def reading_rules() -> dict[str, Any]:
    """What a program must do to read as the reader was trained to: the fixed part of
    ``config.json``.
    """
    return {
        "max_length": MAX_LENGTH,
        "max_question_tokens": MAX_QUESTION,
        "stride": STRIDE,
        "truncate": "the passage; longer ones are read in windows that share `stride` tokens",
        "max_answer_tokens": MAX_ANSWER,
        "row": "[CLS] question [SEP] passage [SEP]; token_type_ids 1 from the passage to the end",
        "cls_id": CLS,
        "sep_id": SEP,
        "pad_id": PAD,
        "inputs": list(INPUTS),
        "outputs": list(OUTPUTS),
        "null": "start_logits[0] + end_logits[0]; places outside the passage hold about -10000",
    }


def smallest(out: Path, dev: list[Example]) -> tuple[str, dict[str, Figures]]:
    """Shrink ``full.onnx`` to ``reader.onnx`` in the first form that loses no more than allowed.

    Gives the form's name and the dev figures of all that was tried.
    """
    full = dev_figures(onnx_network(out / "full.onnx", 2), out, dev)
    tried = {"float32": full}
    for form, shrink in FORMS.items():
        shrink(out / "full.onnx", out / "reader.onnx")
        small = dev_figures(onnx_network(out / "reader.onnx", 2), out, dev)
        tried[form] = small
        losses = (
            full.f1 - small.f1,
            full.f1_answerable_no_threshold - small.f1_answerable_no_threshold,
            100 * (full.auroc - small.auroc),
        )
        if max(losses) <= ALLOWED_LOSS:
            return form, tried
    shutil.copyfile(out / "full.onnx", out / "reader.onnx")
    return "float32", tried


def export(checkpoint: Path, data: Path, out: Path) -> dict[str, Any]:
    """Write ``reader.onnx``, ``tokenizer.json`` and ``config.json``; gives the configuration."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(base_folder() / "tokenizer.json", out / "tokenizer.json")
    write_graph(load_reader(checkpoint), out / "full.onnx")
    dev = dev_examples(data)
    form, tried = smallest(out, dev)
    graph = out / "reader.onnx"
    config = {
        **reading_rules(),
        "weights": form,
        "dev": {name: asdict(measured) for name, measured in tried.items()},
        "milliseconds": {str(n): round(milliseconds(onnx_network(graph, n)), 1) for n in (1, 2)},
        "sha256": {name: sha256(out / name) for name in ("reader.onnx", "tokenizer.json")},
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return config


def main() -> None:
    """Read the arguments and export."""
    parser = argparse.ArgumentParser(description="export a trained reader to ONNX")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--out", type=Path, default=Path("../scratch/reader/export"))
    wanted = parser.parse_args()
    print(json.dumps(export(wanted.checkpoint, wanted.data, wanted.out), indent=2))


if __name__ == "__main__":
    main()
