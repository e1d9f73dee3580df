"""The admin API's routes as the application has them, for tests that try each one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import app as application
from chalicelib.web.described import Described, description_of
from chalicelib.web.openapi_models import model_named

Route = tuple[str, str]
"""A method, and an address with names in braces."""


def told(method: str, path: str) -> Described:
    """What a route says of itself."""
    found = description_of(application.app.routes[path][method].view_function)
    assert found is not None, f"{method} {path}: say @described(…) above @view (CONTRIBUTING.md)"
    return found


def example_for(method: str, path: str) -> Any:
    """The body that the description shows for a route."""
    body = told(method, path).body
    if body is None:
        return None
    return model_named(body).model_config["json_schema_extra"]["examples"][0] if isinstance(body, str) else {}


def _routes() -> Iterator[Route]:
    for path, methods in application.app.routes.items():
        if path.startswith("/v1/"):
            yield from ((method, path) for method in methods)


ROUTES = sorted(route for route in _routes() if not told(*route).public)
OPERATORS_OWN = {route for route in ROUTES if told(*route).operator}
