"""One kept-alive HTTP/1.1 connection, over which one request at a time is sent and answered.

Less than http.client on purpose (docs/adr/0013): AWS's JSON calls know no redirects, proxies or interim answers; and an
answer has to be whole within a time, however small the pieces that it comes in.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LONGEST_HEAD = 64 * 1024
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[bytes, bytes]
    """By lower-case name."""
    body: bytes


class Broken(Exception):
    """The other side does not speak HTTP as it should, or went away in the middle of it."""


class _GoneBefore(Broken):
    """The connection was closed before the first byte of an answer."""


class Connection:
    """Connects when it must. Not for several threads: a container of Lambda answers one request at a time."""

    def __init__(self, endpoint: str, *, connect_s: float, answer_s: float) -> None:
        parts = urlsplit(endpoint)
        self._name = parts.hostname or ""
        self._secure = parts.scheme == "https"
        usual = 443 if self._secure else 80
        self._port = parts.port or usual
        bracketed = f"[{self._name}]" if ":" in self._name else self._name
        self.host = bracketed if self._port == usual else f"{bracketed}:{self._port}"
        """As the `Host` header has it, and so the signature."""
        self._connect_s = connect_s
        self._answer_s = answer_s
        self._socket: socket.socket | None = None

    def exchange(self, request: bytes) -> Answer:
        """Send a whole request and read its whole answer. Raises OSError (TimeoutError is one) or Broken.

        A connection that was kept may have been closed meanwhile, which shows only when it is used: the request is
        then sent once more, at once, over a fresh one.
        """
        if self._socket is not None:
            try:
                return self._exchange(self._socket, request)
            except (ConnectionError, _GoneBefore):
                pass
        self._socket = fresh = self._connect()
        return self._exchange(fresh, request)

    def close(self) -> None:
        """Let the connection go."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, connected: socket.socket, request: bytes) -> Answer:
        try:
            connected.sendall(request)
            answer, keep = self._read(connected)
        except BaseException:
            self.close()  # What is left of the answer would be taken for the next one's.
            raise
        if not keep:
            self.close()
        return answer

    def _read(self, connected: socket.socket) -> tuple[Answer, bool]:
        """An answer, and whether the connection may be used again."""
        # The first wait is as long as the socket's own time-out; only what comes in pieces needs the clock.
        received = connected.recv(_PIECE)
        if not received:
            raise _GoneBefore
        reader = _Reader(connected, self._answer_s, received)
        status, headers = _head(reader.until(b"\r\n\r\n"))
        length = headers.get(b"content-length", b"")
        if length.isdigit():
            body = reader.exactly(int(length))
        elif headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            body = _chunks(reader)
        else:
            raise Broken("an answer without a length")
        reader.done()
        return Answer(status, headers, body), headers.get(b"connection", b"").lower() != b"close"

    def _connect(self) -> socket.socket:
        connected = socket.create_connection((self._name, self._port), self._connect_s)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                connected = _encrypted(connected, self._name)
            connected.settimeout(self._answer_s)
        except BaseException:
            connected.close()
            raise
        return connected


class _Reader:
    """An answer whose first bytes are there, until its time is over."""

    def __init__(self, connected: socket.socket, within_s: float, received: bytes) -> None:
        self._connected = connected
        self._within_s = within_s
        self._left = received
        self._until = 0.0

    def until(self, end: bytes) -> bytes:
        """What comes before `end`."""
        while (at := self._left.find(end)) < 0:
            if len(self._left) > _LONGEST_HEAD:
                raise Broken("a head without end")
            self._left += self._more()
        found, self._left = self._left[:at], self._left[at + len(end) :]
        return found

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        pieces = [self._left]
        missing = length - len(self._left)
        while missing > 0:
            pieces.append(self._more())
            missing -= len(pieces[-1])
        read = b"".join(pieces)
        self._left = read[length:]
        return read[:length]

    def done(self) -> None:
        """Nothing may be left. Gives the socket its own time-out back."""
        if self._left:
            raise Broken("more than was announced")
        if self._until:
            self._connected.settimeout(self._within_s)

    def _more(self) -> bytes:
        now = time.monotonic()
        self._until = self._until or now + self._within_s
        if now >= self._until:
            raise TimeoutError
        self._connected.settimeout(self._until - now)
        piece = self._connected.recv(_PIECE)
        if not piece:
            raise Broken("closed in the middle of an answer")
        return piece


def _chunks(reader: _Reader) -> bytes:
    """A body in chunks, as DynamoDB Local gives large ones."""
    chunks = []
    while length := _length(reader.until(b"\r\n")):
        chunks.append(reader.exactly(length))
        if reader.exactly(2) != b"\r\n":
            raise Broken("a chunk that is longer than it says")
    while reader.until(b"\r\n"):
        pass  # Trailers.
    return b"".join(chunks)


def _length(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits.isalnum():
        raise Broken("a chunk without a length")
    try:
        return int(digits, 16)
    except ValueError:
        raise Broken("a chunk without a length") from None


def _head(head: bytes) -> tuple[int, dict[bytes, bytes]]:
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    status = rest[:3]
    if version != b"HTTP/1.1" or not status.isdigit() or status < b"200":
        raise Broken("not an answer")
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return int(status), headers


def _encrypted(connected: socket.socket, name: str) -> socket.socket:
    """TLS with the system's authorities, the host's name checked."""
    import ssl  # Only the real AWS is asked for over TLS, the local stack is not.

    return ssl.create_default_context().wrap_socket(connected, server_hostname=name)
