from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.summarise import summarise
from tests.fakes import HashingEmbedder
from tests.passages import make_passage

DIGITAL = (
    "# The digital ruble\n\nThis paper follows the digital ruble from its concept to its launch in "
    "many Russian shops. The digital ruble is a third form of the Russian currency. It pays no "
    "interest. Is it popular? Citizens pay nothing for the digital ruble. However, banks worry "
    "about the digital ruble.\n\n| Date | Step |\n| --- | --- |\n| 2020 | The concept was "
    "published. |\n"
)
MINING = (
    "Mining uses a great deal of electricity in cold regions. Most miners live near power "
    "stations that sell cheap electricity. They pay little for it.\n"
)


def summarise_texts(*texts: str, topic: str = "", titles: tuple[str, ...] = ()) -> list[str]:
    embedder = HashingEmbedder()
    passages = [
        make_passage(text, 0, f"d{n}", n, titles[n] if titles else "T")
        for n, text in enumerate(texts)
    ]
    vectors = dict(enumerate(embedder.embed_passages(list(texts))))
    spans = summarise(passages, vectors, topic)
    return [texts[span.passage][span.start : span.end] for span in spans]


def test_only_sentences_that_stand_alone() -> None:
    chosen = summarise_texts(DIGITAL, titles=("The digital ruble",))
    assert chosen[0].startswith("This paper follows the digital ruble")
    assert "The digital ruble is a third form of the Russian currency." in chosen
    for other in ("It pays", "Is it", "However", "Date", "# "):
        assert not any(sentence.startswith(other) for sentence in chosen)


def test_one_sentence_from_each_of_many_documents() -> None:
    texts = [
        MINING.replace("Mining", name).replace("electricity", f"{name} power")
        for name in ("Bitcoin", "Ether", "Tether", "Litecoin", "Monero", "Dash")
    ]
    chosen = summarise_texts(*texts)
    assert len(chosen) == 5
    assert len({texts.index(t) for t in texts for c in chosen if c in t}) == 5


def test_a_topic_is_kept_to() -> None:
    chosen = summarise_texts(DIGITAL, MINING, topic="electricity")
    assert chosen
    assert all("electricity" in sentence for sentence in chosen)


def test_nothing_comes_of_nothing() -> None:
    assert summarise([], {}) == []
    assert summarise_texts("# Heading\n\nWhy?\n") == []


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "The bank proposed a ban on most coins.",
                    "This report sets out what the bank wants and why it wants it so much.",
                    "They disagreed.",
                    "Mining needs cheap power and cold air.",
                    "Why?",
                    "- an item of a list that is long enough;",
                    "\n\n",
                ]
            ),
            max_size=8,
        ).map(" ".join),
        max_size=6,
    )
)
def test_no_sentence_twice_and_at_most_five(texts: list[str]) -> None:
    chosen = summarise_texts(*texts)
    assert len(chosen) <= 5
    passages = [make_passage(text, 0, f"d{n}", n) for n, text in enumerate(texts)]
    spans = summarise(passages, {0: np.ones(4, dtype=np.float32)} if texts else {})
    assert len({(s.passage, s.start) for s in spans}) == len(spans) <= 5
    assert all(0 <= span.score <= 1 for span in spans)
