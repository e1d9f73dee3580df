"""The admin API's description (OpenAPI 3.1), from the same models that check its bodies."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from chalicelib.web.admin_models import NewAdvertiser, NewSite
from chalicelib.web.problems import MEDIA_TYPE

_ROUTES: tuple[tuple[str, str, str, str | None, int], ...] = (
    ("post", "/v1/advertisers", "Create an advertiser (operator)", "NewAdvertiser", 201),
    ("get", "/v1/advertisers/{advertiser}", "An advertiser's settings", None, 200),
    ("put", "/v1/advertisers/{advertiser}", "Replace an advertiser's settings", "NewAdvertiser", 200),
    ("post", "/v1/advertisers/{advertiser}/keys", "Make a key for an advertiser (operator)", None, 201),
    ("post", "/v1/advertisers/{advertiser}/sites", "Register a site", "NewSite", 201),
    ("get", "/v1/advertisers/{advertiser}/counts", "Messages, clicks and oppositions of the last hours", None, 200),
    ("get", "/v1/sites/{site}/counts", "Events, matches and drops of the last hours", None, 200),
    ("get", "/v1/sites/{site}/visitors/{visitor}", "What a visit led to, or why nothing came of it", None, 200),
    ("get", "/v1/messages/{message}", "Why a message was sent, or was not", None, 200),
    ("get", "/v1/counts", "What belongs to no known site (operator)", None, 200),
)


def document(origin: str) -> dict[str, Any]:
    """The whole description."""
    _, schemas = models_json_schema(
        [(NewAdvertiser, "validation"), (NewSite, "validation")], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for method, path, summary, body, status in _ROUTES:
        paths.setdefault(path, {})[method] = _operation(path, summary, body, status)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relance admin API", "version": "1"},
        "servers": [{"url": origin}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, summary: str, body: str | None, status: int) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    if path.endswith("/counts"):
        parameters.append(
            {
                "name": "hours",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": 744},
            }
        )
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            str(status): {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}},
            "default": {"description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}},
        },
    }
    if body:
        schema = {"$ref": f"#/components/schemas/{body}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation
