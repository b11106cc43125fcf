"""The page that answers: questions, answers, and the sources behind them."""

from __future__ import annotations

import streamlit as st

from rag.records import Answer
from rag.settings import LONGEST_QUESTION
from ui import choice, conversation, services, source, window
from ui.asking import Asking, Request
from ui.citations import button_key, draw_answer
from ui.conversation import Chat, Message
from ui.draft import draw_draft
from ui.failures import show_failure, told
from ui.feedback import draw_feedback
from ui.follow_ups import draw_follow_ups
from ui.history import draw_chat_bar
from ui.polling import follow
from ui.sample import draw_sample_offer
from ui.scope import asked_in_words, draw_scope
from ui.words import count, label, title_of

_PATIENCE_SECONDS = 0.8  # a quick answer is drawn at once, without a second round to the browser
_POLL_SECONDS = 0.4
_DRAFT_POLL_SECONDS = 2.0  # a draft tells by itself when it has ended


def draw() -> None:
    """Draws the page."""
    with told("The chat could not be shown."):
        chat = conversation.current()
        draw_scope(chat)
        choice.draw_choice()
        typed = st.chat_input("Ask your documents", key="question", max_chars=LONGEST_QUESTION)
        request = Request(typed.strip()) if typed else chat.queued
        chat.queued = None
        wide = window.is_wide()
        with st.container(horizontal=True, key="stage", vertical_alignment="top"):
            with st.container(key="talk"):
                _draw_talk(chat, request)
            if chat.opened and wide:
                source.draw_panel(chat)
        if chat.opened and not wide:
            source.draw_drawer(chat)
        window.watch(_announcement(chat))


def _draw_talk(chat: Chat, request: Request | None) -> None:
    if chat.notice:
        st.text(chat.notice)
    if request is not None and request.question:
        with told("The question could not be asked."):
            conversation.ask(chat, request, choice.current())
    if chat.messages:
        draw_chat_bar(chat.conversation)
    else:
        _draw_welcome(chat)
    for message in _draw_earlier(chat):
        _draw_message(chat, message)
    if chat.messages:
        draw_follow_ups(chat)


def _draw_earlier(chat: Chat) -> list[Message]:
    """Draws the way to what was said long ago; gives the messages that are to be drawn."""
    if hidden := chat.hidden:
        st.button(
            f"Show {min(hidden, conversation.STEP)} of {count(hidden, 'earlier question')}",
            key="earlier",
            type="tertiary",
            on_click=chat.show_earlier,
        )
    return chat.messages[hidden:]


def _draw_welcome(chat: Chat) -> None:
    st.title("Ask your documents", anchor=False)
    if not services.core().library.status().documents:
        _draw_empty_library()
        return
    st.text("Every answer shows where it stands, word for word.")
    if chat.scope:  # the suggestions are drawn from the whole library
        return
    follow(
        lambda: _draw_suggestions(chat),
        lambda: services.questions_to_begin_with() is None,
        _POLL_SECONDS,
    )


def _draw_empty_library() -> None:
    st.text("The library is empty, so there is nothing to answer from yet.")
    st.page_link("library.py", label="Add documents on the Library page")
    draw_sample_offer()


def _draw_suggestions(chat: Chat) -> None:
    with st.container(key="suggestions", gap="small"):
        for number, question in enumerate(services.questions_to_begin_with() or ()):
            if st.button(label(question, 120), key=f"suggestion_{number}"):
                chat.queued = Request(question)
                st.rerun()


