"""Journeys that are ready to be switched on, each a JSON file here: its document, and its texts in French and English.

Switched on, a playbook is the advertiser's own: a journey and templates that can be read and changed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.journeys.definition import Document, Journey, Slug
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.templates import Language, Template

_FOLDER = Path(__file__).parent
_Told = dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=500)]]


class Written(Document):
    """A template in one language; its journey's kind and language are the playbook's to say."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    message_class: MessageClass | None = None
    """As the journey's kind has it."""
    journey: str | None = None
    promo_pool: str | None = None
    asking: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None
    """The text where a survey was named that it asks."""
    gsm_safe: bool = True
    budget: Annotated[int, Field(ge=1, le=3)] = 1
    max_parts: Annotated[int, Field(ge=1, le=5)] = 3


class Playbook(Document):
    """One file."""

    id: Slug
    title: _Told
    says: _Told
    """What it does, in a sentence for who decides whether to switch it on."""
    off_by_default: bool = False
    asks: tuple[Slug, ...] = ()
    """What has to be answered when it is switched on."""
    may_ask: tuple[Slug, ...] = ()
    """What may be answered too."""
    journey: Journey
    """Its texts name templates by the names below."""
    templates: dict[Slug, dict[Language, Written]]

    @model_validator(mode="after")
    def _texts_are_there(self) -> Self:
        named = {text.template for step in self.journey.steps for text in step.all_texts()}
        if named != set(self.templates):
            raise ValueError(f"texts and templates differ: {sorted(map(str, named ^ set(self.templates)))}")
        if any(set(written) != {"fr", "en"} for written in self.templates.values()):
            raise ValueError("each text is there in French and in English")
        return self


@cache
def playbooks() -> tuple[Playbook, ...]:
    """All of them, by id."""
    files = sorted(_FOLDER.glob("*.json"))
    return tuple(Playbook.model_validate_json(file.read_text(encoding="utf-8")) for file in files)


def playbook_of(playbook_id: str) -> Playbook | None:
    """One playbook, or None."""
    return next((one for one in playbooks() if one.id == playbook_id), None)


def installation(
    playbook: Playbook, language: Language, answers: Mapping[str, Any], now: int
) -> tuple[Journey, list[Template]]:
    """The journey and the templates that a playbook becomes. Raises InvalidInput where it asks for more or for less."""
    if errors := list(_unanswered(playbook, answers)):
        raise InvalidInput(errors)
    templates = [
        Template(
            id=template_id(playbook, name),
            text=_text(written[language], answers),
            message_class=written[language].message_class or playbook.journey.message_class,
            journey=written[language].journey or playbook.journey.kind,
            language=language,
            gsm_safe=written[language].gsm_safe,
            budget=written[language].budget,
            promo_pool=answers.get("promo_pool") if written[language].promo_pool else None,
            survey=answers.get("survey") if written[language].asking else None,
            max_parts=written[language].max_parts,
            changed_at=now,
        )
        for name, written in playbook.templates.items()
    ]
    return _renamed(playbook, language), templates


def _text(written: Written, answers: Mapping[str, Any]) -> str:
    return written.asking if written.asking and answers.get("survey") else written.text


def template_id(playbook: Playbook, name: str) -> str:
    """Under which id a playbook's text is stored."""
    return f"{playbook.id}-{name}"


def _renamed(playbook: Playbook, language: Language) -> Journey:
    """The journey under its title, with its texts' names as they are stored."""
    document = playbook.journey.model_dump(mode="json")
    document["name"] = playbook.title[language]
    for step in document["steps"]:
        for texts in (step["texts"], *(variant["texts"] for variant in step["variants"])):
            for text in texts:
                text["template"] = template_id(playbook, text["template"])
    return Journey.model_validate(document)


def _unanswered(playbook: Playbook, answers: Mapping[str, Any]) -> Iterable[FieldError]:
    for name in playbook.asks:
        if name not in answers:
            yield FieldError(f"answers.{name}", "required", "the playbook asks for it")
    for name in answers:
        if name not in (*playbook.asks, *playbook.may_ask):
            yield FieldError(f"answers.{name}", "unknown", "the playbook does not ask for it")
