from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.chunks import cut_chunks
from rag.errors import LibraryError, SettingError, UnreadableDocument
from rag.isolate import ParserProcess, wire
from rag.parse import parse_bytes
from rag.records import Block, Chunk, Page, ParsedDocument
from rag.settings import read_settings
from tests import faulty

ROOT = Path(__file__).parents[1]
TEXT = b"# Title\n\nSome words.\n\n* one\n* two\n"


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    parser = ParserProcess(60, faulty.PROGRAM)
    yield parser
    parser.close()


@pytest.fixture
def hasty() -> Iterator[ParserProcess]:
    """One that gives a file a second, and has started already."""
    parser = ParserProcess(60, faulty.PROGRAM)
    parser.read(TEXT, "a.md", 200)
    parser._seconds = 1
    yield parser
    parser.close()


def pid_of(parser: ParserProcess) -> int:
    assert parser._process is not None
    return parser._process.pid


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child that ended stays a zombie until somebody asks for it.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def ends_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", TEXT),
        ("a.txt", "Ünïcödé — русский 🎈 text.\n\nMore.".encode()),
        ("a.html", b"<html><title>T</title><body><h1>H</h1><p>Words.</p></body></html>"),
        ("a.txt", b"words " * 2_000_000),
    ],
)
def test_reads_what_the_parsers_read(parser: ParserProcess, name: str, data: bytes) -> None:
    parsed = parse_bytes(data, name)
    assert parser.read(data, name, 200) == (parsed, cut_chunks(parsed.text, parsed.blocks, 200))


def test_one_process_reads_many_files(parser: ParserProcess) -> None:
    parser.start()
    first = pid_of(parser)
    for name in ("a.md", "fault.txt", "surrogate.txt", "b.md"):
        try:
            parser.read(TEXT, name, 200)
        except UnreadableDocument:
            continue
    with pytest.raises(UnreadableDocument, match="is empty"):
        parser.read(b"", "empty.txt", 200)
    assert pid_of(parser) == first
    parser.close()
    assert not is_running(first)
    assert parser.read(TEXT, "a.md", 200)


def test_the_memory_of_a_large_file_comes_back(parser: ParserProcess) -> None:
    parser.read(b"words " * 2_000_000, "a.txt", 1_000)
    assert parser._process is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fault.txt", r"could not be read \(IndexError\); save it anew"),
        ("crash.txt", r"made its parser crash; open it"),
        ("memory.txt", r"takes more than 1,024 MB of memory to read; split it"),
        ("endless.txt", r"holds more than one document may \(128 MB of text.*split it"),
        ("lie.txt", r"confused its parser \(ranges overlap.*save it anew"),
        ("surrogate.txt", r"holds characters that are no Unicode; save it as UTF-8"),
    ],
)
def test_a_fault_refuses_one_file_with_a_sentence(
    parser: ParserProcess, name: str, reason: str
) -> None:
    if name == "memory.txt":
        pytest.importorskip("resource")
    with pytest.raises(UnreadableDocument, match=f'^"{name}" {reason}.*\\.$'):
        parser.read(TEXT, name, 200)
    assert parser.read(TEXT, "a.md", 200)[0].title == "Title"


@pytest.mark.parametrize("name", ["loop.txt", "stuck.txt"])
def test_a_file_that_takes_too_long_is_given_up(hasty: ParserProcess, name: str) -> None:
    before = pid_of(hasty)
    started = time.monotonic()
    with pytest.raises(
        UnreadableDocument, match=r"longer than the 1 s that a file may.*RAG_PARSE_SECONDS"
    ):
        hasty.read(TEXT, name, 200)
    assert time.monotonic() - started < 10
    assert not is_running(before)


def test_the_time_is_a_setting() -> None:
    assert read_settings({"RAG_PARSE_SECONDS": "7"}).parse_seconds == 7
    for value in ("0", "3601", "soon"):
        with pytest.raises(SettingError, match="RAG_PARSE_SECONDS is"):
            read_settings({"RAG_PARSE_SECONDS": value})


