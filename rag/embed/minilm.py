"""The bundled all-MiniLM-L6-v2, run by ONNX Runtime.

``minilm.onnx`` is the graph alone (``training/embedder_graph.py`` makes it): the weights stay where
they are, in the package's ``model.safetensors``, and are mapped from there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.embed.bundled import (
    SHA256,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    check_bundled_files,
    find_bundled_model,
)

if TYPE_CHECKING:
    from rag.embed.contract import Vectors

GRAPH = Path(__file__).with_name("minilm.onnx")
DIMENSION = 384
LONGEST_TEXT = 256  # tokens, as the model's own settings say; what is longer is cut


class MiniLmEmbedder:
    """Gives the same vectors as sentence-transformers does with the same weights."""

    name = f"all-MiniLM-L6-v2@{SHA256[WEIGHTS_FILE][:12]}"
    dimension = DIMENSION

    def __init__(self) -> None:
        """Finds the model; loads nothing yet."""
        self._folder = find_bundled_model()
        self._loaded: tuple[Any, Any] | None = None
        self._loading = threading.Lock()  # a question and the worker may come first at once

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        rows: Vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        if not texts:
            return rows
        session, tokenizer = self._load()
        encoded = tokenizer.encode_batch(list(texts))

        def fill(number: int) -> None:
            rows[number] = _run(session, encoded[number].ids)

        # One text at a time and one thread each: nothing is padded, no core waits for another, and
        # the memory is that of a text. Batches over all cores are no quicker.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for _ in threads.map(fill, range(len(texts))):
                pass
        return rows

    def embed_question(self, text: str) -> Vectors:
        session, tokenizer = self._load()
        row: Vectors = _run(session, tokenizer.encode(text).ids)
        return row

    def knows(self, word: str) -> bool:
        return self._load()[1].token_to_id(word) is not None

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                check_bundled_files(self._folder)
                self._loaded = _open(self._folder)
            return self._loaded


def _open(folder: Path) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # as quick, and gives memory back
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(folder)
    )
    session = onnxruntime.InferenceSession(
        GRAPH.read_bytes(),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # its operator is slower than the two
    )
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(LONGEST_TEXT)
    tokenizer.no_padding()
    return session, tokenizer


def _run(session: Any, ids: list[int]) -> Any:
    import numpy as np

    return session.run(["vectors"], {"input_ids": np.array([ids], dtype=np.int64)})[0][0]
