"""The API's description on pages for people."""

from __future__ import annotations

import pytest

from chalicelib.web.api_page import resources
from tests.web.conformance import DOCUMENT
from tests.web.conftest import Api

RESOURCES = resources(DOCUMENT)


def test_every_route_stands_on_the_first_page_and_on_its_resources(api: Api) -> None:
    first = api.ask("GET", "/v1/docs")
    assert (first.status, first.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    for name, operations in RESOURCES.items():
        page = api.ask("GET", f"/v1/docs/{name}").text
        for one in operations:
            assert f'href="docs/{name}#{one.name}"' in first.text
            assert f'id="{one.name}"' in page and one.path in page


def test_an_unknown_resource_is_a_problem(api: Api) -> None:
    assert api.ask("GET", "/v1/docs/elephants").status == 404


def test_a_page_that_is_as_it_was_is_not_sent_again(api: Api) -> None:
    tag = api.ask("GET", "/v1/docs").headers["ETag"]
    assert api.ask("GET", "/v1/docs", told={"If-None-Match": tag}).status == 304


@pytest.mark.parametrize("name", ["webhooks"])
def test_a_body_is_told_field_by_field_with_an_example_and_a_command(name: str) -> None:
    one = next(one for one in RESOURCES[name] if one.name == "create_webhook")
    assert {field.name for field in one.body if field.required} == {"name", "url", "events"}
    assert next(field.about for field in one.body if field.name == "url").startswith("https, on a public address")
    assert '"url": "https://shop.example/told"' in one.example
    assert one.curl.startswith('curl -X POST "https://r.example/v1/advertisers/$ADVERTISER/webhooks"')
