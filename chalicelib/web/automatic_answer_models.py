"""Bodies and answers of automatic answers, in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.errors import InvalidInput
from chalicelib.replies.automatic_texts import check, ours
from chalicelib.storage.automatic_answers import KINDS, USUAL, AnswerSettings, Kind
from chalicelib.web.body import Body, example


class AutomaticAnswerSettings(Body):
    """All of an advertiser's settings: what is not named is off, or in our words."""

    model_config = example({"on": ["thanks"]})

    on: Annotated[list[Kind], Field(max_length=len(KINDS))] = Field(default_factory=lambda: sorted(USUAL))
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By language (fr, en, es, de, it, nl) and name, as the answer lists them."""

    def settings(self) -> AnswerSettings:
        """As they are stored. Raises InvalidInput."""
        if wrong := check(self.texts):
            raise InvalidInput(wrong)
        return AnswerSettings(frozenset(self.on), self.texts)


class AutomaticAnswersTold(TypedDict):
    """Which replies are answered by themselves, and in which words, by language and name."""

    on: list[Kind]
    texts: Mapping[str, Mapping[str, str]]
    """The advertiser's own."""
    usual_texts: Mapping[str, Mapping[str, str]]
    """What stands where it has none."""


def settings_answer(settings: AnswerSettings) -> AutomaticAnswersTold:
    """The settings, and the texts that stand where the advertiser has none of its own."""
    return {"on": sorted(settings.on), "texts": settings.texts, "usual_texts": ours()}
