"""What the admin API takes of an upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.storage.import_files import MOST_BYTES
from chalicelib.web.body import example

Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewUpload(BaseModel):
    """How a file is read."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True) | example({"bytes": 120_000})

    bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    """Of the file."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"
    wording: Name | None = None
    columns: Annotated[dict[Name, Name], Field(max_length=100)] = {}
    stated: Annotated[dict[Name, Name], Field(max_length=5)] = {}
    """Field to what holds for every row, where the file has no column for it."""
    kinds: Annotated[dict[Name, Literal["text", "integer", "decimal", "boolean", "date"]], Field(max_length=100)] = {}
    zone: Name = "UTC"
    day_first: bool = False
    landlines: bool = False
    dry_run: bool = False
