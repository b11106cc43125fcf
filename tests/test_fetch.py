"""A web address → what stands there, and never what stands inside one's own network."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import fetch as room
from rag.errors import UnreachableAddress
from rag.fetch import Fetched, fetch, is_public

LOOPBACK = "127.0.0.1"
ENDLESS = threading.Event()  # never set: whoever waits for it waits for its own timeout


class Pages(BaseHTTPRequestHandler):
    """Answers by the path; notes what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        getattr(self, f"show_{self.path[1:].partition('/')[0].partition('?')[0]}")()

    def answer(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def show_page(self) -> None:
        self.answer(200, b"<p>Words.</p>", Content_Type="text/html; charset=utf-8")

    def show_named(self) -> None:
        disposition = (
            "attachment; filename=\"x.pdf\"; filename*=UTF-8''..%2F%E2%80%AEr%C3%A9port.pdf"
        )
        self.answer(
            200, b"%PDF-1.4", Content_Type="application/pdf", Content_Disposition=disposition
        )

    def show_cookie(self) -> None:
        self.answer(302, Location="/page", Set_Cookie="secret=1")

    def show_hop(self) -> None:
        left = int(self.path.rsplit("/", 1)[1])
        self.answer(302, Location=f"../hop/{left - 1}" if left else "/page")

    def show_lead(self) -> None:
        self.answer(307, Location=unquote(self.path.partition("?")[2]))

    def show_missing(self) -> None:
        self.answer(404, b"Not here.")

    def show_large(self) -> None:
        self.answer(200, b"x" * 300_000)

    def show_bomb(self) -> None:
        self.answer(200, gzip.compress(b"0" * 30_000_000), Content_Encoding="gzip")

    def show_unbounded(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 10_000)

    def show_drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            self.wfile.write(b"x")
            ENDLESS.wait(0.02)

    def show_trickle(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            ENDLESS.wait(0.02)

    def show_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def show_noise(self) -> None:
        self.wfile.write(b"\x00\x01 nothing of HTTP\r\n\r\n")
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, address: object) -> None:
        pass  # whoever asked has hung up


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serve(Server((LOOPBACK, 0), Pages)) as port:
        yield port


class serve:  # noqa: N801 - used like a function
    def __init__(self, server: Server) -> None:
        self.server = server

    def __enter__(self) -> int:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return int(self.server.server_address[1])

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def get(port: int) -> Callable[..., Fetched]:
    """Fetches a path of the server, under a host's name, past the guard."""
    Pages.asked.clear()

    def get(path: str, **options: object) -> Fetched:
        return fetch(
            f"http://pages.test:{port}{path}",
            **{"allowed": lambda _: True, "resolve": lambda *_: [LOOPBACK], **options},  # type: ignore[arg-type]
        )

    return get


def refusal(get: Callable[..., Fetched], path: str, **options: object) -> str:
    with pytest.raises(UnreachableAddress) as refused:
        get(path, **options)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# What stands there.


def test_a_page_is_fetched(get: Callable[..., Fetched], port: int) -> None:
    found = get("/page?q=1#part")
    assert found == Fetched(
        "page.html", b"<p>Words.</p>", "text/html", f"http://pages.test:{port}/page?q=1"
    )
    ((path, headers),) = Pages.asked
    assert path == "/page?q=1"
    assert headers["Host"] == f"pages.test:{port}"
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


def test_the_servers_name_is_made_safe(get: Callable[..., Fetched]) -> None:
    assert get("/named").name == "réport.pdf"


@pytest.mark.parametrize(
    ("path", "media_type", "name"),
    [
        ("/", "text/html", "pages.test.html"),
        ("/a/", "text/html", "a.html"),
        ("/a.php", "text/html", "a.php.html"),
        ("/a.HTM", "text/html", "a.HTM"),
        ("/a.md", "text/plain", "a.md"),
        ("/a.pdf", "", "a.pdf"),
        ("/a.pdf", "application/octet-stream", "a.pdf"),
        ("/..%2F..%2Fetc%2Fpasswd", "text/plain", "passwd.txt"),
        ("/%E2%80%AEfdp.exe", "application/pdf", "fdp.exe.pdf"),
        ("/" + "x" * 900, "application/pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_fits_the_type(path: str, media_type: str, name: str) -> None:
    url = room.read_address(f"http://pages.test{path}")
    assert room._choose_name(None, url, media_type) == name


def test_redirects_are_followed_and_the_address_stays(
    get: Callable[..., Fetched], port: int
) -> None:
    found = get("/hop/4")
    assert (found.name, found.address) == ("page.html", f"http://pages.test:{port}/hop/4")
    assert "more than 5 times" in refusal(get, "/hop/5")
    get("/cookie")
    assert "Cookie" not in Pages.asked[-1][1]


# What does not come.


def test_what_the_server_refuses_is_told(get: Callable[..., Fetched]) -> None:
    assert "answers 404 Not Found" in refusal(get, "/missing")


@pytest.mark.parametrize("path", ["/cut", "/noise"])
def test_an_answer_that_breaks_off_is_told(get: Callable[..., Fetched], path: str) -> None:
    assert "cannot be reached" in refusal(get, path)


def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        address = f"http://pages.test:{free.getsockname()[1]}/"
        with pytest.raises(UnreachableAddress, match=r"pages\.test cannot be reached \(.*refused"):
            fetch(address, allowed=lambda _: True, resolve=lambda *_: [LOOPBACK])


@pytest.mark.parametrize("path", ["/large", "/bomb", "/unbounded"])
def test_what_is_too_large_is_not_read_to_its_end(get: Callable[..., Fetched], path: str) -> None:
    assert "larger than" in refusal(get, path, most_bytes=200_000)
    assert len(get("/large", most_bytes=300_000).data) == 300_000


@pytest.mark.parametrize("path", ["/drip", "/trickle"])
def test_a_slow_drip_ends_with_the_time(get: Callable[..., Fetched], path: str) -> None:
    started = time.monotonic()
    assert "took longer than 0.5 seconds" in refusal(get, path, seconds=0.5)
    assert time.monotonic() - started < 20


def test_a_host_that_never_answers_ends_with_the_time(get: Callable[..., Fetched]) -> None:
    def resolve(host: str, port: int) -> list[str]:
        ENDLESS.wait(60)
        return []

    assert "took longer" in refusal(get, "/page", seconds=0.2, resolve=resolve)
    silent = socket.create_server((LOOPBACK, 0))
    with silent, pytest.raises(UnreachableAddress, match="took longer"):
        fetch(
            f"http://pages.test:{silent.getsockname()[1]}/",
            seconds=0.2,
            allowed=lambda _: True,
            resolve=lambda *_: [LOOPBACK],
        )


def test_a_host_that_is_not_there_is_told(get: Callable[..., Fetched]) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "There is no host pages.test" in refusal(get, "/page", resolve=resolve)
    assert "There is no host" in refusal(get, "/page", resolve=lambda *_: [])


def test_offline_nothing_is_even_looked_up() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(UnreachableAddress, match="RAG_OFFLINE is on"):
        fetch("https://example.org/", offline=True, resolve=resolve)


@pytest.mark.parametrize(
    "address",
    ["", "example.org", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)",
     "data:text/plain,x", "http://", "http:///page", "http://exa mple.org/", "//example.org/",
     "http://example.org:99999/", "http://example.org/\nHost: other", "gopher://127.0.0.1/",
     "http://[::1/", "http://example.org/\x00"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(UnreachableAddress, match=r"begins with http:// or https://\.$"):
        fetch(address)


def test_credentials_in_the_address_are_refused() -> None:
    with pytest.raises(UnreachableAddress, match="name or password") as refused:
        fetch("http://ann:secret@example.org/")
    assert "secret" not in str(refused.value)
    with pytest.raises(UnreachableAddress, match="is the most"):
        fetch("http://example.org/" + "x" * 2_000)


# The guard.


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0",
     "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "10.0.0.1", "192.168.0.1",
     "172.16.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
     "[fe80::1]", "[fc00::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"],
)  # fmt: skip
def test_private_numbers_are_not_connected_to(
    host: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_make_connection", lambda *_: pytest.fail("it was connected to"))
    with pytest.raises(UnreachableAddress, match="private or reserved network"):
        fetch(f"http://{host}:{port}/page")


@pytest.mark.parametrize("numbers", [["10.0.0.1"], ["93.184.216.34", LOOPBACK], ["::ffff:a00:1"]])
def test_a_name_that_stands_for_a_private_number_is_refused(
    numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_make_connection", lambda *_: pytest.fail("it was connected to"))
    with pytest.raises(UnreachableAddress, match=r"pages\.test stands in a private"):
        fetch("https://pages.test/", resolve=lambda *_: numbers)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/page", "http://[::1]/", "//localhost/"]
)
def test_a_redirect_into_the_private_network_is_refused(
    get: Callable[..., Fetched], port: int, target: str
) -> None:
    # The first host is let through under a public number, which the test's guard alone allows.
    def resolve(host: str, port: int) -> list[str]:
        return [LOOPBACK] if host == "pages.test" else room._look_up(host, port)

    met: list[str] = []

    def allowed(number: str) -> bool:
        met.append(number)
        return len(met) == 1 or is_public(number)

    path = f"/lead?{target.format(port=port)}"
    assert "private or reserved" in refusal(get, path, resolve=resolve, allowed=allowed)
    assert len(Pages.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://pages.test/", "http://a:b@c/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(
    get: Callable[..., Fetched], target: str
) -> None:
    refusal(get, f"/lead?{target}")


def test_a_host_is_looked_up_once_for_each_connection(get: Callable[..., Fetched]) -> None:
    answers = iter([[LOOPBACK], ["10.0.0.1"]])
    found = get("/page", resolve=lambda *_: next(answers), allowed=lambda n: n == LOOPBACK)
    assert found.data == b"<p>Words.</p>"
    assert next(answers) == ["10.0.0.1"]  # never asked for


def test_another_number_is_tried_where_one_does_not_answer(get: Callable[..., Fetched]) -> None:
    assert get("/page", resolve=lambda *_: ["127.0.0.99", LOOPBACK]).name == "page.html"


@pytest.mark.parametrize(
    "number",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_numbers_are_allowed(number: str) -> None:
    assert is_public(number)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_the_one_hidden_in_it(number: object) -> None:
    assert is_public(f"::ffff:{number}") == is_public(str(number))
    assert is_public(f"64:ff9b::{number}") == is_public(str(number))


@given(st.text(max_size=40))
def test_anything_else_is_not(text: str) -> None:
    assert not is_public(f"x{text}")


# Encrypted.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for pages.test, with its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=pages.test", "-addext", "subjectAltName=DNS:pages.test",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text(key.read_text() + certificate.read_text())
    return both


@pytest.fixture(scope="module")
def secure_port(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server((LOOPBACK, 0), Pages)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serve(server) as port:
        yield port


def get_securely(host: str, port: int) -> Fetched:
    return fetch(
        f"https://{host}:{port}/page", allowed=lambda _: True, resolve=lambda *_: [LOOPBACK]
    )


def test_the_certificate_is_the_hosts(
    certificate: Path, secure_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(room, "_trust", lambda: trusting)
    assert get_securely("pages.test", secure_port).name == "page.html"
    assert Pages.asked[-1][1]["Host"] == f"pages.test:{secure_port}"
    with pytest.raises(UnreachableAddress, match="certificate"):
        get_securely("other.test", secure_port)


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_port: int) -> None:
    with pytest.raises(UnreachableAddress, match="its certificate is not valid"):
        get_securely("pages.test", secure_port)
