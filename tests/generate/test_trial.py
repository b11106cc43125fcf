"""What a person may type of a model, and what is found out of it over real HTTP."""

from __future__ import annotations

import pytest

from rag.errors import SettingError
from rag.generate import READER, Choice, check_choice, open_model
from rag.settings import Settings
from rag.trial import Finding, try_model
from tests.generate.conftest import Shelf
from tests.generate.served import Reply, Served

TRUE = "On Saturdays it opens at eleven and closes at four."


def found(choice: Choice, settings: Settings | None = None) -> dict[str, Finding]:
    return {f.subject: f for f in try_model(choice, settings or Settings(model_seconds=10))}


def test_a_good_model(served: Served) -> None:
    served.replies(TRUE)
    findings = found(Choice("openai:tiny", served.address))
    assert list(findings) == ["Package", "Models", "Context", "First words", "Grounded answer"]
    assert all(finding.is_good for finding in findings.values()), findings
    assert findings["Models"].models == ("tiny",)
    assert "16,384 tokens (as its server tells); 10 of 10 passages" in findings["Context"].text
    assert "100 tokens read, 20 written" in findings["First words"].text
    assert TRUE in findings["Grounded answer"].text


def test_ollama(served: Served) -> None:
    served.replies(TRUE)
    served.models = [{"name": "qwen3:latest"}, {"name": "<b>no name</b>"}]
    findings = found(Choice("ollama:qwen3", served.root))
    assert all(finding.is_good for finding in findings.values()), findings
    assert findings["Models"].models == ("qwen3:latest",)
    assert "num_ctx" in findings["Context"].text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("It opens at nine on Mars, beside the elephants.", "does not bear that out"),
        ("It is closed on Sundays.", "does not answer it"),
        (f"{TRUE} Elephants painted seventeen harbours.", "1 of 2 sentences"),
    ],
)
def test_a_model_that_invents(served: Served, said: str, told: str) -> None:
    served.replies(said)
    finding = found(Choice("openai:tiny", served.address))["Grounded answer"]
    assert (finding.is_good, told in finding.text) == (False, True), finding


def test_each_error_is_one_sentence(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    served.replies(Reply(status=401))
    served.models = []
    findings = found(Choice("openai:huge", served.address))
    assert findings["Models"].text == "Its server has none. huge is not among them."
    assert findings["First words"].text == "openai:huge refused the key: check OPENAI_API_KEY."
    assert "assumed" in findings["Context"].text
    assert "secret" not in str(findings)


def test_no_server() -> None:
    findings = found(Choice("openai:tiny", "http://127.0.0.1:9/v1"))
    assert "could not be reached at http://127.0.0.1:9/v1" in findings["Models"].text
    assert "could not be reached" in findings["First words"].text


def test_a_missing_package_is_named_with_its_command() -> None:
    (finding,) = found(Choice("upstage:solar")).values()
    assert "pip install langchain-upstage" in finding.text


def test_a_small_context_is_told(served: Served) -> None:
    served.models = [{"id": "tiny", "max_model_len": 2_048}]
    finding = found(Choice("openai:tiny", served.address))["Context"]
    assert (finding.is_good, "of 10 passages have room" in finding.text) == (False, True)


def test_what_visitors_type_carries_no_key(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("OLLAMA_API_KEY", "also-secret")
    served.replies(TRUE)
    for name, address in (("openai:tiny", served.address), ("ollama:tiny", served.root)):
        found(check_choice(name, address, is_keyless=True))
    assert len(served.keys) == 2
    assert not any("secret" in key for key in (*served.keys, *served.listed_with))
    with pytest.raises(SettingError, match="without a key"):
        open_model(check_choice("anthropic:x", served.root, is_keyless=True), Settings())


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://127.0.0.1/v1", "127.0.0.1:8000", "http://", "http://[::1",
        "http://me:secret@127.0.0.1/v1", "http://127.0.0.1/v1?key=secret", "http://a b/v1",
        "http://169.254.169.254/latest", "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/", "http://exämple.org/v1", "http://127.0.0.1:99999/v1",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_typed(address: str) -> None:
    with pytest.raises(SettingError, match="address of the server") as refused:
        check_choice("openai:tiny", address, is_keyless=False)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["tiny", "openai:", ":x", "openai:a b", "openai:<b>", "x" * 300])
def test_a_name_that_cannot_be_typed(name: str) -> None:
    with pytest.raises(SettingError, match="no model's name"):
        check_choice(name, "", is_keyless=False)


def test_what_can_be_typed() -> None:
    assert check_choice(" reader ", "http://ignored", is_keyless=False) == READER
    typed = check_choice("ollama:qwen3:8b", " http://127.0.0.1:11434 ", is_keyless=True)
    assert typed == Choice("ollama:qwen3:8b", "http://127.0.0.1:11434", is_keyless=True)
    assert not check_choice("openai:gpt-5", "", is_keyless=True).is_keyless


def test_a_choice_answers_at_its_own_address(shelf: Shelf, served: Served) -> None:
    served.replies("The Central Bank wants an almost complete ban on cryptocurrency.")
    assistant = shelf.assistant(model="", model_context=0)
    answer = assistant.ask(
        "What does the Central Bank want?", model=Choice("openai:other", served.address)
    )
    assert (answer.model, served.asked[0]["model"]) == ("openai:other", "other")


def test_a_price_makes_a_cost_of_the_model_that_is_set(shelf: Shelf, served: Served) -> None:
    served.replies("The Central Bank wants an almost complete ban on cryptocurrency.")
    assistant = shelf.assistant(model_price=(10.0, 100.0))
    asked = "What does the Central Bank want?"
    assert assistant.ask(asked).steps[-1].cost == pytest.approx(0.003)
    other = assistant.ask(asked, model=Choice("openai:other", served.address))
    assert other.steps[-1].cost is None
