"""The chat of this browser tab: its messages, and which source is open."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from weakref import WeakValueDictionary

import streamlit as st

from rag.errors import QuestionError, UnknownDocument
from rag.generate import Choice
from rag.history import Feedback
from rag.history import Message as KeptMessage
from rag.records import Answer, Citation, Document, Turn, to_turn
from ui import services
from ui.asking import Asking, Request
from ui.guard import OWNER_COOKIE, read_owner

TURNS_REMEMBERED = 6  # questions that a follow-up may speak of
# Streamlit draws every message again at each click: with 200 of them that takes 13 seconds.
STEP = 10  # messages that are shown or hidden together
PARAMETER = "c"
SCOPE_PARAMETER = "d"
MOST_IN_ADDRESS = 40  # documents; a longer choice is kept with the chat's messages alone
_DOCUMENT_ID = re.compile(r"[0-9a-f]{8,64}")

Opener = Literal["number", "button"]

# Questions on their way by their message, so that a page that is loaded anew finds them.
_running: WeakValueDictionary[tuple[str, int], Asking] = WeakValueDictionary()


@dataclass
class Message:
    """A question on the page; ``asking`` while it is on its way, ``documents`` its scope."""

    id: int
    question: str
    answer: Answer | None = None
    documents: tuple[str, ...] = ()
    asking: Asking | None = None
    stopped: bool = False
    failure: str = ""
    feedback: Feedback | None = None

    @property
    def sources(self) -> tuple[Citation, ...]:
        """Gives the passages that can be opened: citations, or the nearest of a refusal."""
        if self.answer is None:
            return ()
        return self.answer.citations or self.answer.nearest

    def settle(self) -> bool:
        """Takes over what the thread has found; gives whether the question has ended."""
        if self.asking is not None and self.asking.ended:
            self.answer, self.failure = self.asking.answer, self.asking.failure
            self.asking = None
        return self.asking is None


@dataclass(frozen=True)
class Opened:
    """A source that is open: which message's, which of its sources, and what opened it."""

    message: int
    position: int
    opener: Opener
    opened_at: int


@dataclass
class Chat:
    """The state of one browser tab.

    Attributes:
        conversation: its id in the history; '' until the first question.
        scope: ids of the documents that are asked; empty for all.
        queued: what is to be asked in the coming run.
        opened: the open source.
        focus_back: the source whose opener is to have the focus again.
        openings: counts up, so that the page can tell one opening from the next.
        unfolded: how many messages are shown beyond the latest.
    """

    conversation: str = ""
    scope: tuple[str, ...] = ()
    messages: list[Message] = field(default_factory=list)
    queued: Request | None = None
    notice: str = ""
    opened: Opened | None = None
    focus_back: Opened | None = None
    openings: int = 0
    unfolded: int = 0

    @property
    def hidden(self) -> int:
        """Gives how many of the first messages are not shown; the latest 10 to 19 always are."""
        return max(0, (len(self.messages) - STEP) // STEP * STEP - self.unfolded)

    def show_earlier(self) -> None:
        """Has some more of the earlier messages shown."""
        self.unfolded += STEP

    def message(self, message_id: int) -> Message | None:
        """Gives a message by its id."""
        return next((m for m in self.messages if m.id == message_id), None)

    def turns(self) -> list[Turn]:
        """Gives what was said before, for a follow-up to speak of."""
        said = [to_turn(m.answer) for m in self.messages if m.answer]
        return said[-TURNS_REMEMBERED:]

    def queue(self, request: Request) -> None:
        """Has something asked in the coming run."""
        self.queued = request

    def open_source(self, message_id: int, position: int, opener: Opener) -> None:
        """Opens a source; a position that is not there opens nothing."""
        message = self.message(message_id)
        if message is None or not 0 <= position < len(message.sources):
            return
        self.openings += 1
        self.opened = Opened(message_id, position, opener, self.openings)
        self.focus_back = None

    def step_source(self, step: int) -> None:
        """Opens the next or previous source of the same answer."""
        if self.opened is not None:
            opened = self.opened
            self.open_source(opened.message, opened.position + step, opened.opener)

    def close_source(self) -> None:
        """Closes the source; its opener gets the focus back."""
        self.focus_back, self.opened = self.opened, None


def current() -> Chat:
    """Gives the chat of this tab, in line with the address's ``?c=`` and ``?d=``."""
    chat = _of_session()
    asked_for = st.query_params.get(PARAMETER, "")
    if asked_for and asked_for != chat.conversation:
        chat = _restore(asked_for)
        if len(chat.scope) <= MOST_IN_ADDRESS:  # what the address does not name is not chosen
            chat.scope = ()
    elif chat.conversation and not asked_for:
        st.query_params[PARAMETER] = chat.conversation
    if chat.conversation and all(message.asking is None for message in chat.messages):
        chat = _as_kept(chat)
    asked = _read_scope(st.query_params.get(SCOPE_PARAMETER, ""))
    if asked:
        chat.scope = asked
    else:
        _show_scope(chat)
    return chat


def _as_kept(chat: Chat) -> Chat:
    """Follows the history where kept answers have become others: erased, or from a backup."""
    if services.history().conversation(chat.conversation) is None:
        return _restore(chat.conversation)
    kept = {(m.id, m.question): m for m in services.history().messages(chat.conversation)}
    chat.messages = [m for m in chat.messages if (m.id, m.question) in kept]
    for message in chat.messages:
        message.answer = kept[message.id, message.question].answer or message.answer
    return chat


def choose_scope(document_ids: Sequence[str]) -> None:
    """Lets the chat of this tab ask these documents alone from now on; all where there are none."""
    _of_session().scope = tuple(document_ids)


def change_scope(document_ids: Sequence[str]) -> None:
    """Does the same on the page of the chat, whose address names the documents."""
    choose_scope(document_ids)
    _show_scope(_of_session())


def documents_in_scope(chat: Chat) -> list[Document]:
    """Gives the chosen documents that are still in the library."""
    return _still_there(chat.scope)


def _still_there(document_ids: Sequence[str]) -> list[Document]:
    library = services.core().library
    if len(document_ids) > MOST_IN_ADDRESS:  # one look at all is quicker than a look at each
        there = {document.id: document for document in library.documents()}
        return [there[id_] for id_ in document_ids if id_ in there]
    found = []
    for document_id in document_ids:
        with suppress(UnknownDocument):
            found.append(library.document(document_id))
    return found


def _read_scope(address: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_DOCUMENT_ID.findall(address)))


