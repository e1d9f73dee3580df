"""The lean client against a service that misbehaves in every way that one can."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.calls import CallRefused
from chalicelib.aws.lean import IN_A_HURRY, PATIENT, LeanClient, Patience
from chalicelib.errors import StorageUnavailable
from chalicelib.settings import AwsAccess
from tests.support.scripted import Act, answer, closed, dripping, raw, scripted, silent, whole

GIVEN_UP_S = 0.2
SHORT = replace(PATIENT, answer_s=GIVEN_UP_S)
ITEM = {"Item": {"pk": {"S": "é"}}}
REQUEST = {"TableName": "t", "Key": {"pk": {"S": "é"}}}
BODY = json.dumps(ITEM).encode()
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
THROTTLED = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slow down"}

PASSING: dict[str, Act] = {
    "500": answer({"__type": "com.amazon.coral.service#InternalServerError"}, 500),
    "500 of a balancer": answer(b"<html>", 503),
    "400, throttled": answer(THROTTLED, 400),
    "400, throttled, as other services say it": answer({"__type": "TooManyRequestsException:http://aws"}, 400),
}
BROKEN: dict[str, Act] = {
    "closed at once": closed,
    "closed in the head": raw(whole(BODY)[:20]),
    "closed in the body": raw(whole(BODY)[:-1]),
    "silent": silent,
    "silent in the body": lambda connection: raw(whole(BODY)[:-1])(connection) or silent(connection),
    "a byte at a time": dripping(whole(BODY), GIVEN_UP_S / 4),
    "not JSON": answer(b"{"),
    "JSON, but no object": answer([ITEM]),
    "not UTF-8": answer(b'{"a": "\xff"}'),
    "nested too deep": answer(b"[" * 100_000),
    "another checksum": answer(ITEM, crc=1),
    "no length": raw(whole(BODY).replace(b"content-length", b"x-length")),
    "a length that is none": raw(whole(BODY).replace(b"content-length: ", b"content-length: -")),
    "a chunk without a length": raw(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk whose length is none": raw(CHUNKED + b"xy\r\n{}\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": raw(CHUNKED + b"1\r\n{}\r\n0\r\n\r\n"),
    "closed before the last chunk": raw(CHUNKED + b"2\r\n{}\r\n"),
    "more than announced": raw(whole(BODY) + b"x"),
    "an older HTTP": raw(whole(BODY).replace(b"HTTP/1.1", b"HTTP/1.0")),
    "no HTTP": raw(b"220 mail.example ESMTP\r\n\r\n"),
    "an interim answer": raw(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a head without end": raw(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000),
}


class Client:
    """A lean client with short patience that notes its pauses."""

    def __init__(self, url: str, service: str = "dynamodb") -> None:
        access = AwsAccess("eu-west-3", "AKID", "secret", "token", {"": url})
        self.pauses: list[float] = []
        self._call = LeanClient(service, access, patience=SHORT, sleep=self.pauses.append)

    def get(self) -> dict[str, Any]:
        return self._call("GetItem", REQUEST)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        return self._call(operation, request)


def test_a_request_is_what_aws_expects() -> None:
    with scripted(answer(ITEM)) as server:
        assert Client(server.url).get() == ITEM
    ((head, body),) = server.requests
    lines = head.split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    assert f"Host: {server.url.removeprefix('http://')}" in lines
    assert "X-Amz-Target: DynamoDB_20120810.GetItem" in lines
    assert "Content-Type: application/x-amz-json-1.0" in lines
    assert "X-Amz-Security-Token: token" in lines
    assert json.loads(body) == REQUEST


def test_an_answer_may_come_in_chunks() -> None:
    half = len(BODY) // 2
    sent = b"%x;more\r\n%b\r\n%X\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (half, BODY[:half], len(BODY) - half, BODY[half:])
    with scripted(raw(CHUNKED + sent, keep=True), answer({})) as server:
        client = Client(server.url)
        assert [client.get(), client.get()] == [ITEM, {}]
    assert (server.connections, client.pauses) == (1, [])


def test_calls_share_a_connection() -> None:
    with scripted(answer(ITEM), answer({}), answer(ITEM)) as server:
        client = Client(server.url)
        assert [client.get(), client.get(), client.get()] == [ITEM, {}, ITEM]
    assert server.connections == 1


@pytest.mark.parametrize("fault", [pytest.param(act, id=name) for name, act in (PASSING | BROKEN).items()])
@pytest.mark.parametrize("times", [1, 2])
def test_what_passes_is_tried_again_after_a_pause(fault: Act, times: int) -> None:
    with scripted(*[fault] * times, answer(ITEM), answer({})) as server:
        client = Client(server.url)
        assert client.get() == ITEM
        assert client.get() == {}, "nothing of what was broken is left over"
    assert len(server.requests) == times + 2
    assert len(client.pauses) == times
    assert all(0 <= pause <= 0.1 * 2**number for number, pause in enumerate(client.pauses))


@pytest.mark.parametrize("fault", [pytest.param(act, id=name) for name, act in BROKEN.items()])
def test_what_does_not_pass_is_given_up_after_three_attempts(fault: Act) -> None:
    with scripted(*[fault] * 4) as server, pytest.raises(StorageUnavailable):
        Client(server.url).get()
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (PASSING["500"], "InternalServerError"),
        (PASSING["500 of a balancer"], "503"),
        (PASSING["400, throttled"], "ThrottlingException"),
        (PASSING["400, throttled, as other services say it"], "TooManyRequestsException"),
    ],
)
def test_an_error_that_stays_keeps_its_name(fault: Act, code: str) -> None:
    with scripted(*[fault] * 4) as server, pytest.raises(CallRefused) as refused:
        Client(server.url).get()
    assert refused.value.code == code
    assert len(server.requests) == 3


def test_a_refusal_is_not_tried_again_and_says_what_came_with_it() -> None:
    content = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", **ITEM}
    with scripted(answer(content, 400)) as server, pytest.raises(CallRefused) as refused:
        Client(server.url).get()
    assert refused.value.code == "ConditionalCheckFailedException"
    assert refused.value.answer["Item"] == ITEM["Item"]
    assert len(server.requests) == 1


def test_a_kept_connection_that_was_closed_meanwhile_costs_no_attempt() -> None:
    """A container that was frozen finds its connection closed: that is no fault of anybody's."""
    acts = [raw(whole(BODY)), *[closed] * 2, answer(ITEM)]
    with scripted(*acts) as server:
        client = Client(server.url)
        client.get()
        assert client.get() == ITEM
    assert server.connections == 4
    assert len(client.pauses) == 2


