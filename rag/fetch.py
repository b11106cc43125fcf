"""A web address → what stands there, and never what stands inside one's own network.

Whoever names an address may be misled by a page, and a redirect or a host's name may lead anywhere:
what counts is the number that is really connected to. Each is looked at before it is connected
to, and the connection is made to that number, so that no second look-up can give another.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import cache
from http.client import HTTPException
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from rag import __version__
from rag.errors import UnreachableAddress
from rag.files import safe_name
from rag.settings import LARGEST_FILE_BYTES

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse
    from urllib3.connection import HTTPConnection
    from urllib3.util import Url

SECONDS = 30.0  # for all of it: looking up, redirects, the last byte
MOST_REDIRECTS = 5
LONGEST_ADDRESS = 2_000  # characters
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_BLOCK = 64 * 1024

# The endings that fit a type, the one to be added first; a type that is not here says nothing.
_ENDINGS: dict[str, tuple[str, ...]] = {
    "text/html": (".html", ".htm", ".xhtml"),
    "application/xhtml+xml": (".html", ".htm", ".xhtml"),
    "application/pdf": (".pdf",),
    "text/markdown": (".md", ".markdown"),
    "text/csv": (".csv",),
    "text/tab-separated-values": (".tsv",),
    "application/json": (".json", ".ipynb"),
    "application/rtf": (".rtf",),
    "application/epub+zip": (".epub",),
    "message/rfc822": (".eml",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "text/plain": (".txt", ".md", ".markdown", ".rst", ".csv", ".tsv", ".json", ".html", ".htm"),
}

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the numbers of a host, as text; raises OSError."""
Allowed = Callable[[str], bool]
"""Whether a number may be connected to."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stood at an address.

    Attributes:
        name: a safe file name with an ending that fits.
        media_type: as the server tells it, without parameters; empty where it tells none.
        address: the one that was asked for, without a fragment, however it was redirected.
    """

    name: str
    data: bytes
    media_type: str
    address: str


def fetch(
    address: str,
    *,
    offline: bool = False,
    seconds: float = SECONDS,
    most_bytes: int = LARGEST_FILE_BYTES,
    allowed: Allowed | None = None,
    resolve: Resolve | None = None,
) -> Fetched:
    """Fetches what stands at an ``http`` or ``https`` address, without cookies or credentials.

    Args:
        offline: nothing is fetched; the setting of that name.
        seconds: for all of it.
        allowed: see ``is_public``, which is the default.
        resolve: looks a host up; the system does where None.

    Raises:
        UnreachableAddress: nothing can be taken in from there; the sentence says why.
    """
    if offline:
        raise UnreachableAddress(
            "Nothing is fetched from the web, as RAG_OFFLINE is on: unset it, or save the page as "
            "a file and add that."
        )
    trip = _Trip(
        time.monotonic() + seconds, seconds, most_bytes, allowed or is_public, resolve or _look_up
    )
    asked = url = read_address(address)
    for _ in range(MOST_REDIRECTS + 1):
        with trip.open(url) as response:
            if response.status not in _REDIRECTS:
                return trip.receive(response, url, str(asked))
            url = read_address(urljoin(str(url), response.headers.get("Location", "")))
    raise UnreachableAddress(
        f"{_shown(str(asked))} leads from one address to the next more than {MOST_REDIRECTS} "
        "times: open it in a browser, save the page as a file and add that."
    )


def is_public(number: str) -> bool:
    """Whether an IP address is one of the public network, as is one that is hidden inside it."""
    try:
        ip = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if hidden := ip.ipv4_mapped or _unwrap_nat64(ip):
            return is_public(str(hidden))
        if ip.sixtofour or ip.teredo or ip.scope_id or ip.is_site_local:
            return False
    return ip.is_global and not (
        ip.is_private
        or ip.is_loopback
        or ip.is_link_local
        or ip.is_multicast
        or ip.is_reserved
        or ip.is_unspecified
    )


def _unwrap_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip not in ipaddress.ip_network("64:ff9b::/96"):
        return None
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def read_address(address: str) -> Url:
    """Reads a web address, in the one form in which it is kept; raises UnreachableAddress."""
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    address = address.strip()
    if len(address) > LONGEST_ADDRESS:
        raise UnreachableAddress(
            f"The address has {len(address)} characters and {LONGEST_ADDRESS} is the most: name a "
            "shorter one."
        )
    try:
        url = parse_url(address)
    except LocationParseError:
        url = None
    clean = not any(c.isspace() or not c.isprintable() for c in address)
    if url is None or not clean or url.scheme not in _PORTS or not url.host:
        raise UnreachableAddress(
            f"{_shown(address)} is no web address: name one that begins with http:// or https://."
        )
    if url.auth is not None:
        raise UnreachableAddress(
            f"The address of {_shown(url.host)} has a name or password in it, which is sent "
            "nowhere: name it without, or save the page as a file and add that."
        )
    return url._replace(path=url.path or "/", fragment=None)


