"""Questions to go on with below the last answer, looked for behind the page once it is drawn."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import streamlit as st

from rag.errors import FootnoteError
from rag.question import FollowUp
from rag.records import Answer
from rag.store import Counts
from ui import services
from ui.asking import Request
from ui.conversation import Chat, Message
from ui.loading import ModelLoader
from ui.polling import follow
from ui.shelf import Core
from ui.words import label

WANTED = 3
KEPT_ANSWERS = 200  # each a few lines
_POLL_SECONDS = 0.5

Key = tuple[str, int]  # conversation and message


class FollowUps:
    """Finds them in a thread, for one answer at a time; anew when the documents have changed."""

    def __init__(self, core: Core, models: ModelLoader) -> None:
        self._core, self._models = core, models
        self._lock = threading.Lock()
        self._found: OrderedDict[Key, tuple[FollowUp, ...]] = OrderedDict()
        self._library: Counts | None = None  # as it was when they were found
        self._looking = False

    def of(self, key: Key, answer: Answer) -> tuple[FollowUp, ...] | None:
        """Gives the questions, or None while they are being looked for."""
        library = self._core.library.status()
        with self._lock:
            if self._library != library:
                self._found.clear()
                self._library = library
            if key in self._found:
                return self._found[key]
            if not self._looking and self._models.ready:
                self._looking = True
                threading.Thread(
                    target=self._look, args=(key, answer), name="footnote-follow-ups", daemon=True
                ).start()
            return None

    def _look(self, key: Key, answer: Answer) -> None:
        found: Sequence[FollowUp] = ()
        try:
            found = self._core.suggest_follow_ups(answer, WANTED)
        except FootnoteError:
            pass  # the page can do without
        finally:
            with self._lock:
                self._found[key] = tuple(found)
                while len(self._found) > KEPT_ANSWERS:
                    self._found.popitem(last=False)
                self._looking = False


@st.cache_resource(show_spinner=False)
def follow_ups() -> FollowUps:
    """Gives the finder that all pages share."""
    return FollowUps(services.core(), services.models())


def draw_follow_ups(chat: Chat) -> None:
    """Draws them below the last message, where that is a cited answer."""
    last = chat.messages[-1]
    if last.asking is None and last.answer is not None and last.answer.citations:
        key, answer = (chat.conversation, last.id), last.answer
        follow(
            lambda: _draw(chat, last, follow_ups().of(key, answer) or ()),
            lambda: follow_ups().of(key, answer) is None,
            _POLL_SECONDS,
        )


def _draw(chat: Chat, message: Message, found: Sequence[FollowUp]) -> None:
    with st.container(key="follow_ups", gap="small"):
        for number, follow_up in enumerate(found):
            question = follow_up.question
            if st.button(label(question, 120), key=f"follow_up_{message.id}_{number}"):
                chat.queue(Request(question, alone=True, documents=(follow_up.document,)))
                st.rerun()
