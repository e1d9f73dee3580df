"""Numbers with their units, as answers tell them and their description names them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Moment = Annotated[int, Field(description="UTC, epoch milliseconds", json_schema_extra={"format": "int64"})]
Milliseconds = Annotated[int, Field(description="Milliseconds")]
Seconds = Annotated[int, Field(description="Seconds")]
Hours = Annotated[int, Field(description="Hours")]
Count = Annotated[int, Field(ge=0)]
"""How many there are."""
Micro = Annotated[int, Field(description="Millionths of the currency", json_schema_extra={"format": "int64"})]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
Money = dict[Currency, Micro]
"""Sums by currency."""
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Zone = Annotated[str, Field(description="A time zone by its IANA name")]
Rate = Annotated[float, Field(description="A fraction of 1")]
Address = Annotated[str, Field(description="An address", json_schema_extra={"format": "uri"})]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
