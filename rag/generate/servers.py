"""What the server of a model tells of itself, outside of LangChain: its models, and their facts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from time import monotonic
from typing import Any

from rag.errors import ModelFailed

OLLAMA_ADDRESS = "http://127.0.0.1:11434"
OPENAI_ADDRESS = "https://api.openai.com/v1"
ANTHROPIC_ADDRESS = "https://api.anthropic.com"
ASKING_S = 5.0
MOST_BYTES = 4_000_000  # of a list of models; what is longer is none
MOST_MODELS = 500
MODEL = re.compile(r"[\w./:@+-]{1,200}")


def list_models(provider: str, address: str, key: str) -> list[str]:
    """Gives the names of a server's models, in its own order.

    Raises:
        ModelFailed: the provider's servers list none, as far as is known here, or what came was
            no list.
        httpx.HTTPError: the server could not be asked.
    """
    if provider == "ollama":
        told = fetch_json("GET", f"{ollama_address(address)}/api/tags", bearer(key))
        rows, name = _rows(told, "models"), "name"
    elif provider == "openai":
        base = address or os.environ.get("OPENAI_BASE_URL", "") or OPENAI_ADDRESS
        told = fetch_json("GET", f"{base.rstrip('/')}/models", bearer(key))
        rows, name = _rows(told, "data"), "id"
    elif provider == "anthropic":
        base = address or ANTHROPIC_ADDRESS
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
        told = fetch_json("GET", f"{base.rstrip('/')}/v1/models", headers)
        rows, name = _rows(told, "data"), "id"
    else:
        raise ModelFailed(f"how {provider} lists its models is not known here")
    names = [row.get(name) for row in rows if isinstance(row, dict)]
    # Names come from a server that may be anybody's: what is no name is left out.
    return [n for n in names if isinstance(n, str) and MODEL.fullmatch(n)][:MOST_MODELS]


def ollama_address(address: str) -> str:
    """Gives the address of Ollama: as was chosen, as its own variable says, or the usual one."""
    host = address or os.environ.get("OLLAMA_HOST", "") or OLLAMA_ADDRESS
    host = host if "://" in host else f"http://{host}"
    return host.replace("//0.0.0.0", "//127.0.0.1").rstrip("/")


def bearer(key: str) -> dict[str, str]:
    """Gives the header that carries a key."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def fetch_json(
    method: str, address: str, headers: Mapping[str, str], body: dict[str, Any] | None = None
) -> Any:
    """Gives what a server says.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: it says nothing, or no.
        ValueError: what it says cannot be read, or is too much.
    """
    import httpx

    until = monotonic() + ASKING_S
    data = b""
    with httpx.stream(method, address, headers=headers, json=body, timeout=ASKING_S) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > MOST_BYTES:
                raise ValueError("too much")
            if monotonic() > until:
                raise httpx.ReadTimeout("too slow")
    return json.loads(data)


def _rows(told: Any, name: str) -> list[Any]:
    rows = told.get(name) if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise ModelFailed("its server sent no list of models")
    return rows
