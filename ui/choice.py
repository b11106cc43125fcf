"""What answers in this browser: the built-in reader, or a language model; and who may name one.

A choice is kept for the browser that made it, in memory, until the server ends; nothing that is
chosen on a page changes what others get. Whoever names an address has our server send requests to
it, from inside our network. So a visitor may do that only where the app is served to this machine
alone, where visitor and owner are one, or where its owner allows it (``RAG_MODEL_CHOICE=on``); and
then no key of the owner's goes to an address that a visitor of a shared server has typed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from rag.errors import SettingError
from rag.generate import READER, Choice, check_choice, chosen_by
from ui import conversation, services

MOST_BROWSERS = 1_000  # that are remembered, the latest
MOST_MODELS = 20  # of one browser
_LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_WIDGET = "answerer"


@dataclass(frozen=True)
class Own:
    """What one browser has chosen, and which models it has named."""

    chosen: Choice | None = None
    named: tuple[Choice, ...] = ()


class Choices:
    """What each browser has chosen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own: OrderedDict[str, Own] = OrderedDict()

    def of(self, owner: str) -> Own:
        """Gives what a browser has chosen."""
        with self._lock:
            return self._own.get(owner, Own())

    def keep(self, owner: str, own: Own) -> None:
        """Remembers it, and forgets who has not chosen for longest."""
        with self._lock:
            self._own[owner] = own
            self._own.move_to_end(owner)
            while len(self._own) > MOST_BROWSERS:
                self._own.popitem(last=False)


@st.cache_resource(show_spinner=False)
def _choices() -> Choices:
    return Choices()


def is_local(address: str, hosts: list[str], headers: Mapping[str, str]) -> bool:
    """Gives whether the app is served to this machine alone.

    Args:
        address: that the server listens at.
        hosts: names by which it may be called.
        headers: of the browser's request. A proxy on this machine that forwards what comes from
            elsewhere names itself in them, unless it is told not to.
    """
    told = {name.lower(): value for name, value in headers.items()}
    host = told.get("host", "").lower()
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return (
        address in _LOOPBACK
        and bool(hosts)
        and set(hosts) <= _LOOPBACK
        and name in _LOOPBACK
        and not any(header in told for header in _FORWARDED)
    )


def is_here() -> bool:
    """Gives whether this visitor sits at the machine that serves the app."""
    return is_local(
        st.get_option("server.address") or "",
        st.get_option("server.allowedHosts") or [],
        dict(st.context.headers),
    )


def may_name() -> bool:
    """Gives whether this visitor may name a model and the address of its server."""
    allowed = services.settings().model_choice
    return allowed == "on" or (allowed == "auto" and is_here())


def from_settings() -> Choice:
    """Gives what answers where nobody has chosen."""
    return chosen_by(services.settings())


def options() -> list[Choice]:
    """Gives what this browser can choose from: the reader, what is set, what it has named."""
    named = _own().named if may_name() else ()
    return list(dict.fromkeys((READER, from_settings(), *named)))


def current() -> Choice:
    """Gives what answers in this browser."""
    chosen = _own().chosen
    return chosen if chosen in options() else from_settings()


def choose(choice: Choice) -> None:
    """Has this browser's questions answered so from now on."""
    _choices().keep(conversation.owner(), replace(_own(), chosen=choice))


def name_model(name: str, address: str) -> Choice:
    """Gives the choice that a visitor has typed.

    Raises:
        SettingError: it is no name or no address, or this visitor may not type one.
    """
    if not may_name():
        raise SettingError("Whoever runs this server decides which models answer: ask them.")
    known = from_settings()
    if name.strip() == known.name and address.strip() in ("", known.address):
        return known
    return check_choice(name, address, is_keyless=not is_here())


def use(choice: Choice) -> None:
    """Takes a choice into those of this browser, and chooses it."""
    named = (*(c for c in _own().named if c != choice), choice)[-MOST_MODELS:]
    _choices().keep(conversation.owner(), Own(choice, named))


def _own() -> Own:
    return _choices().of(conversation.owner())


def in_words(choice: Choice) -> str:
    """Gives a choice as the page calls it; the address stands with it where two bear its name."""
    if choice == READER:
        return "Built-in reader"
    return choice.name


def shown_address(choice: Choice) -> str:
    """Gives the address of a choice as a page may show it.

    One that is set may hold a password, and is nothing for visitors of a shared server.
    """
    is_set = choice == from_settings()
    return "" if is_set and ("@" in choice.address or not is_here()) else choice.address


def draw_choice() -> None:
    """Draws what answers above the chat's input, where there is something to choose."""
    known = options()
    if len(known) < 2:
        return
    now = current()
    st.session_state[_WIDGET] = known.index(now)

    def take() -> None:
        choose(known[st.session_state[_WIDGET]])

    with st.bottom, st.container(horizontal=True, key="model", vertical_alignment="center"):
        st.text("Answered by")
        st.selectbox(
            "Answered by",
            range(len(known)),
            format_func=lambda number: in_words(known[number]),
            key=_WIDGET,
            on_change=take,
            label_visibility="collapsed",
            width=240,
        )
