"""Writes the graph of all-MiniLM-L6-v2 that ``rag/embed/minilm.py`` runs.

    python -m training.embedder_graph

The graph holds no weights. Each is named with its place in the package's ``model.safetensors``,
whose tensors lie there as ONNX wants them (little-endian, row by row), so that ONNX Runtime maps
them from that file and nothing has to be exported at set-up, by PyTorch or otherwise.

The network is BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) with the shape of MiniLM
(Wang et al. 2020, https://arxiv.org/abs/2002.10957). A text's vector is the mean of its tokens'
last states, brought to length 1 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.embed.bundled import WEIGHTS_FILE, check_bundled_files, find_bundled_model
from rag.embed.minilm import DIMENSION, GRAPH

LAYERS, HEADS = 6, 12
EPSILON = 1e-12  # of every layer normalisation
OPSET, IR_VERSION = 17, 9
FUSED = "com.microsoft"  # ONNX Runtime's own operators, which do several steps at once


class _Graph:
    """Nodes and weights, as they are added."""

    def __init__(self, weights: Path) -> None:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            self._header: dict[str, Any] = json.loads(file.read(length))
        self._start = 8 + length
        self.initializers: list[TensorProto] = []
        self.nodes: list[onnx.NodeProto] = []

    def weight(self, name: str) -> str:
        """Names a weight and its place in the file."""
        entry = self._header[name]
        first, end = entry["data_offsets"]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=entry["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        place = {"location": WEIGHTS_FILE, "offset": self._start + first, "length": end - first}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, values: int | list[int]) -> str:
        self.initializers.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def add(
        self, operator: str, inputs: list[str], output: str, domain: str = "", **how: Any
    ) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **how))
        return output

    def linear(self, inputs: str, layer: str, output: str) -> str:
        parts = [inputs, self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")]
        return self.add("Gemm", parts, output, transB=1)  # as PyTorch lays its weights out

    def add_and_normalise(self, one: str, other: str, layer: str, output: str) -> str:
        # In two steps: both at once, SkipLayerNormalization, take three times as long.
        summed = self.add("Add", [one, other], f"{output}_summed")
        parts = [summed, self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")]
        return self.add("LayerNormalization", parts, output, epsilon=EPSILON)


def make_graph(weights: Path) -> onnx.ModelProto:
    """Gives the graph: ``input_ids``, int64 (1, tokens), to ``vectors``, float32 (1, 384)."""
    graph = _Graph(weights)
    graph.constant("one_text", [1, -1, DIMENSION])
    states = _embed_tokens(graph)
    for number in range(LAYERS):
        states = _add_layer(graph, states, number)
    mean = graph.add("ReduceMean", [states], "mean", axes=[0], keepdims=1)
    graph.add("LpNormalization", [mean], "vectors", axis=1, p=2)
    body = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [1, DIMENSION])],
        graph.initializers,
    )
    versions = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=versions, ir_version=IR_VERSION)


def _embed_tokens(graph: _Graph) -> str:
    """Word, place and segment (always the first), summed: (tokens, 384)."""
    words = graph.weight("embeddings.word_embeddings.weight")
    places = graph.weight("embeddings.position_embeddings.weight")
    segments = graph.weight("embeddings.token_type_embeddings.weight")
    first, second = graph.constant("first", [0]), graph.constant("second", [1])
    ids = graph.add("Squeeze", ["input_ids", first], "ids")
    graph.add("Shape", [ids], "tokens")
    graph.add("Gather", [words, ids], "words")
    graph.add("Slice", [places, first, "tokens"], "places")
    graph.add("Slice", [segments, first, second], "segment")
    graph.add("Add", ["places", "segment"], "where")
    graph.add("Add", ["words", "where"], "summed")
    normal = [graph.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    return graph.add("LayerNormalization", ["summed", *normal], "states", epsilon=EPSILON)


def _add_layer(graph: _Graph, states: str, number: int) -> str:
    weights, at = f"encoder.layer.{number}", f"_{number}"
    asked = []
    for part in ("query", "key", "value"):
        graph.linear(states, f"{weights}.attention.self.{part}", f"{part}_flat{at}")
        asked.append(graph.add("Reshape", [f"{part}_flat{at}", "one_text"], part + at))
    graph.add("MultiHeadAttention", asked, f"seen{at}", FUSED, num_heads=HEADS)
    graph.add("Squeeze", [f"seen{at}", "first"], f"seen_flat{at}")
    seen = graph.linear(f"seen_flat{at}", f"{weights}.attention.output.dense", f"attended{at}")
    normal = f"{weights}.attention.output.LayerNorm"
    states = graph.add_and_normalise(seen, states, normal, f"between{at}")
    wide = graph.linear(states, f"{weights}.intermediate.dense", f"wide{at}")
    graph.add("Gelu", [wide], f"bent{at}", FUSED)
    narrow = graph.linear(f"bent{at}", f"{weights}.output.dense", f"narrow{at}")
    return graph.add_and_normalise(narrow, states, f"{weights}.output.LayerNorm", f"states{at}")


if __name__ == "__main__":
    folder = find_bundled_model()
    check_bundled_files(folder)
    GRAPH.write_bytes(make_graph(folder / WEIGHTS_FILE).SerializeToString(deterministic=True))
    print(f"{GRAPH} written, {GRAPH.stat().st_size:,} bytes")
