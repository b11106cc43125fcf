"""Which model answers, and where its server is."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from rag.errors import SettingError
from rag.settings import Settings

BUILT_IN = "reader"
"""The name of the built-in reader, which is no language model."""

NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}:[\w./:@+-]{1,200}")
LONGEST_ADDRESS = 500  # characters


@dataclass(frozen=True, slots=True)
class Choice:
    """What answers: the built-in reader, or a language model.

    Attributes:
        name: ``reader``, or ``PROVIDER:MODEL`` as LangChain names it.
        address: the base address of its server; empty for its provider's own.
        is_keyless: whether no key of the environment goes with a request: what a visitor of a
            shared server types must not carry the key of whoever runs it elsewhere.
    """

    name: str
    address: str = ""
    is_keyless: bool = False


READER = Choice(BUILT_IN)


def chosen_by(settings: Settings) -> Choice:
    """Gives what the settings choose."""
    return Choice(settings.model, settings.model_address) if settings.model else READER


def check_choice(name: str, address: str, *, is_keyless: bool) -> Choice:
    """Gives the choice that a person has typed.

    Raises:
        SettingError: it cannot be a model's name, or a server's address.
    """
    name, address = name.strip(), address.strip()
    if name == BUILT_IN:
        return READER
    if not NAME.fullmatch(name):
        raise SettingError(
            "This is no model's name: write its provider and its name, for instance ollama:qwen3 "
            "or openai:gpt-5."
        )
    if address:
        check_address(address)
    return Choice(name, address, is_keyless and bool(address))


def check_address(address: str) -> None:
    """Makes sure that an address is one of a web server, and holds no secret.

    Raises:
        SettingError: it is not, and why.
    """
    told = "The address of the server "
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not address.isascii():
        raise SettingError(f"{told}must begin with http:// or https:// and name a server.")
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise SettingError(f"{told}has a space in it, or is too long.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingError(
            f"{told}must hold no password, no ? and no #: put a key into the environment."
        )
    with suppress(ValueError):
        if _leads_astray(ipaddress.ip_address(host)):
            raise SettingError(f"{told}is one at which no language model can be.")


def _leads_astray(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """True of link-local addresses, where clouds serve their machines' own keys, and the like."""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_link_local or address.is_multicast or address.is_unspecified
