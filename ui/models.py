"""The settings page: which language model writes the answers of this browser, tried before use."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import streamlit as st

from rag.generate import KEYS, READER, Choice
from rag.trial import Finding, try_model
from ui import choice, services
from ui.failures import sentence_for, show_failure, told
from ui.polling import follow
from ui.sheet import Facts, Heading, draw_sheet

_POLL_SECONDS = 0.3
_NAME, _ADDRESS, _LISTED, _TRIAL = "model_name", "model_address", "model_listed", "model_trial"


class Trial:
    """A model being tried in a thread; ``findings`` grows."""

    def __init__(self, tried: Choice, findings: Iterator[Finding], stop: threading.Event) -> None:
        self.tried, self.findings, self.failure = tried, list[Finding](), ""
        self._coming, self._stop, self._ended = findings, stop, threading.Event()
        threading.Thread(target=self._run, name="footnote-trial", daemon=True).start()

    @property
    def ended(self) -> bool:
        """True once nothing more is found."""
        return self._ended.is_set()

    def stop(self) -> None:
        """Ends it."""
        self._stop.set()

    @property
    def models(self) -> tuple[str, ...]:
        """Gives the models of the server that was tried, named with their provider."""
        provider = self.tried.name.partition(":")[0]
        return tuple(f"{provider}:{name}" for found in self.findings for name in found.models)

    def _run(self) -> None:
        try:
            for finding in self._coming:
                self.findings.append(finding)
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self.failure = sentence_for(error)
        finally:
            self._ended.set()


def draw() -> None:
    """Draws the page."""
    with st.container(key="page"), told("The settings could not be shown."):
        st.title("Settings", anchor=False)
        st.header("Written answers", anchor=False)
        st.text(
            "The built-in reader quotes your documents. A language model writes instead, and every "
            "sentence that it writes is held to the documents. The passages that it reads go to "
            "its server, and nowhere else."
        )
        st.text(f"What answers in this browser: {choice.in_words(choice.current())}.")
        if choice.may_name():
            _draw_form()
            _draw_trial()
            draw_sheet("keys", "Keys", [Facts([(name, [where]) for name, where in _keys()])])
        else:
            st.text(
                "Which models can be chosen above the chat's input is for whoever runs this "
                "server to say: by RAG_MODEL and RAG_MODEL_ADDRESS, or RAG_MODEL_CHOICE=on to let "
                "every visitor name a model and the address of its server."
            )


def _draw_form() -> None:
    now = choice.current() if choice.current() != READER else choice.from_settings()
    is_model = now != READER
    st.session_state.setdefault(_NAME, now.name if is_model else "")
    st.session_state.setdefault(_ADDRESS, choice.shown_address(now))
    with st.form("model_form"):
        st.text_input("Model", key=_NAME, placeholder="ollama:qwen3", max_chars=250)
        st.text_input(
            "Address of its server",
            key=_ADDRESS,
            placeholder="Empty for its provider's own, or http://127.0.0.1:8000/v1",
            max_chars=500,
        )
        with st.container(horizontal=True):
            tried = st.form_submit_button("Test", key="model_test")
            used = st.form_submit_button("Use for my questions", key="model_use", type="primary")
    if tried or used:
        with told("This model cannot be chosen."):
            named = choice.name_model(st.session_state[_NAME], st.session_state[_ADDRESS])
            _use(named) if used else _try(named)


def _use(named: Choice) -> None:
    services.core().check_model(named)
    choice.use(named)
    st.rerun()


def _try(named: Choice) -> None:
    if isinstance(running := st.session_state.get(_TRIAL), Trial):
        running.stop()
    stop = threading.Event()
    st.session_state[_TRIAL] = Trial(named, try_model(named, services.settings(), stop), stop)


def _draw_trial() -> None:
    trial = st.session_state.get(_TRIAL)
    if not isinstance(trial, Trial):
        return
    follow(lambda: _draw_findings(trial), lambda: not trial.ended, _POLL_SECONDS)
    if trial.ended and trial.models:
        st.selectbox(
            "Models on this server",
            trial.models,
            index=None,
            key=_LISTED,
            placeholder="Choose one",
            on_change=_take_listed,
        )


def _take_listed() -> None:
    if listed := st.session_state.get(_LISTED):
        st.session_state[_NAME] = listed


def _draw_findings(trial: Trial) -> None:
    with st.container(key="findings"):
        found = [(f.subject, [f"{'✓' if f.is_good else '✗'} {f.text}"]) for f in trial.findings]
        title = f"Test of {trial.tried.name}"
        draw_sheet("trial", title, [Heading(title, 2), Facts(found)])
        if trial.failure:
            show_failure("The test could not be ended.", trial.failure)
        elif not trial.ended:
            st.text("Testing…")


def _keys() -> Iterator[tuple[str, str]]:
    """Gives each variable that may hold a key, and in words whether it does; never the key."""
    is_shared = not choice.is_here()
    for variable in KEYS.values():
        if st.secrets.load_if_toml_exists() and variable in st.secrets:
            where = "is there, from Streamlit's secrets"
        elif os.environ.get(variable):
            where = "is there, from the environment"
        else:
            yield (
                variable,
                "is not there. Set it in the environment or Streamlit's secrets.toml.",
            )
            continue
        only = "; it is sent to no address that is typed here" if is_shared else ""
        yield variable, f"{where}{only}."
