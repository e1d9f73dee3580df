"""The body that registers a wording."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.storage.contacts import Purpose
from chalicelib.web.body import Body, example

Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class NewWording(Body):
    """The exact texts that people are shown, by purpose (audience/wordings.py checks them)."""

    model_config = example({"language": "fr", "texts": {"sms_marketing": "J'accepte"}})

    language: str
    texts: dict[Purpose, Text]
