"""A server on a loopback port that speaks the protocols of OpenAI and of Ollama, as told."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECE = 7  # bytes: lines, words and letters of two bytes are cut in the middle


@dataclass(frozen=True)
class Reply:
    """How the server answers one request to write.

    Attributes:
        cut: bytes after which the connection is cut; None for the whole reply.
        ends_early: whether the stream ends in good order, but without saying that it is done.
        waits: what must be set before the server goes on after the first words.
        raw: bytes to send in place of a stream.
    """

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    cut: int | None = None
    ends_early: bool = False
    waits: threading.Event | None = None
    raw: bytes | None = None


Script = Callable[[dict[str, Any]], Reply]


class Served:
    """What a test sees of the server: its address, and what it was asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.root = f"http://127.0.0.1:{server.server_address[1]}"
        self.address = f"{self.root}/v1"
        self.script: Script = lambda body: Reply("NO ANSWER")
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        self.listed_with: list[str] = []  # keys
        self.models: list[dict[str, Any]] = [{"id": "tiny", "max_model_len": 16_384}]
        self.shown: dict[str, Any] = {"model_info": {"llama.context_length": 131_072}}
        self.was_cut = threading.Event()

    def replies(self, *replies: Reply | str) -> None:
        """Says these one after the other, and the last one ever after."""
        left = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        self.script = lambda body: left.pop(0) if len(left) > 1 else left[0]

    def prompt(self, number: int = -1) -> str:
        """Gives all that the model was told in a request."""
        return "\n".join(message["content"] for message in self.asked[number]["messages"])


@contextmanager
def serve() -> Iterator[Served]:
    """Serves on a free port until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.served = Served(server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.served  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def served(self) -> Served:
        return self.server.served  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        self.served.paths.append(self.path)
        self.served.listed_with.append(self.headers.get("Authorization", ""))
        models = self.served.models
        self._send_json(200, {"object": "list", "data": models, "models": models})

    def do_POST(self) -> None:
        self.served.paths.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self._send_json(200, self.served.shown)
            return
        self.served.asked.append(body)
        self.served.keys.append(self.headers.get("Authorization", ""))
        reply = self.served.script(body)
        if reply.status != 200:
            told = {"error": {"message": f"refused {self.headers.get('Authorization')}"}}
            self._send_json(reply.status, told, reply.headers)
        elif self.path == "/api/chat":
            self._stream(reply, "application/x-ndjson", _ollama_lines(reply, body["model"]))
        else:
            self._stream(reply, "text/event-stream", _openai_events(reply, body))

    def _send_json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply, kind: str, lines: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        data = reply.raw if reply.raw is not None else b"".join(lines)
        if reply.cut is not None:
            data = data[: reply.cut]
        try:
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
                if reply.waits is not None and start > len(data) // 2:
                    self._wait(reply.waits)
            if reply.cut is None:
                self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.served.was_cut.set()
        if reply.cut is not None:
            self.close_connection = True

    def _wait(self, event: threading.Event) -> None:
        """Waits for a test to go on, or for the client to let go of the connection."""
        for _ in range(1_000):
            if event.wait(0.02) or self.served.was_cut.is_set():
                return
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.served.was_cut.set()

    def log_message(self, *_: Any) -> None:
        """Keeps quiet."""


def _words(text: str) -> list[str]:
    return [text[start : start + 9] for start in range(0, len(text), 9)]


def _openai_events(reply: Reply, body: dict[str, Any]) -> list[bytes]:
    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        data = {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }  # fmt: skip
        return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

    events = [event({"role": "assistant", "content": ""})]
    events += [event({"content": word}) for word in _words(reply.text)]
    if reply.ends_early:
        return events
    events.append(event({}, reply.finish))
    if body.get("stream_options", {}).get("include_usage"):
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        data = {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
            "choices": [], "usage": usage,
        }  # fmt: skip
        events.append(f"data: {json.dumps(data)}\n\n".encode())
    return [*events, b"data: [DONE]\n\n"]


def _ollama_lines(reply: Reply, model: str) -> list[bytes]:
    def line(content: str, **more: Any) -> bytes:
        data = {
            "model": model, "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": content}, "done": False, **more,
        }  # fmt: skip
        return (json.dumps(data, ensure_ascii=False) + "\n").encode()

    lines = [line(word) for word in _words(reply.text)]
    if reply.ends_early:
        return lines
    counts = {"prompt_eval_count": 100, "eval_count": 20}
    return [*lines, line("", done=True, done_reason=reply.finish, **counts)]