def _draw_message(chat: Chat, message: Message) -> None:
    with st.chat_message("user"):
        st.text(message.question)
        if asked := asked_in_words(message):
            with st.container(key=f"asked_{message.id}"):
                st.text(asked)
    with st.chat_message("assistant"):
        waiting = st.empty()
        asking = message.asking
        if asking is not None and not _wait(asking, waiting):
            # It takes its time: the rest of the page stays usable meanwhile.
            follow(
                lambda: _draw_progress(message, asking),
                lambda: not asking.ended,
                _DRAFT_POLL_SECONDS if asking.is_written else _POLL_SECONDS,
            )
            return
        message.settle()
        waiting.empty()
        if message.answer is not None:
            _draw_answer(chat, message, message.answer)
        if message.failure:
            show_failure("The question could not be answered.", message.failure)
        if message.answer is None:
            _draw_unanswered(chat, message)


def _wait(asking: Asking, place: st.delta_generator.DeltaGenerator) -> bool:
    if asking.is_written:  # what is written is to be seen at once
        return asking.ended
    if asking.seconds < _PATIENCE_SECONDS:
        place.text(f"{asking.stage}…")
        asking.wait(_PATIENCE_SECONDS)
    if not asking.ended:
        place.empty()
    return asking.ended


def _draw_progress(message: Message, asking: Asking) -> None:
    if asking.is_written:
        draw_draft(f"draft_{message.id}", asking.draft)
    with st.container(horizontal=True, vertical_alignment="center", key=f"progress_{message.id}"):
        st.text(f"{asking.stage}…")
        if not message.stopped and st.button("Stop", key=f"stop_{message.id}"):
            conversation.stop(message)
            st.rerun()


def _draw_answer(chat: Chat, message: Message, answer: Answer) -> None:
    draw_answer(
        message,
        answer,
        chat.opened,
        chat.focus_back,
        lambda message_id, position: chat.open_source(message_id, position, "number"),
        lambda question: chat.queue(Request(question, alone=True, documents=message.documents)),
    )
    if answer.status == "abstained":
        _draw_ways_on(chat, message, answer)
    if answer.citations:
        _draw_sources(chat, message, answer)
    if answer.status != "unclear":
        draw_feedback(chat.conversation, message, answer)


def _draw_sources(chat: Chat, message: Message, answer: Answer) -> None:
    with st.container(horizontal=True, key=f"sources_{message.id}", gap="small"):
        for position, citation in enumerate(answer.citations):
            page = "" if citation.page is None else f", page {citation.page}"
            st.button(
                label(f"{citation.marker} {title_of(citation.document)}", 56) + page,
                key=button_key(message.id, position),
                type="tertiary",
                on_click=chat.open_source,
                args=(message.id, position, "button"),
            )


def _draw_ways_on(chat: Chat, message: Message, answer: Answer) -> None:
    """Draws what can be done about a refusal."""
    anyway = Request(answer.searched_for, alone=True, anyway=True, documents=message.documents)
    with st.container(horizontal=True, key=f"ways_{message.id}", gap="small"):
        if answer.confidence:  # else there is nothing to show
            st.button(
                "Show me anyway",
                key=f"anyway_{message.id}",
                on_click=chat.queue,
                args=(anyway,),
            )
        if st.button("Add documents", key=f"add_{message.id}"):
            st.switch_page("library.py")


def _draw_unanswered(chat: Chat, message: Message) -> None:
    if not message.failure:
        st.text("Stopped before there was an answer." if message.stopped else "There is no answer.")
    if st.button("Ask again", key=f"again_{message.id}"):
        chat.queued = Request(message.question)
        st.rerun()


def _announcement(chat: Chat) -> str:
    """Gives what a screen reader is to say of the last question."""
    if not chat.messages:
        return ""
    last = chat.messages[-1]
    if last.asking is not None:
        return f"{last.asking.stage}."
    if last.answer is None:
        return "Stopped." if last.stopped else "The question could not be answered."
    if last.answer.status == "answered":
        cited = last.answer.citations
        said = f"Answered, with {count(len(cited), 'citation')}." if cited else last.answer.text
        return f"{last.answer.notice} {said}" if last.answer.notice else said
    return (
        last.answer.text if last.answer.status == "unclear" else "The documents do not answer this."
    )