@dataclass(frozen=True, slots=True)
class _Trip:
    """One fetch, with what bounds it."""

    deadline: float
    seconds: float
    most_bytes: int
    allowed: Allowed
    resolve: Resolve

    @contextmanager
    def open(self, url: Url) -> Iterator[BaseHTTPResponse]:
        """Asks for an address; what goes wrong until it is closed is told in a sentence."""
        from urllib3.exceptions import HTTPError

        try:
            with self._connected(url) as connection:
                connection.request(
                    "GET", url.request_uri, headers=_headers(url), preload_content=False
                )
                with closing(connection.getresponse()) as response:
                    yield response
        except (HTTPError, HTTPException, OSError) as error:
            if time.monotonic() >= self.deadline:
                raise self._too_late(url) from error
            raise UnreachableAddress(
                f"{_shown(url.host)} cannot be reached ({_reason(error)}): check the address and "
                "the connection, then try again."
            ) from error

    @contextmanager
    def _connected(self, url: Url) -> Iterator[HTTPConnection]:
        """Connects until the time is over, though the server sends a byte now and then."""
        connection = self._connect(url)
        wire = connection.sock  # which the connection forgets once the answer has begun
        guard = threading.Timer(self._left(), _hang_up, [wire])
        guard.daemon = True
        guard.start()
        try:
            yield connection
        finally:
            guard.cancel()
            _hang_up(wire)
            connection.close()
            wire.close()

    def receive(self, response: BaseHTTPResponse, url: Url, address: str) -> Fetched:
        if response.status != 200:
            reason = f" {response.reason}" if response.reason else ""
            raise UnreachableAddress(
                f"{_shown(url.host)} answers {response.status}{_shown(reason)} instead of a page: "
                "open the address in a browser, and add what it shows as a file."
            )
        blocks, size = [], 0
        while block := response.read(_BLOCK, decode_content=True):
            blocks.append(block)
            size += len(block)
            if size > self.most_bytes:
                raise UnreachableAddress(
                    f"{_shown(address)} is larger than {self.most_bytes / 1024**2:.3g} MB: save "
                    "it as a file, split it and add the parts."
                )
        if time.monotonic() >= self.deadline:  # it may have been cut off there
            raise self._too_late(url)
        told = Message()
        told["Content-Type"] = response.headers.get("Content-Type", "")
        media_type = told.get_content_type() if told["Content-Type"] else ""
        name = _choose_name(response.headers.get("Content-Disposition"), url, media_type)
        return Fetched(name, b"".join(blocks), media_type, address)

    def _connect(self, url: Url) -> HTTPConnection:
        """Connects to one of the host's numbers, all of which must be allowed."""
        from urllib3.exceptions import HTTPError

        host, port = str(url.host).strip("[]"), url.port or _PORTS[str(url.scheme)]
        numbers = self._look_up(host, port, url)
        if not all(self.allowed(number) for number in numbers):
            raise UnreachableAddress(
                f"{_shown(host)} stands in a private or reserved network, from which nothing is "
                "fetched: save the page as a file and add that."
            )
        failure: Exception = OSError("no address")
        for number in numbers:
            connection = _make_connection(url, number, port, self._left())
            try:
                connection.connect()
                return connection
            except (HTTPError, OSError) as error:
                failure = error
                connection.close()
        raise failure

    def _look_up(self, host: str, port: int, url: Url) -> Sequence[str]:
        """Looks a host up in a thread, as the system may take any time for it."""
        answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

        def answer() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=answer, daemon=True).start()
        try:
            found = answers.get(timeout=self._left())
        except queue.Empty:
            raise self._too_late(url) from None
        if isinstance(found, Exception) or not found:
            raise UnreachableAddress(
                f"There is no host {_shown(host)}: check the address and the connection, then try "
                "again."
            )
        return found

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.001)

    def _too_late(self, url: Url) -> UnreachableAddress:
        return UnreachableAddress(
            f"{_shown(url.host)} took longer than {self.seconds:.3g} seconds: try again, or save "
            "the page as a file and add that."
        )


def _make_connection(url: Url, number: str, port: int, timeout: float) -> HTTPConnection:
    from urllib3.connection import HTTPConnection, HTTPSConnection

    if url.scheme == "http":
        return HTTPConnection(number, port, timeout=timeout)
    # The certificate is compared with the host's name, though a number is connected to.
    host = str(url.host).strip("[]")
    return HTTPSConnection(
        number,
        port,
        timeout=timeout,
        server_hostname=host,
        ssl_context=_trust(),
    )


@cache
def _trust() -> ssl.SSLContext:
    """Trusts whom the system trusts, and whom browsers do."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _headers(url: Url) -> dict[str, str]:
    return {
        "Host": str(url.netloc),
        "User-Agent": f"Footnote/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):  # where it has ended by itself
        wire.shutdown(socket.SHUT_RDWR)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _choose_name(disposition: str | None, url: Url, media_type: str) -> str:
    """Gives the name that the server tells, or the path's, or the host's, with a fitting ending."""
    name = safe_name(
        _read_file_name(disposition or "")
        or unquote(PurePosixPath(url.path or "").name)
        or str(url.host)
    )
    endings = _ENDINGS.get(media_type, ())
    if not endings or name.lower().endswith(endings):
        return name
    return safe_name(name + endings[0])


def _read_file_name(disposition: str) -> str | None:
    """Gives the name of a Content-Disposition, the one that tells its encoding before the other."""
    told = Message()
    told["Content-Disposition"] = disposition
    parameters = told.get_params([], "Content-Disposition")
    names = [value for key, value in parameters if key.lower() == "filename"]
    names.sort(key=lambda value: isinstance(value, str))
    return collapse_rfc2231_value(names[0]) if names else None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(error, HTTPException):
        return "its answer is not in HTTP"
    text = error.strerror if isinstance(error, OSError) else None
    text = text or str(error).rsplit(": ", 1)[-1] or type(error).__name__
    return _shown(" ".join(text.split())).lower().rstrip(".")


def _shown(text: str | None) -> str:
    """Cuts what came from outside short, and leaves out what cannot be seen."""
    seen = "".join(c for c in text or "" if c.isprintable())
    return seen if len(seen) <= 200 else seen[:200] + "…"
