"""One POST to an address that a customer chose: to public addresses only, briefly, without following anybody.

The name is resolved here and the connection goes to the very address that was looked at, so that a name which means
another address a moment later (DNS rebinding) gains nothing. Of the answer the status and `Retry-After` are read.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from chalicelib.errors import RelanceError

Unreached = Literal["scheme", "name", "address", "connection", "tls", "timeout", "no_answer"]
_RESOLVE_S = 5.0
_CONNECT_S = 3.0
_MOST_ADDRESSES = 3
"""Of a name that are tried: whoever names a hundred that do not answer holds a worker up no longer."""
_LONGEST_S = 15.0
"""From the connection to the answer, TLS included: the least that Standard Webhooks recommends."""
_LONGEST_WAIT_S = 86_400
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReached(RelanceError):
    """There was no answer; the text says in a word why."""

    def __init__(self, reason: Unreached) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered."""

    status: int
    retry_after_s: int = 0
    """When it wants to be asked again, at most in a day; 0 where it does not say."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet, in whichever notation: no private network, no metadata service.

    IANA's special-purpose registries are Python's `is_global`; IPv4 inside of IPv6 is looked at as the IPv4 it is.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64 or ip.sixtofour or ip.teredo:
            return False
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve(host: str, port: int, longest_s: float = _RESOLVE_S) -> list[str]:
    """All addresses of a name, those of IPv4 first. Raises OSError; TimeoutError where its servers take their time."""
    found: list[Any] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    # getaddrinfo knows no time-out: a thread that nobody waits for any more ends by itself.
    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(longest_s)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError
    return list(dict.fromkeys(str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0])))


class Poster:
    """`loopback` lets a stage on one machine reach its own receivers, by http too; `resolve` is the resolver."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        resolve: Callable[[str, int], list[str]] = resolve,
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._longest_s = longest_s

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body once. Raises NotReached."""
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        addresses = self._allowed(host, port, secure=secure)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = make(host, port)
        connection.sock = _connected(addresses[:_MOST_ADDRESSES], port, host if secure else None)
        with _within(self._longest_s, connection.sock) as late:
            try:
                if isinstance(connection.sock, ssl.SSLSocket):
                    connection.sock.do_handshake()
            except (OSError, ValueError):
                connection.close()
                raise NotReached("timeout" if late.is_set() else "tls") from None
            try:
                connection.request("POST", path, body, dict(headers))
                response = connection.getresponse()
                return Answer(response.status, _seconds(response.getheader("Retry-After")))
            except (OSError, http.client.HTTPException, ValueError):
                raise NotReached("timeout" if late.is_set() else "no_answer") from None
            finally:
                connection.close()

    def _allowed(self, host: str, port: int, *, secure: bool) -> list[str]:
        """The addresses of a name, if every one of them may be spoken to."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise NotReached("name") from None
        loopback = self._loopback and all(ipaddress.ip_address(address).is_loopback for address in addresses)
        if not (secure or loopback):
            raise NotReached("scheme")
        if not loopback and not (addresses and all(map(is_public, addresses))):
            raise NotReached("address")
        return addresses


def _connected(addresses: list[str], port: int, tls_name: str | None) -> socket.socket:
    """A connection to the first address that answers; under TLS it has to prove the name, by a handshake to come."""
    for address in addresses:
        try:
            plain = socket.create_connection((address, port), timeout=_CONNECT_S)
        except OSError:
            continue
        if tls_name is None:
            return plain
        try:
            return _tls().wrap_socket(plain, server_hostname=tls_name, do_handshake_on_connect=False)
        except (OSError, ValueError):
            plain.close()
            raise NotReached("tls") from None
    raise NotReached("connection")


@contextmanager
def _within(seconds: float, sock: socket.socket) -> Iterator[threading.Event]:
    """Hang up after so long, however slowly the other end goes on talking; the event then says so."""
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # It hung up first.

    sock.settimeout(seconds + 1)
    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _seconds(header: str | None) -> int:
    """`Retry-After` in seconds. One that names a date is left to the usual schedule."""
    return min(int(header), _LONGEST_WAIT_S) if header and header.isascii() and header.isdigit() else 0


@cache
def _tls() -> ssl.SSLContext:
    """One for all: reading the authorities' certificates takes longer than a request."""
    return ssl.create_default_context()
