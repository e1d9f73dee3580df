"""Roles: what may be done with a key, route by route."""

from __future__ import annotations

import pytest

from chalicelib.storage.admin_keys import ROLES, Role
from chalicelib.web.permissions import may, subject

_OF = "/v1/advertisers/{advertiser}"


@pytest.mark.parametrize(
    ("path", "about"),
    [
        (_OF, "settings"),
        (f"{_OF}/templates/{{template}}/test", "templates"),
        ("/v1/sites/{site}/conversions", "sites"),
        ("/v1/messages", "messages"),
        ("/v1/advertisers", "advertisers"),
    ],
)
def test_a_route_is_about_what_its_address_names(path: str, about: str) -> None:
    assert subject(path) == about


# role: what it may, what it may not
CASES: dict[Role, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "marketer": (
        (("POST", f"{_OF}/broadcasts/{{broadcast}}/launch"), ("PUT", f"{_OF}/halt"), ("GET", f"{_OF}/keys")),
        (("POST", f"{_OF}/keys"), ("DELETE", f"{_OF}/keys/{{key}}"), ("POST", f"{_OF}/keys/{{key}}/rotate")),
    ),
    "agent": (
        (("POST", f"{_OF}/conversations/{{thread}}/messages"), ("GET", "/v1/messages/{message}")),
        (
            ("POST", f"{_OF}/people/{{person}}/export"),
            ("PUT", f"{_OF}/templates/{{template}}"),
            ("POST", "/v1/messages"),
            ("POST", f"{_OF}/journeys/{{journey}}/start"),
            ("POST", f"{_OF}/journeys/{{journey}}/rehearse"),
            ("GET", f"{_OF}/surveys/{{survey}}/answers.csv"),
        ),
    ),
    "developer": (
        (("POST", "/v1/messages"), ("PUT", "/v1/sites/{site}"), ("POST", f"{_OF}/imports"), ("GET", f"{_OF}/journeys")),
        (
            ("POST", f"{_OF}/people/find"),
            ("POST", f"{_OF}/broadcasts/{{broadcast}}/launch"),
            ("GET", f"{_OF}/conversations"),
            ("GET", f"{_OF}/audit"),
            ("GET", f"{_OF}/notices"),
            ("GET", f"{_OF}/consents"),
            ("GET", f"{_OF}/segments/{{segment}}/members"),
            ("GET", f"{_OF}/surveys/{{survey}}/answers.csv"),
            ("PUT", _OF),
        ),
    ),
    "reader": (
        (("GET", f"{_OF}/counts"), ("GET", _OF), ("POST", f"{_OF}/templates/preview")),
        (
            ("PUT", f"{_OF}/halt"),
            ("POST", f"{_OF}/templates/{{template}}/test"),
            ("GET", f"{_OF}/people/{{person}}/consents"),
            ("GET", f"{_OF}/keys"),
            ("POST", f"{_OF}/people/find"),
            ("GET", f"{_OF}/notices"),
            ("GET", f"{_OF}/consents"),
            ("GET", f"{_OF}/segments/{{segment}}/members"),
            ("GET", f"{_OF}/surveys/{{survey}}/answers.csv"),
            ("GET", f"{_OF}/broadcasts/{{broadcast}}/rehearsal"),
            ("GET", "/v1/messages/{message}"),
            ("GET", "/v1/sites/{site}/visitors/{visitor}"),
            ("POST", "/v1/verifications/{verification}/check"),
        ),
    ),
}


@pytest.mark.parametrize("role", sorted(CASES))
def test_a_role_goes_so_far(role: Role) -> None:
    allowed, refused = CASES[role]
    assert [case for case in allowed if not may(role, *case)] == []
    assert [case for case in refused if may(role, *case)] == []


def test_an_agent_reads_what_an_answer_takes_and_nothing_else() -> None:
    from app import app

    read = {path for path, methods in app.routes.items() if "GET" in methods and may("agent", "GET", path)}
    assert sorted(path for path in read if path.startswith(f"{_OF}/")) == [
        f"{_OF}/automatic-answers",
        f"{_OF}/conversations",
        f"{_OF}/conversations/statistics",
        f"{_OF}/conversations/{{conversation}}",
        f"{_OF}/conversations/{{conversation}}/messages",
        f"{_OF}/counts",
        f"{_OF}/halt",
        f"{_OF}/halts",
        f"{_OF}/hours",
        f"{_OF}/journeys",
        f"{_OF}/journeys/{{journey}}",
        f"{_OF}/journeys/{{journey}}/results",
        f"{_OF}/journeys/{{journey}}/versions",
        f"{_OF}/messages",
        f"{_OF}/quick-replies",
        f"{_OF}/quick-replies/{{reply}}",
        f"{_OF}/surveys",
        f"{_OF}/surveys/{{survey}}",
        f"{_OF}/surveys/{{survey}}/draws",
        f"{_OF}/surveys/{{survey}}/statistics",
        f"{_OF}/surveys/{{survey}}/statistics.svg",
        f"{_OF}/templates",
        f"{_OF}/templates/{{template}}",
    ]


@pytest.mark.parametrize("role", ROLES)
def test_whoever_holds_a_key_may_change_its_secret(role: Role) -> None:
    assert may(role, "POST", "/v1/keys/self/rotate")
    assert may(role, "GET", "/v1/keys/self")


def test_the_operator_may_everything() -> None:
    assert may("operator", "DELETE", "/v1/keys/{key}")


def test_whoever_only_reads_changes_nothing_by_any_route_that_there_is() -> None:
    from app import app

    asked = [path for path, methods in app.routes.items() if "POST" in methods and may("reader", "POST", path)]
    assert sorted(path for path in asked if path.startswith("/v1/")) == [
        f"{_OF}/journeys/check",
        f"{_OF}/limits/simulate",
        f"{_OF}/segments/preview",
        f"{_OF}/segments/{{segment}}/size",
        f"{_OF}/templates/check",
        f"{_OF}/templates/preview",
        "/v1/hours/check",
        "/v1/keys/self/rotate",
        "/v1/sms/check",
    ]
    assert all(may(role, "POST", f"/v1/{about}/check") for role in ROLES for about in ("hours", "sms"))
    changes = {(method, path) for path, methods in app.routes.items() for method in methods}
    others = [one for one in changes if one[0] in ("PUT", "PATCH", "DELETE") and may("reader", *one)]
    assert others == []
