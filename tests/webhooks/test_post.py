"""What a webhook may reach, and how long it is waited for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.webhooks.post import Answer, NotReached, Poster, is_public, resolve
from tests.support.gateway_double import closed_port, gateway

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(address)
    poster = Poster(resolve=lambda host, port: [address])
    with pytest.raises(NotReached, match="address"):
        poster.post("https://hooks.shop.example/", {}, b"{}")


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_one_of_the_internet_is_not(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough() -> None:
    poster = Poster(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(NotReached, match="address"):
        poster.post("https://hooks.shop.example/", {}, b"{}")


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_looked_at() -> None:
    """DNS rebinding: the second answer would be another one, and nobody asks for it."""
    asked = []
    with gateway((200, "")) as receiver:
        port = int(receiver.url.rpartition(":")[2])

        def rebinding(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

        answer = Poster(loopback=True, resolve=rebinding).post(f"http://rebind.example:{port}/a?b=c", {}, b"{}")
        assert answer == Answer(200)
        assert asked == ["rebind.example"]
        (got,) = receiver.received
        assert (got.line, got.headers["host"]) == ("POST /a?b=c", f"rebind.example:{port}")


def test_this_machine_is_reached_only_where_the_stage_says_so() -> None:
    with gateway((200, "")) as receiver:
        with pytest.raises(NotReached, match="scheme"):
            Poster().post(receiver.url, {}, b"{}")
        with pytest.raises(NotReached, match="address"):
            Poster().post(receiver.url.replace("http://", "https://"), {}, b"{}")
        with pytest.raises(NotReached, match="scheme"):
            Poster(loopback=True, resolve=lambda host, port: ["93.184.216.34"]).post("http://shop.example/", {}, b"")
        with pytest.raises(NotReached, match="address"):
            Poster(loopback=True, resolve=lambda host, port: ["10.0.0.1"]).post("https://shop.example/", {}, b"")
        assert receiver.received == []
        assert Poster(loopback=True).post(receiver.url, {}, b"{}") == Answer(200)


def test_who_does_not_speak_tls_does_not_prove_its_name() -> None:
    with gateway((200, "")) as receiver, pytest.raises(NotReached, match="tls"):
        Poster(loopback=True).post(receiver.url.replace("http://", "https://"), {}, b"{}")


@contextmanager
def talking(first: bytes, then: bytes, every_s: float) -> Iterator[str]:
    """A receiver that says something, and then goes on talking slowly for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def talk() -> None:
        there, _ = server.accept()
        with there:
            try:
                there.sendall(first)
                while then and not over.wait(every_s):
                    there.sendall(then)
                over.wait(5)
            except OSError:
                return

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        over.set()
        server.close()
        thread.join(1)


@pytest.mark.parametrize("then", [b"", b"H"], ids=["silent", "drips"])
def test_a_slow_receiver_is_given_up_however_it_goes_on(then: bytes) -> None:
    poster = Poster(loopback=True, longest_s=0.2)
    with talking(b"", then, 0.02) as url:
        began = time.monotonic()
        with pytest.raises(NotReached, match="timeout"):
            poster.post(url, {}, b"{}")
        assert time.monotonic() - began < 2


def test_a_handshake_that_drips_is_given_up_too() -> None:
    """A TLS record that is announced as long, and then comes byte by byte."""
    with talking(b"\x16\x03\x03\x3f\xff", b"\x02", 0.02) as url:
        began = time.monotonic()
        with pytest.raises(NotReached, match="timeout"):
            Poster(loopback=True, longest_s=0.2).post(url.replace("http://", "https://"), {}, b"{}")
        assert time.monotonic() - began < 1


def test_a_name_whose_servers_take_their_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def takes_its_time(*_: object, **__: object) -> list[object]:
        over.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", takes_its_time)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolve("slow.example", 443, longest_s=0.05)
    over.set()
    assert time.monotonic() - began < 1


def test_of_a_name_with_very_many_addresses_a_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def refuses(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address[0])
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", refuses)
    many = [f"93.184.216.{last}" for last in range(100)]
    with pytest.raises(NotReached, match="connection"):
        Poster(resolve=lambda host, port: many).post("https://many.example/", {}, b"{}")
    assert tried == many[:3]


def test_headers_without_end_are_not_read_to_their_end() -> None:
    with talking(b"HTTP/1.1 200 OK\r\n", b"X-More: y\r\n", 0.02) as url:
        assert Poster(loopback=True, longest_s=0.2).post(url, {}, b"{}") == Answer(200)


def test_a_body_is_not_waited_for() -> None:
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"", 0) as url:
        assert Poster(loopback=True, longest_s=1).post(url, {}, b"{}") == Answer(200)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("999999999", 86_400), ("-1", 0), ("soon", 0)])
def test_a_wish_for_a_later_time_is_read(header: str, seconds: int) -> None:
    with gateway((503, "")) as receiver:
        receiver.headers["Retry-After"] = header
        assert Poster(loopback=True).post(receiver.url, {}, b"{}") == Answer(503, seconds)


def test_who_is_not_there_or_hangs_up_is_told_apart() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(NotReached, match="name"):
        Poster(resolve=nobody).post("https://nobody.shop.example/", {}, b"{}")
    with pytest.raises(NotReached, match="connection"):
        Poster(loopback=True).post(closed_port(), {}, b"{}")
    with gateway(None) as receiver, pytest.raises(NotReached, match="no_answer"):
        Poster(loopback=True).post(receiver.url, {}, b"{}")