def test_a_connection_that_the_service_closes_is_not_used_again() -> None:
    last = raw(whole(BODY, more="Connection: Close\r\n"), keep=True)
    with scripted(last, answer({})) as server:
        client = Client(server.url)
        assert [client.get(), client.get()] == [ITEM, {}]
    assert (server.connections, client.pauses) == (2, [])


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    client = Client(url)
    with pytest.raises(StorageUnavailable, match="ConnectionRefusedError"):
        client.get()
    assert len(client.pauses) == 2


def test_the_retries_of_a_transaction_carry_one_token() -> None:
    with scripted(PASSING["500"], closed, answer({}), answer({})) as server:
        client = Client(server.url)
        client.call("TransactWriteItems", {"TransactItems": []})
        client.call("TransactWriteItems", {"TransactItems": []})
    first, second, third, other = (json.loads(body)["ClientRequestToken"] for _, body in server.requests)
    assert first == second == third != other


parts = [b"HTTP/1.1 ", b"200", b"400", b" OK", b"\r\n", b"\r\n\r\n", b"content-length:", b"2", b"{}", CHUNKED]
pieces = st.sampled_from(parts)


@given(st.lists(pieces | st.binary(max_size=5), max_size=12).map(b"".join))
def test_whatever_comes_back_there_is_an_answer_or_one_of_two_errors(garbage: bytes) -> None:
    with scripted(*[raw(garbage)] * 4) as server:
        with suppress(CallRefused, StorageUnavailable):
            assert isinstance(Client(server.url).get(), dict)
        assert 1 <= len(server.requests) <= 3


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of an authority of its own, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = tmp_path_factory.mktemp("tls") / "here.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_of_a_known_authority_is_spoken_to(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with scripted(answer(ITEM), answer({}), tls=tls(certificate)) as server:
        client = Client(server.url)
        assert [client.get(), client.get()] == [ITEM, {}]
    assert server.connections == 1


def test_a_certificate_of_nobody_known_is_not(certificate: Path) -> None:
    with scripted(tls=tls(certificate)) as server, pytest.raises(StorageUnavailable, match="SSLCertVerificationError"):
        Client(server.url).get()
    assert server.requests == []


def test_a_certificate_of_another_host_is_not(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with scripted(tls=tls(certificate)) as server, pytest.raises(StorageUnavailable, match="SSLCertVerificationError"):
        Client(server.url.replace("127.0.0.1", "localhost")).get()
    assert server.requests == []


def test_silence_at_the_handshake_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        access = AwsAccess("eu-west-3", "AKID", "secret", None, {"": f"https://127.0.0.1:{deaf.getsockname()[1]}"})
        call = LeanClient("dynamodb", access, patience=Patience(0.1, 0.1, 9), sleep=lambda _: None)
        with pytest.raises(StorageUnavailable, match="TimeoutError"):
            call("GetItem", REQUEST)


def test_no_attempt_begins_when_its_time_is_over() -> None:
    patience = Patience(connect_s=0.1, answer_s=0.1, again_s=0.05)
    with scripted(silent, answer(ITEM)) as server:
        access = AwsAccess("eu-west-3", "AKID", "secret", None, {"": server.url})
        call = LeanClient("dynamodb", access, patience=patience, sleep=lambda _: None)
        with pytest.raises(StorageUnavailable, match="TimeoutError"):
            call("GetItem", REQUEST)
    assert len(server.requests) == 1


def test_whom_a_person_waits_for_is_asked_twice_and_read_once_more_within_seconds() -> None:
    assert 2 * IN_A_HURRY.longest_s < 3.5
    assert IN_A_HURRY.answer_s < IN_A_HURRY.again_s, "a silent attempt is followed by another"
    assert IN_A_HURRY.longest_s < PATIENT.longest_s
