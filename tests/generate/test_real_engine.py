"""A real engine serves a real, tiny model of random weights, so that the protocol is not ours."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.generate.conftest import DOCUMENTS, Shelf

pytest.importorskip("fastapi", reason="transformers serves with requirements-dev.txt only")

START_S = 60
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def make_model(folder: Path) -> None:
    """Writes a Llama of one layer, with a tokenizer that knows bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<s>": 0, "</s>": 1} | {c: n for n, c in enumerate(alphabet, 2)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=32_768, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    model.generation_config.max_new_tokens = 24
    model.save_pretrained(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(model: Path) -> Iterator[str]:
    """Serves a model with ``transformers serve``, in a thread, and gives its address.

    A program of its own would take as long again to import what this one has already.
    """
    from transformers.cli.serve import Serve

    class Engine(Serve):  # type: ignore[misc] # untyped
        def start_server(self) -> None:
            self._thread = threading.Thread(target=asyncio.run, args=(self.server.serve(),))
            self._thread.start()

    port = free_port()
    engine = Engine(str(model), host="127.0.0.1", port=port, device="cpu", non_blocking=True)
    try:
        until = time.monotonic() + START_S
        while not engine.server.started:
            assert engine._thread.is_alive(), "the engine did not start"
            assert time.monotonic() < until, "the engine was not ready in time"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        engine.kill_server()
        engine._thread.join(START_S)


def test_a_real_engine_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    folder = tmp_path / "tiny"
    make_model(folder)
    with served(folder) as root:
        shelf = Shelf(tmp_path, DOCUMENTS, f"{root}/v1")
        drafts: list[str] = []
        assistant = shelf.assistant(model=f"openai:{folder}", model_seconds=120)
        answer = assistant.ask("What does the Central Bank want?", on_text=drafts.append)
    assert [step.kind for step in answer.steps] == ["search", "write"], answer.notice
    assert drafts
    assert answer.steps[1].output_tokens
    assert answer.model == "reader"  # random bytes are borne out by nothing
    assert "wrote nothing that the passages bear out" in (answer.notice or "")
