"""Smaller forms of an exported graph: 8-bit weights instead of 32.

Token vectors get one scale a row, matrices one a channel or one a block of rows. Where activations
become integers too (``dynamic``), reading is fastest, but each tensor of them has a single scale,
and the few large values behind the GELU cost precision. ``blocks`` gives each block of 128 a scale
of its own, which keeps nearly all of the 32-bit graph's precision, at its speed.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

BLOCK = 128
"""Rows of a matrix that share a scale in the ``blocks`` form; a power of two."""
PRODUCTS = ("MatMul", "Gemm")
LARGE_TABLE = 10_000
"""Rows from which on a table is one of token vectors."""


def table_of_bytes(model: onnx.ModelProto) -> None:
    """Replace each large table that tokens are looked up in by 8-bit numbers and a scale a row."""
    graph = model.graph
    tables = {t.name: t for t in graph.initializer if len(t.dims) == 2 and t.dims[0] >= LARGE_TABLE}
    nodes: list[NodeProto] = []
    for node in graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables:
            nodes.append(node)
            continue
        table, ids, out = tables[node.input[0]], node.input[1], node.output[0]
        values = numpy_helper.to_array(table)
        scales = (np.abs(values).max(axis=1, keepdims=True) / 127 + 1e-12).astype(np.float32)
        whole = np.round(values / scales).astype(np.int8)
        names = [f"{table.name}_{part}" for part in ("bytes", "scales")]
        graph.initializer.remove(table)
        graph.initializer.append(numpy_helper.from_array(whole, names[0]))
        graph.initializer.append(numpy_helper.from_array(scales, names[1]))
        nodes += [
            helper.make_node("Gather", [names[0], ids], [f"{out}_bytes"]),
            helper.make_node("Gather", [names[1], ids], [f"{out}_scales"]),
            helper.make_node("Cast", [f"{out}_bytes"], [f"{out}_whole"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}_whole", f"{out}_scales"], [out]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


def products(model: onnx.ModelProto) -> tuple[list[str], list[str]]:
    """The names of the nodes that multiply by a matrix: those that widen or keep, and those that
    narrow. The latter take what comes out of a GELU.
    """
    shapes = {t.name: tuple(t.dims) for t in model.graph.initializer}
    known = [n for n in model.graph.node if n.op_type in PRODUCTS and n.input[1] in shapes]
    narrowing = [n.name for n in known if shapes[n.input[1]][0] > shapes[n.input[1]][1]]
    return [n.name for n in known if n.name not in narrowing], narrowing


def dynamic(source: Path, target: Path) -> None:
    """8-bit weights by channel, and activations made 8-bit while reading (Jacob et al. 2018)."""
    model = onnx.load(source)
    table_of_bytes(model)
    by_channel(model, target)


def mixed(source: Path, target: Path) -> None:
    """By channel, but in blocks where what comes out of a GELU is multiplied."""
    model = onnx.load(source)
    table_of_bytes(model)
    others, _ = products(model)
    by_channel(in_blocks(model, others), target)


def blocks(source: Path, target: Path) -> None:
    """8-bit weights with a scale for each ``BLOCK`` rows of a column; activations likewise."""
    model = onnx.load(source)
    table_of_bytes(model)
    onnx.save(in_blocks(model, []), target)


def by_channel(model: onnx.ModelProto, target: Path) -> None:
    """Writes the graph with each of its products in 8 bits by channel."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    quantize_dynamic(
        model,
        target,
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=list(PRODUCTS),
    )


def in_blocks(model: onnx.ModelProto, but: list[str]) -> onnx.ModelProto:
    """The graph with its products in 8 bits by blocks, except the nodes named."""
    from onnxruntime.quantization.matmul_nbits_quantizer import (  # noqa: PLC0415
        MatMulNBitsQuantizer,
        logger,
    )

    logger.setLevel(logging.WARNING)
    quantiser = MatMulNBitsQuantizer(
        model,
        bits=8,
        block_size=BLOCK,
        is_symmetric=True,
        accuracy_level=4,
        nodes_to_exclude=but,
    )
    quantiser.process()
    made: onnx.ModelProto = quantiser.model.model
    return made


FORMS = {
    "int8 by channel, dynamic": dynamic,
    "int8 by channel, in blocks behind the GELU": mixed,
    "int8 in blocks": blocks,
}
"""The forms to try, the fastest first."""
