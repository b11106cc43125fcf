"""What went wrong between us and a model, in one sentence that holds no key.

The text of a provider's error is never repeated: it may hold a part of the key, or whatever a
server chose to send.
"""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from time import time
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ModelFailed

CONNECTION = ("connect", "network", "protocol", "disconnected", "remote", "closed", "incomplete")
PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}


def explain(error: BaseException, name: str, address: str, key_variable: str) -> ModelFailed:
    """Gives what a person is told of an error that a provider's package raised.

    Args:
        name: of the model.
        address: of its server; empty for the provider's own.
        key_variable: the environment variable that holds the key; empty where none is needed.
    """
    status = _find_status(error)
    if status is not None:
        return _explain_status(status, error, name, key_variable)
    chain = list(_causes(error))
    kinds = " ".join(type(each).__name__.lower() for each in chain)
    if "timeout" in kinds:
        return ModelFailed(f"{name} did not answer in time", may_pass=True)
    if any(word in kinds for word in CONNECTION) or any(isinstance(e, OSError) for e in chain):
        where = f" at {show_address(address)}" if address else ""
        return ModelFailed(
            f"{name} could not be reached{where}, or the connection broke", may_pass=True
        )
    return ModelFailed(
        f"{name} sent what could not be read ({type(error).__name__})", may_pass=True
    )


def _explain_status(status: int, error: BaseException, name: str, key_variable: str) -> ModelFailed:
    if status in (401, 403):
        advice = f": check {key_variable}" if key_variable else ""
        return ModelFailed(f"{name} refused the key{advice}")
    if status == 404:
        advice = (
            f"run `ollama pull {name.removeprefix('ollama:')}`"
            if name.startswith("ollama:")
            else "check RAG_MODEL and RAG_MODEL_ADDRESS"
        )
        return ModelFailed(f"{name} is not known to its server: {advice}")
    if status == 429:
        wait = _find_wait(error)
        asked = f" and asks to wait {math.ceil(wait)} s" if wait else ""
        return ModelFailed(f"{name} has too many requests{asked}", may_pass=True, wait_s=wait)
    passing = status in PASSING
    wait = _find_wait(error) if passing else None
    return ModelFailed(f"{name} failed with status {status}", may_pass=passing, wait_s=wait)


def show_address(address: str) -> str:
    """Gives an address without the user and password, query and fragment that it may hold."""
    parts = urlsplit(address)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _causes(error: BaseException | None) -> Any:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _find_status(error: BaseException) -> int | None:
    for each in _causes(error):
        status = getattr(each, "status_code", None)
        status = status or getattr(getattr(each, "response", None), "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _find_wait(error: BaseException) -> float | None:
    """Gives the seconds of a ``Retry-After`` header, whether it counts or names a time."""
    for each in _causes(error):
        headers = getattr(getattr(each, "response", None), "headers", None)
        value = headers.get("retry-after") if headers is not None else None
        if value is None:
            continue
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - time()
            except ValueError:
                continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    return None
