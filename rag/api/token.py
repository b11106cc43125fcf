"""The secret that a program shows with each request."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping

from rag.errors import SettingError

VARIABLE = "RAG_API_TOKEN"
SHORTEST = 16  # characters
HOW_TO_SET = (
    f"set {VARIABLE} to a secret of {SHORTEST} characters or more, for instance from "
    '`python -c "import secrets; print(secrets.token_urlsafe())"`, and start Footnote again.'
)
NOT_SET = f"{VARIABLE} is not set, so nothing but /api/health is answered: {HOW_TO_SET}"


def read_token(environment: Mapping[str, str] = os.environ) -> str:
    """Reads the token; empty where none is set. It is no part of the settings, which are shown.

    Raises:
        SettingError: it is too short to be a secret.
    """
    token = environment.get(VARIABLE, "").strip()
    if token and len(token) < SHORTEST:
        raise SettingError(f"{VARIABLE} is too short to be a secret: {HOW_TO_SET}")
    return token


def is_token(shown: str, token: str) -> bool:
    """Compares in a time that does not tell how much of it is right."""
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())
