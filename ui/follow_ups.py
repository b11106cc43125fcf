"""Questions to go on with below the last answer, looked for behind the page once it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.question import FollowUp
from ui import services
from ui.asking import Request
from ui.conversation import Chat, Message
from ui.polling import follow
from ui.words import label

WANTED = 3
_POLL_SECONDS = 0.5


def draw_follow_ups(chat: Chat) -> None:
    """Draws them below the last message, where that is a cited answer."""
    last = chat.messages[-1]
    if last.asking is None and last.answer is not None and last.answer.citations:
        key, answer = (chat.conversation, last.id), last.answer

        def find() -> Sequence[FollowUp] | None:
            core = services.core()
            return services.lookups().find(key, lambda: core.suggest_follow_ups(answer, WANTED))

        follow(lambda: _draw(chat, last, find() or ()), lambda: find() is None, _POLL_SECONDS)


def _draw(chat: Chat, message: Message, found: Sequence[FollowUp]) -> None:
    with st.container(key="follow_ups", gap="small"):
        for number, follow_up in enumerate(found):
            question = follow_up.question
            if st.button(label(question, 120), key=f"follow_up_{message.id}_{number}"):
                chat.queue(Request(question, alone=True, documents=(follow_up.document,)))
                st.rerun()
