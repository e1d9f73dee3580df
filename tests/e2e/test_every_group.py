"""Each group of the deployed API: what it shows of a new advertiser, and what it says to what makes no sense.

By the description, so that a new route has its case: it has its function's own policy to answer with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.deployed import Deployed, Shop

_ANSWERS = {"reason": "access", "by": "Inès Martin"}
"""What a query needs, by its name."""
_NOT_SET_UP = {"/v1/advertisers/{advertiser}/keyword"}
"""What a new advertiser has none of: 404."""


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Shop:
    return deployed.open_shop()


def routes(deployed: Deployed, shop: Shop, *methods: str) -> Iterator[tuple[str, str, str, Any]]:
    """Each route of the stage, an advertiser and a site: its method, name and address, and what is told of it."""
    document = deployed.request("GET", "/v1/openapi.json", headers={"Accept": "*/*"}).json
    places = {"advertiser": shop.advertiser, "site": shop.site}
    for path, operations in document["paths"].items():
        for method in methods:
            if method in operations and set(re.findall(r"{(\w+)}", path)) <= places.keys():
                yield method.upper(), path, path.format_map(places), operations[method]


def test_whatever_a_new_advertiser_has_is_shown(deployed: Deployed, shop: Shop) -> None:
    refused = {}
    for method, path, address, told in routes(deployed, shop, "get"):
        needed = [one["name"] for one in told["parameters"] if one.get("in") == "query" and one["required"]]
        if set(needed) <= _ANSWERS.keys():
            query = "&".join(f"{name}={_ANSWERS[name]}" for name in needed)
            answer = deployed.admin(method, f"{address}?{query}" if query else address)
            if answer.status != 200:
                refused[path] = answer.status
    assert refused == dict.fromkeys(_NOT_SET_UP, 404)


def test_a_body_that_makes_no_sense_is_refused_by_name(deployed: Deployed, shop: Shop) -> None:
    taken = {}
    for method, path, address, told in routes(deployed, shop, "post", "put", "patch"):
        if "application/json" in told.get("requestBody", {}).get("content", {}):
            answer = deployed.admin(method, address, ["nonsense"])
            if answer.status != 422 or not answer.json["errors"][0]["rule"]:
                taken[f"{method} {path}"] = answer.status
    assert taken == {}
