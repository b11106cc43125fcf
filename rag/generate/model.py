"""A language model by its name: opened through LangChain, asked to write, let go of at any time."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from rag.errors import ModelFailed, SettingError
from rag.generate.choice import BUILT_IN, Choice
from rag.generate.context import Context, find_context
from rag.generate.failures import explain
from rag.generate.loop import stream_loop
from rag.generate.servers import list_models
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.messages.ai import UsageMetadata

GLANCE_S = 0.05  # how often a silent stream looks whether it is to stop
GRACE_S = 5  # longer than we wait, so that it is always us who tell that time is up
FINISHES = ("finish_reason", "done_reason", "stop_reason")
CUT_SHORT = ("length", "max_tokens", "MAX_TOKENS")
BYTES_PER_TOKEN = 3  # fewer than any usual tokenizer takes of English, so that nothing is cut
NO_KEY = "none"  # a server of one's own needs none, and the OpenAI client insists on one
KEYS = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "ollama": "OLLAMA_API_KEY",  # of Ollama's cloud; a server of one's own needs none
}
KEYLESS = ("openai", "ollama")  # whose packages can be told to send none

OnText = Callable[[str], None]
"""Is given the whole draft so far each time more of it arrives; it begins anew where a try failed.
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What is said to a model: ``system`` for our own words, ``user`` for question and passages."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote.

    Attributes:
        is_whole: False where it was stopped or ran out of tokens.
        input_tokens, output_tokens: as its provider counted; None where it did not.
        tokens: both together, estimated where they were not counted.
        cost: in US dollars; None where tokens or their price are not known.
    """

    text: str
    is_whole: bool
    input_tokens: int | None
    output_tokens: int | None
    tokens: int
    cost: float | None


def estimate_tokens(text: str) -> int:
    """Gives at least as many tokens as a text takes."""
    return len(text.encode()) // BYTES_PER_TOKEN + 1


class LanguageModel:
    """A model of any provider that LangChain knows."""

    def __init__(self, choice: Choice, settings: Settings) -> None:
        """Imports the provider's package; reaches no server yet.

        Raises:
            SettingError: there is no such provider, its package is not installed, or it has no key.
        """
        self.name = choice.name
        self.provider, _, self.model = self.name.partition(":")
        self._settings = settings
        self._address = choice.address
        self._is_keyless = choice.is_keyless
        is_set = choice.name == settings.model and choice.address == settings.model_address
        # What is set of the context and the price is said of the model that is set.
        self._context = settings.model_context if is_set else 0
        self._price = settings.model_price if is_set else None
        if self._is_keyless and self.provider not in KEYLESS:
            raise SettingError(
                f"{self.name} cannot be asked at an address of your own without a key: choose "
                "openai:… or ollama:…."
            )
        self._opened = self._open({})

    @property
    def key(self) -> str:
        """The key that goes with a request; empty for none."""
        return "" if self._is_keyless else os.environ.get(self.key_variable, "")

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key; empty where none is known."""
        return KEYS.get(self.provider, "")

    @cached_property
    def context(self) -> Context:
        """The tokens that it reads at once; asks its server the first time."""
        known = self._opened.profile or {}
        return find_context(
            self.provider,
            self.model,
            self._address,
            self.key,
            self._context,
            known.get("max_input_tokens"),
        )

    def list_models(self) -> list[str]:
        """Gives the names of the models that its server has.

        Raises:
            ModelFailed: they cannot be had, and why.
        """
        try:
            return list_models(self.provider, self._address, self.key)
        except ModelFailed:
            raise
        except Exception as error:
            raise self._explain(error) from error

    def write(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText,
        stop: threading.Event,
        seconds: float,
        most_tokens: int,
    ) -> Written:
        """Writes once.

        Args:
            stop: once it is set the stream is let go of, and what came so far is given back.
            seconds: after which it has failed.
            most_tokens: after which it is let go of, those that it read included.

        Raises:
            ModelFailed: nothing whole came, and why.
        """
        deadline = monotonic() + seconds
        self._check_time(deadline)
        said = sum(estimate_tokens(message.text) for message in messages)
        pieces: queue.SimpleQueue[AIMessageChunk | BaseException | None] = queue.SimpleQueue()
        chat = self._open_stream()
        running = asyncio.run_coroutine_threadsafe(_pump(chat, messages, pieces), stream_loop())
        whole: AIMessageChunk | None = None
        text = ""
        is_released = False
        try:
            while not is_released:
                if stop.is_set() or said + estimate_tokens(text) > most_tokens:
                    is_released = True
                    break
                self._check_time(deadline)
                try:
                    piece = pieces.get(timeout=GLANCE_S)
                except queue.Empty:
                    continue
                if piece is None:
                    break
                if isinstance(piece, BaseException):
                    raise self._explain(piece) from piece
                whole = piece if whole is None else whole + piece
                if piece.text:
                    text += str(piece.text)
                    on_text(text)
        finally:
            running.cancel()
            _hang_up(chat)
        return self._finish(text, whole, said, is_released)

    def _check_time(self, deadline: float) -> None:
        if monotonic() >= deadline:
            raise ModelFailed(
                f"{self.name} was not done after {self._settings.model_seconds} s "
                "(RAG_MODEL_SECONDS)"
            )

    def _finish(
        self, text: str, whole: AIMessageChunk | None, said: int, is_released: bool
    ) -> Written:
        facts = whole.response_metadata if whole is not None else {}
        finish = next((str(facts[name]) for name in FINISHES if facts.get(name)), "")
        if not is_released and not finish and not facts.get("done"):
            raise ModelFailed(f"{self.name} broke off in the middle", may_pass=True)
        if not is_released and not text.strip():
            raise ModelFailed(f"{self.name} wrote nothing", may_pass=True)
        counted = whole.usage_metadata if whole is not None else None
        return Written(
            text=text,
            is_whole=not is_released and finish not in CUT_SHORT,
            input_tokens=counted["input_tokens"] if counted else None,
            output_tokens=counted["output_tokens"] if counted else None,
            tokens=counted["total_tokens"] if counted else said + estimate_tokens(text),
            cost=self._find_cost(counted),
        )

    def _find_cost(self, counted: UsageMetadata | None) -> float | None:
        if counted is None or self._price is None:
            return None
        read, written = self._price
        return (counted["input_tokens"] * read + counted["output_tokens"] * written) / 1e6

    def _open_stream(self) -> BaseChatModel:
        """Opens the model anew: a stream has a connection of its own, so that it can be closed."""
        if self.provider == "ollama":
            return self._open({"num_ctx": self.context.tokens})
        return self._open({})

    def _open(self, more: dict[str, Any]) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        unknown = (
            f"There is no model {self.name!r}: name it with its provider, for instance "
            f"ollama:qwen3, or name {BUILT_IN!r} for the built-in reader."
        )
        if not self.provider or not self.model:
            raise SettingError(unknown)
        try:
            chat: BaseChatModel = init_chat_model(
                self.model, model_provider=self.provider, **self._parameters(), **more
            )
        except ImportError as error:
            package = (getattr(error.__cause__, "name", "") or "").replace("_", "-")
            raise SettingError(
                f"{self.name} needs the package {package}: run "
                f"`.venv/bin/python -m pip install {package}` and ask again."
            ) from error
        except Exception as error:
            if "unsupported provider" in str(error).lower():
                raise SettingError(unknown) from error
            variable = KEYS.get(self.provider, "the environment variable of its provider's key")
            raise SettingError(
                f"{self.name} could not be opened ({type(error).__name__}): set {variable}, and "
                "check RAG_MODEL and RAG_MODEL_ADDRESS."
            ) from error
        return chat

    def _parameters(self) -> dict[str, Any]:
        """Gives what each provider is told.

        One try at a time, as the tries are counted here; and no connection is kept for later, so
        that none is left open or stale.
        """
        import httpx

        limits = httpx.Limits(max_keepalive_connections=0)
        address = {"base_url": self._address} if self._address else {}
        seconds = self._settings.model_seconds + GRACE_S
        if self.provider == "openai":
            own_server = {"api_key": NO_KEY} if self._address and not self.key else {}
            return {
                **address,
                **own_server,
                "max_retries": 0,
                "timeout": seconds,
                "stream_usage": True,
                "http_async_client": httpx.AsyncClient(limits=limits, timeout=seconds),
            }
        if self.provider == "anthropic":
            return {**address, "max_retries": 0, "timeout": seconds}
        if self.provider == "ollama":
            return {
                **address,
                "temperature": 0,
                "client_kwargs": {
                    "timeout": seconds,
                    "limits": limits,
                    "follow_redirects": False,
                    # Without it Ollama's package sends OLLAMA_API_KEY.
                    **({"headers": {"Authorization": NO_KEY}} if self._is_keyless else {}),
                },
            }
        return address

    def _explain(self, error: BaseException) -> ModelFailed:
        return explain(error, self.name, self._address, self.key_variable)


def open_model(choice: Choice, settings: Settings) -> LanguageModel:
    """Opens a model; reaches no server yet.

    Raises:
        SettingError: there is no such provider, its package is not installed, or it has no key.
    """
    return LanguageModel(choice, settings)


def _hang_up(chat: BaseChatModel) -> None:
    """Closes the connection of a stream that was let go of.

    OpenAI's package reads a stream to its end even when it is cancelled, which may take minutes.
    """
    client = getattr(chat, "http_async_client", None)
    if client is not None:
        asyncio.run_coroutine_threadsafe(client.aclose(), stream_loop())


async def _pump(
    chat: BaseChatModel, messages: Sequence[Message], pieces: queue.SimpleQueue[Any]
) -> None:
    """Puts each piece of a stream into a queue, and at the end None or what went wrong."""
    from langsmith import tracing_context

    pairs = [(message.role, message.text) for message in messages]
    try:
        with tracing_context(enabled=False):  # passages go to the model that was chosen, only
            async with aclosing(cast(AsyncGenerator[Any], chat.astream(pairs))) as stream:
                async for piece in stream:
                    pieces.put(piece)
    except Exception as error:  # noqa: BLE001 (every provider has errors of its own)
        pieces.put(error)
    else:
        pieces.put(None)