def test_what_a_parser_prints_is_not_taken_for_an_answer(
    parser: ParserProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    assert parser.read(TEXT, "noise.md", 200)[0].title == "Title"
    assert "more noise" in capfd.readouterr().err


def test_a_process_that_was_ended_between_two_files_is_replaced(parser: ParserProcess) -> None:
    parser.read(TEXT, "a.md", 200)
    os.kill(pid_of(parser), signal.SIGKILL)
    assert parser._process is not None
    parser._process.wait(5)  # its threads may outlive its main one by a moment
    assert parser.read(TEXT, "a.md", 200)


def test_one_that_does_not_start_is_told_of_as_that(capfd: pytest.CaptureFixture[str]) -> None:
    parser = ParserProcess(60, "raise SystemExit('broken')")
    with pytest.raises(LibraryError, match="does not start: set Footnote up"):
        parser.read(TEXT, "a.md", 200)
    assert "broken" in capfd.readouterr().err


def test_a_system_without_limits_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    program = "import sys; sys.modules['resource'] = None\n" + faulty.PROGRAM
    parser = ParserProcess(60, program)
    with caplog.at_level(logging.WARNING):
        parser.read(TEXT, "a.md", 200)
        parser.close()
        parser.read(TEXT, "a.md", 200)
    parser.close()
    assert len([r for r in caplog.records if "does not limit the memory" in r.message]) == 1


def test_many_threads_share_one_process(parser: ParserProcess) -> None:
    read: list[str | None] = []

    def work() -> None:
        read.extend(parser.read(TEXT, "a.md", 200)[0].title for _ in range(20))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert read == ["Title"] * 80


def test_the_process_that_reads_knows_neither_model_nor_index() -> None:
    code = "import sys, rag.isolate.worker; print(sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("torch", "faiss", "numpy", "streamlit", "rag.store", "rag.library"):
        assert f"'{heavy}'" not in loaded


# With the process that asks.

ASK = """
import sys
from rag.isolate import ParserProcess
parser = ParserProcess(int(sys.argv[2]), sys.argv[3])
parser.read(b"words", "a.txt", 200)
print(parser._process.pid, flush=True)
try:
    parser.read(b"words", sys.argv[1], 200)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    assert parser.read(b"words", "b.txt", 200)[0].text == "words"
    print(parser._process.pid, flush=True)
sys.stdin.readline()
"""


def start_asking(
    name: str, seconds: int = 60, program: str = faulty.PROGRAM
) -> tuple[subprocess.Popen[str], int]:
    """Gives a process that has a file of this name read, and the pid of the one that reads."""
    child = subprocess.Popen(
        [sys.executable, "-c", ASK, name, str(seconds), program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    return child, int(child.stdout.readline())


@pytest.mark.parametrize("name", ["idle.txt", "loop.txt"])
def test_it_ends_with_the_process_that_asks(name: str) -> None:
    child, worker = start_asking(name)
    with child:
        time.sleep(0.2)
        child.kill()
    assert ends_within(worker, 5)


def test_it_ends_though_a_library_lets_no_thread_run() -> None:
    impatient = "from rag.isolate import worker; worker.SPARE_SECONDS = 0\n" + faulty.PROGRAM
    child, worker = start_asking("stuck.txt", 2, impatient)
    with child:
        time.sleep(0.2)
        child.kill()
    assert not ends_within(worker, 0.5)
    assert ends_within(worker, 10)


def test_a_normal_end_leaves_nobody_behind() -> None:
    child, worker = start_asking("idle.txt")
    child.communicate("\n")
    assert child.returncode == 0
    assert ends_within(worker, 5)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_gives_the_file_up_and_the_next_is_read() -> None:
    child, worker = start_asking("loop.txt")
    with child:
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        assert child.stdout is not None
        assert child.stdout.readline() == "interrupted\n"
        second = int(child.stdout.readline())
        assert second != worker
        assert ends_within(worker, 5)
    assert ends_within(second, 5)


# What is believed.

GOOD = {
    "media_type": "text/plain", "title": None, "author": None, "date": None, "warnings": [],
    "blocks": [[0, 5, "paragraph", 0]], "pages": [[1, 0, 5]], "chunks": [[0, 5, ["a"]]],
}  # fmt: skip


def test_nothing_of_a_document_is_lost_on_the_way() -> None:
    parsed = ParsedDocument(
        "words",
        "text/plain",
        (Block(0, 5, "heading", 2),),
        (Page(1, 0, 5),),
        title="T",
        author="A",
        date="2022",
        warnings=("W.",),
    )
    # A field that comes later must be put here, and cross too.
    assert all(getattr(parsed, field.name) for field in dataclasses.fields(parsed))
    facts, data = wire.take_apart(parsed, [Chunk(0, 5, ("T",))])
    assert wire.put_together(json.loads(json.dumps(facts)), data) == (parsed, [Chunk(0, 5, ("T",))])


@pytest.mark.parametrize(
    "harm",
    [
        {"blocks": [[0, 6, "paragraph", 0]]},
        {"blocks": [[3, 2, "paragraph", 0]]},
        {"blocks": [[-1, 2, "paragraph", 0]]},
        {"blocks": [[0, 3, "paragraph", 0], [2, 4, "paragraph", 0]]},
        {"blocks": [[0, 3, "script", 0]]},
        {"blocks": [[0, True, "paragraph", 0]]},
        {"blocks": [[0, 3]]},
        {"blocks": 7},
        {"pages": [["1", 0, 5]]},
        {"chunks": [[0, 9, []]]},
        {"chunks": [[0, 5, [7]]]},
        {"title": ["x"]},
        {"title": "\ud800"},
        {"warnings": [None]},
        {"media_type": None},
    ],
)
def test_an_answer_that_makes_no_sense_is_not_believed(harm: dict[str, object]) -> None:
    assert wire.put_together(GOOD, b"words")[0].text == "words"
    with pytest.raises((ValueError, TypeError)):
        wire.put_together({**GOOD, **harm}, b"words")
    with pytest.raises(ValueError, match="utf-8"):
        wire.put_together(GOOD, b"\xff")


BABBLE = """
import os, struct
def say(head):
    os.write(1, struct.pack("<QQ", len(head), 0) + head)
say(b'{{"limited": true}}')
os.read(0, 1)
say({head!r})
while os.read(0, 65536):
    pass
"""


@pytest.mark.parametrize(
    "head",
    [b"no json", b"\xff", b"[]", b"7", b"{}", b"[" * 60_000, b'{"outcome": "read"}',
     b'{"outcome": "failed"}', b'{"outcome": ' + b"9" * 5_000 + b"}"],
)  # fmt: skip
def test_a_process_that_babbles_is_replaced(head: bytes) -> None:
    parser = ParserProcess(60, BABBLE.format(head=head))
    for _ in range(2):
        with pytest.raises(UnreadableDocument, match=r'^"a.md" confused its parser \(.*\.$'):
            parser.read(TEXT, "a.md", 200)
        assert parser._process is None


def test_a_file_in_hand_is_interrupted_and_no_other(parser: ParserProcess) -> None:
    parser.interrupt()  # there is none
    other = parser.another()
    refused: list[str] = []

    def read() -> None:
        try:
            parser.read(b"words", "loop.txt", 200)
        except UnreadableDocument as error:
            refused.append(str(error))

    reading = threading.Thread(target=read)
    reading.start()
    while reading.is_alive():
        parser.interrupt()
        assert other.read(TEXT, "a.md", 200)[1]
    assert len(refused) == 1
    parser.interrupt()
    assert parser.read(TEXT, "a.md", 200)[1]
    pid = pid_of(parser)
    parser.interrupt()
    assert parser.read(TEXT, "b.md", 200)[1]
    assert pid_of(parser) == pid
    other.close()
