"""After the installation nothing in the default path opens a connection to the outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# An audit hook sees every connection and look-up of the process, whatever library makes it.
GUARDED = """
import runpy, sys

def refuse(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
        if host not in ("", "127.0.0.1", "::1"):
            raise SystemExit(f"tried to connect to {host}")
    elif event == "socket.getaddrinfo" and arguments[0] not in (None, "localhost", "127.0.0.1"):
        raise SystemExit(f"tried to look up {arguments[0]}")

sys.addaudithook(refuse)
sys.argv = ["rag", *sys.argv[1:]]
runpy.run_module("rag", run_name="__main__")
"""


def run_guarded(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", GUARDED, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_taking_in_and_asking_need_no_network(tmp_path: Path) -> None:
    (tmp_path / "bank.md").write_text(
        "The Central Bank wants an almost total ban on crypto.", encoding="utf-8"
    )
    index = str(tmp_path / "index")
    added = run_guarded("add", str(tmp_path / "bank.md"), "--index", index, home=tmp_path)
    assert added.returncode == 0, added.stderr
    asked = run_guarded("ask", "what does the Central Bank want?", "--index", index, home=tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert "almost total ban" in asked.stdout


def test_the_guard_bites() -> None:
    guard = GUARDED.split("sys.argv", maxsplit=1)[0]
    code = f"{guard}import socket; socket.create_connection(('192.0.2.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "tried to" in done.stderr
