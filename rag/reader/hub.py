"""Any extractive question-answering model of the Hugging Face hub, in the reader's place."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelMissing
from rag.reader.network import Logits

LONGEST_ROW = 384  # tokens, as such models are usually trained
LONGEST_QUESTION = 48  # tokens, as our own network reads; a longer one would leave no room
STRIDE = 128  # tokens that two neighbouring windows of a long text share
ROWS_AT_A_TIME = 4

# Not fitted to any one model: the margin over "no answer" decides, as in SQuAD 2.0's evaluation,
# scaled so that 4 logits more are three times the odds.
WEIGHTS = {
    "span": {"bias": -1.0, "margin": 0.25, "coverage": 1.5, "context": 0.5, "rank_share": 0.5},
    "answer": {"weight": 1.0},
}


class HubNetwork:
    """Runs a model that ``transformers`` knows for question answering."""

    def __init__(self, model: str) -> None:
        """Loads nothing yet. ``model`` is a local folder or a hub name."""
        self._model = model
        self._loaded: tuple[Any, Any] | None = None

    @property
    def name(self) -> str:
        return Path(self._model).name if Path(self._model).is_dir() else self._model

    @property
    def weights(self) -> Mapping[str, Mapping[str, float]]:
        return WEIGHTS

    def read(self, question: str, texts: Sequence[str]) -> Generator[Sequence[Logits], None, None]:
        tokenizer, model = self._load()
        asked = tokenizer(question, add_special_tokens=False)["input_ids"]
        if len(asked) > LONGEST_QUESTION:
            question = tokenizer.decode(asked[:LONGEST_QUESTION])
        for text in texts:
            encoded = tokenizer(
                question,
                text,
                truncation="only_second",
                max_length=LONGEST_ROW,
                stride=STRIDE,
                padding=True,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            yield list(_read_windows(model, encoded))

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            try:
                import torch  # noqa: F401 - transformers itself says less clearly what is missing
                from transformers import AutoModelForQuestionAnswering, AutoTokenizer
            except ImportError as error:
                raise ModelMissing(
                    f"The reader {self._model!r} needs a package that is not installed "
                    f"({error.name}): install it with `pip install -r requirements.txt`, "
                    "or unset RAG_READER for the built-in one."
                ) from error
            # A folder is on this machine: then nothing may be asked of the hub.
            local = Path(self._model).is_dir()
            try:
                tokenizer = AutoTokenizer.from_pretrained(self._model, local_files_only=local)
                model = AutoModelForQuestionAnswering.from_pretrained(
                    self._model, local_files_only=local, trust_remote_code=False
                )
            except (OSError, ValueError) as error:
                raise ModelMissing(
                    f"The reader {self._model!r} could not be loaded "
                    f"({str(error).splitlines()[0][:200]}): "
                    "check RAG_READER, or unset it for the built-in one."
                ) from error
            self._loaded = tokenizer, model.eval()
        return self._loaded


def _read_windows(model: Any, encoded: Any) -> Iterator[Logits]:
    import torch

    encoded.pop("overflow_to_sample_mapping")
    offsets = encoded.pop("offset_mapping").tolist()
    for first in range(0, len(offsets), ROWS_AT_A_TIME):
        rows = slice(first, first + ROWS_AT_A_TIME)
        with torch.inference_mode():
            said = model(**{name: tensor[rows] for name, tensor in encoded.items()})
        starts, ends = said.start_logits.numpy(), said.end_logits.numpy()
        for number, ranges in enumerate(offsets[rows]):
            places = [i for i, part in enumerate(encoded.sequence_ids(first + number)) if part == 1]
            if not places:
                continue
            inside_starts, inside_ends = starts[number, places], ends[number, places]
            null = float(starts[number, 0] + ends[number, 0])
            best = float(inside_starts.max() + inside_ends.max())
            inside = [(int(s), int(e)) for s, e in (ranges[i] for i in places)]
            yield Logits(inside, inside_starts, inside_ends, null, best - null)
