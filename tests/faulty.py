"""A parser that fails as the file's name tells it to; run by tests in the process that reads."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from dataclasses import replace

from rag.isolate.worker import Reading, read, serve
from rag.records import Block

PROGRAM = "from tests.faulty import main; main()"


def main() -> None:
    serve(read_faultily)


def read_faultily(data: bytes, name: str, longest: int) -> Reading:
    match name.partition(".")[0]:
        case "fault":
            raise IndexError("a bug")
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "loop":
            while True:
                time.sleep(0.01)
        case "stuck":  # inside a library that lets no other thread run
            re.match(r"(a+)+$", "a" * 60 + "b")
        case "memory":
            hoard = [bytearray(1 << 26) for _ in range(64)]
            raise AssertionError(len(hoard))
        case "endless":
            data = b"words " * (25 * 1024**2)
            parsed, _ = read(b"words", "a.txt", longest)
            return replace(parsed, text=data.decode()), []
        case "lie":
            parsed, chunks = read(data, "a.txt", longest)
            return replace(parsed, blocks=(Block(0, 10**9, "paragraph"),)), chunks
        case "surrogate":
            parsed, chunks = read(data, "a.txt", longest)
            return replace(parsed, title="\ud800"), chunks
        case "noise":
            print("noise")
            sys.stdout.flush()
            os.write(1, b"more noise")
            sys.stdin.read()
    return read(data, name, longest)
