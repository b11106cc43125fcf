"""From an exported graph back to a checkpoint, so that training can go on from a reader of which
only the export was kept.

    python -m training.restore rag/reader/weights --out ../scratch/reader/restored.pt

Reads the form "int8 in blocks" of ``shrink.py``: each weight is its 8-bit number times the scale of
its block, which differs from the weight once trained by at most one step of that scale.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from training.model import Reader, Shape
from training.train import save

NAMESPACE = "reader."
"""What the graph puts before the names of the reader's tensors."""
ZERO = 128
"""The 8-bit number that stands for zero in a matrix."""
IN_BLOCKS = "MatMulNBits"


def dequantised(whole: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """A matrix ``[outputs, inputs]`` from its numbers ``[outputs, blocks, block]`` and the scale of
    each block.
    """
    values = (whole.astype(np.float32) - ZERO) * scales.reshape(*whole.shape[:2], 1)
    return values.reshape(len(whole), -1)


def matrices(model: onnx.ModelProto) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The matrices in blocks, each named after the bias that is added to its product."""
    tables = {t.name: t for t in model.graph.initializer}
    biases = {
        given: bias
        for node in model.graph.node
        if node.op_type == "Add"
        for given, bias in (node.input, reversed(node.input))
        if bias in tables
    }
    for node in model.graph.node:
        if node.op_type == IN_BLOCKS:
            name = biases[node.output[0]].removesuffix("bias") + "weight"
            whole, scales = (numpy_helper.to_array(tables[given]) for given in node.input[1:3])
            inputs = next(a.i for a in node.attribute if a.name == "K")  # the rest fills a block
            yield name, dequantised(whole, scales)[:, :inputs]


def restored(graph: Path) -> dict[str, Tensor]:
    """The reader's tensors by name, with 32-bit weights."""
    model = onnx.load(graph)
    tables = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found = dict(matrices(model))
    for name, table in tables.items():
        if name.endswith("_bytes"):
            stem = name.removesuffix("_bytes")
            found[stem] = table.astype(np.float32) * tables[f"{stem}_scales"]
        elif name.startswith(NAMESPACE) and not name.endswith("_scales"):
            found[name] = table
    return {
        name.removeprefix(NAMESPACE): torch.tensor(table, dtype=torch.float32)
        for name, table in found.items()
    }


def main() -> None:
    """Read the arguments and write the checkpoint."""
    parser = argparse.ArgumentParser(description="make a checkpoint of an exported reader")
    parser.add_argument("folder", type=Path, help="folder with reader.onnx")
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    weights = restored(wanted.folder / "reader.onnx")
    Reader(Shape()).load_state_dict(weights)  # none may be missing
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    save(wanted.out, {"model": weights})


if __name__ == "__main__":
    main()
