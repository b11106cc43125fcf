"""The page on which a chat is checked claim by claim; ``?c=<id>`` names the chat."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from rag.history import Review
from rag.records import Citation, Document
from rag.review import Claim, Standing, find_standing, list_claims
from ui import conversation, services
from ui.citations import facts, quote_parts
from ui.claims import Item, Key, Quote, draw_claims, item_key
from ui.document import place_address
from ui.downloads import review_address
from ui.failures import told
from ui.saving import draw_saving
from ui.words import clean, label, title_of, verdict_in_words

QUOTE_CHARACTERS = 1_200
NEAREST = 420  # characters of a passage under a refusal
CHATS_LISTED = 25
_REFUSED = "not answered"
_STANDINGS: Mapping[Standing, str] = {
    "stands": "stands there, word for word",
    "moved": "the document says something else there now",
    "gone": "the document is not in the library",
    "erased": "the quote has been erased",
}
_FORMS = {"table (CSV)": "csv", "report (Markdown)": "md", "questions for evaluate": "jsonl"}


def draw() -> None:
    """Draws the page."""
    with told("The answers could not be shown."), st.container(key="page"):
        st.title("Check answers", anchor=False)
        chat_id = _chosen_chat()
        chat = services.history().conversation(chat_id) if chat_id else None
        if chat is None:
            _draw_choice(is_gone=bool(chat_id))
            return
        with st.container(horizontal=True, vertical_alignment="center", key="checked"):
            if st.button(label(chat.title), key="open_checked", type="tertiary"):
                conversation.choose(chat_id)
                st.switch_page("chat.py", query_params={conversation.PARAMETER: chat_id})
        _draw_check(chat_id)


def _chosen_chat() -> str:
    """Gives the chat that the address names; else the one of this tab, which it then names."""
    chosen = st.query_params.get(conversation.PARAMETER, "")
    if not chosen and (chosen := conversation.opened()):
        st.query_params[conversation.PARAMETER] = chosen
    return chosen


def _draw_choice(*, is_gone: bool) -> None:
    if is_gone:
        st.text("The chat of this address is not kept here any more.")
    chats = conversation.kept_chats(CHATS_LISTED)
    st.text("Choose the chat to check:" if chats else "There is no chat to check yet.")
    with st.container(key="to_check", gap=None):
        for chat_id, title in chats:
            if st.button(label(title), key=f"check_{chat_id}", type="tertiary"):
                st.query_params[conversation.PARAMETER] = chat_id
                st.rerun()


@st.fragment
def _draw_check(chat_id: str) -> None:
    history = services.history()
    claims = list_claims(history.messages(chat_id))
    if not claims:
        st.text("There is no answer in this chat yet.")
        return
    found: dict[Key, Review] = {
        (claim.message.id, claim.place): claim.review for claim in claims if claim.review
    }
    keys = {(claim.message.id, claim.place) for claim in claims}

    def keep(claim: Key, review: Review) -> None:
        if claim in keys:  # a browser may tell what it likes
            history.keep_review(*claim, review)

    st.text("Is each sentence borne out by its quotes? What you find is kept with the chat.")
    links = {words: review_address(chat_id, form) for words, form in _FORMS.items()}
    draw_saving("save_check", "Save as", links)
    draw_claims(f"claims_{chat_id}", _describe(claims), found, keep)


def _describe(claims: list[Claim]) -> list[Item]:
    items, last = [], None
    for claim in claims:
        first = claim.message is not last
        last = claim.message
        searched = claim.message.answer.searched_for if claim.message.answer else ""
        is_as_asked = clean(searched).casefold() == clean(claim.message.question).casefold()
        items.append(
            Item(
                item_key((claim.message.id, claim.place)),
                clean(claim.message.question) if first else "",
                "" if is_as_asked else f"Searched for: {clean(searched)}",
                clean(claim.text),
                verdict_in_words(claim.verdict) if claim.verdict else _REFUSED,
                [
                    _describe_quote(citation, QUOTE_CHARACTERS if claim.verdict else NEAREST)
                    for citation in claim.citations
                ],
            )
        )
    return items


def _describe_quote(citation: Citation, longest: int) -> Quote:
    library = services.core().library
    known = library.find(citation.document.id)
    standing = _standing(citation, known[0]) if known else find_standing(citation, library)
    return Quote(
        title_of(citation.document),
        facts(citation),
        quote_parts(citation, longest),
        _STANDINGS[standing],
        standing == "stands",
        place_address(citation) if standing == "stands" else "",
    )


@lru_cache(maxsize=4_096)
def _standing(citation: Citation, _document: Document) -> Standing:
    """Looks a quote up once for each state of its document, whose text never changes."""
    return find_standing(citation, services.core().library)
