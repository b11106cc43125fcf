"""How many tokens a model reads at once: as was set, as its server tells, or as is known of it.

A server that is sent more than that drops the beginning without a word; Ollama's own choice, where
nothing else is said, is a few thousand tokens however large the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.generate.servers import bearer, fetch_json, ollama_address

ASSUMED = 4_096  # tokens, of a server that does not tell
ENOUGH = 8_192  # tokens that Ollama is told to hold: ten passages and an answer; more costs memory
# What servers that speak the OpenAI protocol call it in their list of models: vLLM and SGLang,
# LM Studio and OpenRouter, Groq, Mistral, TabbyAPI.
NAMES = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "max_context_length",
    "context_window",
    "n_ctx",
    "n_ctx_train",
)


@dataclass(frozen=True, slots=True)
class Context:
    """A context length in tokens, and in words where it is from."""

    tokens: int
    origin: str


def find_context(
    provider: str, model: str, address: str, key: str, chosen: int, known: int | None
) -> Context:
    """Gives a model's context length.

    Args:
        chosen: what the settings say; 0 where they leave it to the server.
        known: what LangChain knows of the model, None for nothing.
    """
    if chosen:
        return Context(chosen, "set in RAG_MODEL_CONTEXT")
    if provider == "ollama":
        told = _ask_ollama(ollama_address(address), model, key)
        tokens = min(told or ASSUMED, ENOUGH)
        return Context(tokens, "num_ctx, which Ollama was told to hold")
    if address and provider == "openai":
        told = _ask_list_of_models(address, model, key)
        if told:
            return Context(told, "as its server tells")
    if known and not address:
        return Context(known, "as its provider tells")
    return Context(ASSUMED, "assumed, as its server does not tell; RAG_MODEL_CONTEXT sets it")


def _ask_ollama(address: str, model: str, key: str) -> int | None:
    said = _fetch("POST", f"{address}/api/show", bearer(key), {"model": model})
    facts = said.get("model_info") if isinstance(said, dict) else None
    lengths = [
        value
        for name, value in (facts.items() if isinstance(facts, dict) else ())
        if name.endswith(".context_length") and isinstance(value, int) and value > 0
    ]
    return lengths[0] if lengths else None


def _ask_list_of_models(address: str, model: str, key: str) -> int | None:
    said = _fetch("GET", f"{address.rstrip('/')}/models", bearer(key), None)
    rows = said.get("data") if isinstance(said, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("id") == model:
            facts = {**row, **(row["meta"] if isinstance(row.get("meta"), dict) else {})}
            for name in NAMES:
                value = facts.get(name)
                if isinstance(value, int) and value > 0:
                    return value
    return None


def _fetch(
    method: str, address: str, headers: Mapping[str, str], body: dict[str, Any] | None
) -> Any:
    """Gives what a server says, None where it says nothing that can be read."""
    import httpx

    try:
        return fetch_json(method, address, headers, body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None  # then the length is assumed, and said to be; writing tells what is wrong
