"""Errors as the API tells them."""

from __future__ import annotations

import json

import pytest

from chalicelib import errors
from chalicelib.storage.table import ConditionFailed
from chalicelib.web.problems import problem, render

WRONG = errors.InvalidInput([errors.FieldError("phone", "mobile", "this number is not a mobile's")])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WRONG, 422),
        (errors.TooLarge("a body is at most 64 KB"), 413),
        (errors.Unauthenticated("send a key"), 401),
        (errors.Forbidden("this key reaches another advertiser"), 403),
        (errors.NotFound("message"), 404),
        (errors.StorageUnavailable("InternalServerError"), 503),
        (errors.ConfigurationError("SMS_PROVIDER", "is not set"), 500),
        (ConditionFailed({"phone": "secret"}), 500),
    ],
)
def test_each_error_has_its_status(error: errors.RelanceError, status: int) -> None:
    told, body = problem(error)
    assert told == body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]


def test_every_wrong_field_is_named() -> None:
    _, body = problem(WRONG)
    assert body["errors"] == [{"field": "phone", "rule": "mobile", "message": "this number is not a mobile's"}]


@pytest.mark.parametrize(
    "error", [errors.StorageUnavailable("InternalServerError"), errors.ConfigurationError("SMS_PROVIDER", "is not set")]
)
def test_what_is_our_own_trouble_is_not_told(error: errors.RelanceError) -> None:
    _, body = problem(error)
    assert set(body) == {"type", "title", "status"}


def test_a_kind_of_an_error_is_told_as_that_error() -> None:
    class NotComposable(errors.InvalidInput):
        pass

    assert problem(NotComposable([]))[0] == 422


def test_the_text_is_json() -> None:
    status, text = render(errors.NotFound("message"))
    assert json.loads(text) == problem(errors.NotFound("message"))[1]
    assert status == 404
