"""What is wrong with a journey for its advertiser, beyond what its schema tells: templates, senders, countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import FieldError
from chalicelib.journeys.definition import Journey, Step, Text
from chalicelib.journeys.restraint import check_baskets
from chalicelib.messaging.content import invitation, own_words
from chalicelib.messaging.profile import CountryProfile
from chalicelib.messaging.senders import Sender, choose_sender
from chalicelib.storage.templates import Template

_SENDERS = {
    "sender_unregistered": "no sender is registered for it",
    "sender_wrong_class": "its sender carries no SMS of this class",
    "sender_one_way": "the text invites a reply, and its sender cannot be answered",
    "sender_unverified": "its sender waits for the operator to verify it",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an advertiser has that its journeys name."""

    templates: Mapping[str, Template]
    senders: Sequence[Sender]
    profiles: Mapping[str, CountryProfile]
    """By country, as they are signed now."""


def check_journey(journey: Journey, around: Surroundings) -> list[FieldError]:
    """Everything that keeps a journey from being saved, each by its place in the document."""
    return [*_countries(journey, around), *check_baskets(journey), *_texts(journey, around)]


def _countries(journey: Journey, around: Surroundings) -> Iterator[FieldError]:
    for position, country in enumerate(journey.countries):
        if not around.profiles[country].sends:
            yield FieldError(
                f"countries.{position}", "country_unsigned", f"nothing is sent to {country} until the operator signs it"
            )


def _texts(journey: Journey, around: Surroundings) -> Iterator[FieldError]:
    for number, step in enumerate(journey.steps):
        for place, text in _placed(step):
            yield from _text(journey, step, f"steps.{number}.{place}", text, around)


def _placed(step: Step) -> Iterator[tuple[str, Text]]:
    for position, text in enumerate(step.texts):
        yield f"texts.{position}", text
    for number, variant in enumerate(step.variants):
        for position, text in enumerate(variant.texts):
            yield f"variants.{number}.texts.{position}", text


def _text(journey: Journey, step: Step, place: str, text: Text, around: Surroundings) -> Iterator[FieldError]:
    field = f"{place}.template"
    template = around.templates.get(text.template or "")
    if template is None:
        yield FieldError(field, "unknown", "no template of the advertiser's has this id")
        return
    if template.message_class != journey.message_class:
        kinds = f"{journey.kind} is {journey.message_class}, and the template {template.message_class}"
        yield FieldError(field, "class", kinds)
        return
    for country in journey.countries:
        found = choose_sender(
            around.senders,
            country,
            journey.message_class,
            invites_reply=invitation(own_words(template.text)) is not None and not _asks_for_an_answerable_sender(text),
            wanted=step.sender or template.sender,
        )
        if isinstance(found, str):
            yield FieldError(field, found, f"{country}: {_SENDERS[found]}")


def _asks_for_an_answerable_sender(text: Text) -> bool:
    return any(one.fact == "sender.two_way" and one.op == "is" and one.value is True for one in text.when)
