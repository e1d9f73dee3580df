"""Body and answer of wordings in the admin API."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.contacts import Purpose
from chalicelib.units import Digest
from chalicelib.web.body import Body, example

Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class NewWording(Body):
    """The exact texts that people are shown, by purpose (audience/wordings.py checks them)."""

    model_config = example({"language": "fr", "texts": {"sms_marketing": "J'accepte"}})

    language: str
    texts: dict[Purpose, Text]


class WordingTold(TypedDict):
    """The texts that people agree to."""

    wording: str
    language: str
    texts: dict[Purpose, str]
    hash: Digest
    """Of the texts: what a consent is recorded with."""
