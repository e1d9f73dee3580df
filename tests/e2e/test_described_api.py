"""The deployed API does what its description tells: schemathesis asks every route what fits it, and what does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from tests.e2e.deployed import Deployed

_EXAMPLES = 50 if os.environ.get("RELANCE_SOAK") else 1
load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
_REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429"]
_ROUTES_PER_KEY = 500 // (2 * _EXAMPLES)
"""So that no key comes to its limit, past which every answer is the same."""
_NOT_HERE = {"rotate_own_key"}
"""It would end the key that the others ask with."""


def described(deployed: Deployed) -> Iterator[Any]:
    """Each route that one advertiser may be asked by: what is the stage's own is only read, since others run on it."""
    config = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": _REFUSED}}})
    document = deployed.request("GET", "/v1/openapi.json", headers={"Accept": "*/*"}).json
    found: Any
    for found in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
        operation = found.ok()
        own = operation.definition.raw["x-roles"] == ["operator"]
        if operation.definition.raw["operationId"] not in _NOT_HERE and not (own and operation.method != "get"):
            yield operation


@pytest.mark.filterwarnings("ignore")
def test_every_route_answers_as_its_description_tells(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    places = {False: f"/v1/advertisers/{shop.advertiser}/keys", True: "/v1/keys"}
    named = {"advertiser": shop.advertiser, "site": shop.site}
    wrong: list[str] = []
    for number, operation in enumerate(described(deployed)):
        if number % _ROUTES_PER_KEY == 0:
            keys = {operators: deployed.admin("POST", place, {}).json["key"] for operators, place in places.items()}
        key = keys[operation.definition.raw["x-roles"] == ["operator"]]
        for mode in GenerationMode:
            wrong += asked(operation, mode, f"http://127.0.0.1:{deployed.stack.port}", key, named)
    assert wrong == []


def asked(operation: Any, mode: GenerationMode, origin: str, key: str, named: dict[str, str]) -> list[str]:
    """What is wrong with a route's answers."""
    wrong: list[str] = []

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters.update({name: named[name] for name in case.path_parameters if name in named})
        case.headers["Authorization"] = f"Bearer {key}"
        response = case.call(base_url=origin)
        if response.status_code == 501:  # Told so, where the stage is not set up for it.
            return
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as failed:
            wrong.extend(f"{operation.label} {mode.name}: {one}" for one in failed.exceptions)

    with suppress(Unsatisfiable):  # Nothing that such a route takes can be wrong.
        ask()
    return wrong
