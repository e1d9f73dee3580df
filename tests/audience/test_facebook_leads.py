"""Reading a lead from the Graph API: what is asked, and what no lead is made of."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

import pytest

from chalicelib.audience.facebook_leads import GraphLeadReader
from chalicelib.errors import StorageUnavailable


def answering(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception) -> list[urllib.request.Request]:
    asked: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> Any:
        asked.append(request)
        assert 0 < timeout <= 10
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def test_a_lead_is_asked_for_with_the_token_in_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, b'{"id": "123", "field_data": []}')
    assert GraphLeadReader().read("123", "page-token")["id"] == "123"
    (request,) = asked
    assert request.full_url.startswith("https://graph.facebook.com/v")
    assert "/123?fields=id%2Ccreated_time%2Cfield_data%2Ccustom_disclaimer_responses" in request.full_url
    assert "page-token" not in request.full_url
    assert request.get_header("Authorization") == "Bearer page-token"


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b"<html>",
        TimeoutError(),
        urllib.error.URLError("no route"),
        urllib.error.HTTPError("https://graph.facebook.com", 400, "Bad Request", Message(), io.BytesIO(b"{}")),
    ],
)
def test_what_cannot_be_read_is_to_be_told_again(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception) -> None:
    answering(monkeypatch, answer)
    with pytest.raises(StorageUnavailable):
        GraphLeadReader().read("123", "page-token")
