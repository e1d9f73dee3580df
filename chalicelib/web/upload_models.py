"""What the admin API takes of an upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewUpload(BaseModel):
    """How a file is read."""

    model_config = ConfigDict(extra="forbid")

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"
    wording: Name | None = None
    columns: Annotated[dict[Name, Name], Field(max_length=100)] = {}
    kinds: Annotated[dict[Name, Literal["text", "integer", "decimal", "boolean", "date"]], Field(max_length=100)] = {}
    zone: Name = "UTC"
    day_first: bool = False
    landlines: bool = False
    dry_run: bool = False
