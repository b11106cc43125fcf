"""A real engine serves a real, tiny model of random weights, so that the protocol is not ours."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.generate.conftest import DOCUMENTS, Shelf

pytest.importorskip("fastapi", reason="transformers serves with requirements-dev.txt only")

START_S = 240  # a busy machine takes a minute to import what it needs
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


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert server.poll() is None, "the engine did not start"
        try:
            if httpx.get(f"{address}/health", timeout=5).status_code < 500:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError("the engine was not ready in time")


def test_a_real_engine_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    folder = tmp_path / "tiny"
    make_model(folder)
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    command = [
        str(Path(sys.executable).with_name("transformers")), "serve", str(folder),
        "--host", "127.0.0.1", "--port", str(port), "--device", "cpu",
    ]  # fmt: skip
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            wait_for(root, server)
            shelf = Shelf(tmp_path, DOCUMENTS, f"{root}/v1")
            drafts: list[str] = []
            assistant = shelf.assistant(model=f"openai:{folder}", model_seconds=120)
            answer = assistant.ask("What does the Central Bank want?", on_text=drafts.append)
        finally:
            server.terminate()
            server.wait(30)
    told = (tmp_path / "log").read_text(errors="replace")[-2_000:]
    assert [step.kind for step in answer.steps] == ["search", "write"], (answer.notice, told)
    assert drafts
    assert answer.steps[1].output_tokens
    assert answer.model == "reader"  # random bytes are borne out by nothing
    assert "wrote nothing that the passages bear out" in (answer.notice or "")
