from __future__ import annotations

import pytest

from rag.gate import to_sentences


@pytest.mark.parametrize(
    "written",
    [
        "The bank wants a ban [1].",
        "The bank wants a ban. [1][2]",
        "The bank wants a ban [1, 3-5] .",
        "The bank wants a ban (source 2).",
        "The bank wants a ban (see passage 3).",
        "The bank wants a ban【4†a】.",
        "The bank wants a ban[^2].",
        "The bank wants a ban¹.",
        "**The bank** wants a *ban*.",
        "- The bank wants a `ban`.",
        "## The bank wants a ban.",
        "> The bank wants a [ban](https://example.org/x?q=1).",
        "![pixel](https://example.org/leak) The bank wants a ban.",
        "<b>The bank</b> wants a ban.<!-- hidden -->",
        "<think>Let me see. It may be.</think>The bank wants a ban.",
        "The bank wants a ban. []()",
        "```\nThe bank wants a ban.\n```",
        "The bank wants a ban.\n\n[1]: https://example.org",
    ],
)
def test_marks_are_dropped_without_holes(written: str) -> None:
    assert to_sentences(written) == ["The bank wants a ban."]


def test_what_is_no_marker_stays() -> None:
    text = "It rose (by 3%) in [the] year 2020."
    assert to_sentences(text) == [text]


def test_a_list_is_several_sentences() -> None:
    assert to_sentences("1. One thing is so.\n2. Another thing is not.") == [
        "One thing is so.",
        "Another thing is not.",
    ]


@pytest.mark.parametrize("text", ["", " \n", "[1]", "***", "<think>never ends"])
def test_nothing_is_no_sentence(text: str) -> None:
    assert to_sentences(text) == []
