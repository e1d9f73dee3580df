"""What every body of the admin API has in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Body(BaseModel):
    """An unknown field is an error: a misspelt setting must not be taken for one that was set."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def example(body: dict[str, Any]) -> ConfigDict:
    """A model's example, which the description shows and tests/web/test_every_route.py sends."""
    return ConfigDict(json_schema_extra={"examples": [body]})