def _show_scope(chat: Chat) -> None:
    """Has the address name the chosen documents, where they are few enough."""
    if 0 < len(chat.scope) <= MOST_IN_ADDRESS:
        st.query_params[SCOPE_PARAMETER] = " ".join(chat.scope)
    else:
        st.query_params.pop(SCOPE_PARAMETER, None)


def _of_session() -> Chat:
    if "chat" not in st.session_state:
        st.session_state["chat"] = Chat()
    return cast(Chat, st.session_state["chat"])


def owner() -> str:
    """Gives who this browser is: its cookie, or one for this tab where it keeps none."""
    known = read_owner(st.context.cookies.get(OWNER_COOKIE))
    if known is None:
        known = cast(str, st.session_state.setdefault("owner", secrets.token_hex(16)))
    return known


def opened() -> str:
    """Gives the id of this tab's conversation; '' before its first question."""
    return _of_session().conversation


def begin_new() -> None:
    """Leaves the conversation for an empty one; it stays in the history."""
    st.session_state["chat"] = Chat()
    st.query_params.clear()


def delete(conversation_id: str) -> None:
    """Deletes a conversation of this browser for good; where it is the open one, it is left."""
    services.history().delete(conversation_id, owner())
    if _of_session().conversation == conversation_id:
        st.session_state["chat"] = Chat()


def choose(conversation_id: str) -> None:
    """Goes to a conversation of the history."""
    chat = _restore(conversation_id)
    st.query_params[PARAMETER] = conversation_id
    _show_scope(chat)


def _restore(conversation_id: str) -> Chat:
    chat = Chat()
    if services.history().conversation(conversation_id) is None:
        chat.notice = "The chat of this address is not kept here any more; this is a new one."
        st.query_params.pop(PARAMETER, None)
    else:
        chat.conversation = conversation_id
        kept = services.history().messages(conversation_id)
        chat.messages = [_shown(message, conversation_id) for message in kept]
        chat.scope = chat.messages[-1].documents if chat.messages else ()
    st.session_state["chat"] = chat
    return chat


def _shown(kept: KeptMessage, conversation_id: str) -> Message:
    asking = None if kept.answer else _running.get((conversation_id, kept.id))
    return Message(
        kept.id, kept.question, kept.answer, kept.documents, asking, feedback=kept.feedback
    )


def ask(chat: Chat, request: Request, model: Choice) -> None:
    """Puts a question on its way, to the reader or a language model."""
    chosen = chat.scope if request.documents is None else request.documents
    documents = [document.id for document in _still_there(chosen)]
    if chosen and not documents:
        raise QuestionError(
            "None of the chosen documents is in the library any more: ask all documents instead."
        )
    history = services.history()
    if not chat.conversation:
        chat.conversation = history.start(owner())
        st.query_params[PARAMETER] = chat.conversation
    question = request.question
    message_id = history.append(chat.conversation, question, None, documents)
    asking = Asking(
        services.core(),
        services.models(),
        request,
        chat.turns(),
        documents or None,
        model,
        keep=lambda answer: history.complete(message_id, answer),
    )
    _running[chat.conversation, message_id] = asking
    chat.notice = ""
    chat.messages.append(Message(message_id, question, documents=tuple(documents), asking=asking))


def stop(message: Message) -> None:
    """Ends a question on its way; it stays, and so does what a model has written by then."""
    if message.asking is not None:
        message.stopped = True
        if not message.asking.stop():
            message.asking = None


def trigger(key: str, name: str) -> Any:
    """Gives what a component has just told, inside its callback."""
    return getattr(st.session_state.get(key), name, None)


def kept_chats(limit: int) -> Sequence[tuple[str, str]]:
    """Gives id and title of this browser's latest conversations."""
    found = services.history().conversations(owner())
    return [(c.id, c.title) for c in found[:limit]]
