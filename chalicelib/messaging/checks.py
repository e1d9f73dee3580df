"""What is wrong with a template, or could be better, before it is saved: each finding with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.messaging.compose import MOST_CART_PARTS, compose, uses
from chalicelib.messaging.content import JOURNEYS, invitation, marketing_reasons, own_words
from chalicelib.messaging.template_language import NotComposable, names_in
from chalicelib.messaging.values import Asking, PromoCode, Thing, Values
from chalicelib.messaging.words import find, plain
from chalicelib.storage.templates import Template

_A_NUMBER = "36000"
_LINK = "https://r.example/Ab3dE5gH7j"
_A_PAGE = "https://r.example/u/Ab3dE5gH7j"
_ITEMS = tuple(Thing(f"Article {number}", f"item-{number}", "49,90 €") for number in range(10))
_FULL = Values(
    brand="Marque",
    link=_LINK,
    way_out=_A_PAGE,
    company="Marque SAS",
    first_name="Camille",
    last_name="Martin",
    product=Thing("Lampe de chevet", "item-1", "49,90 €"),
    items=_ITEMS,
    total="99,80 €",
    agent="Lou",
    code=PromoCode("ABCD2345", "10 %", "31/12 à 23h59"),
    survey=Asking("Quelle couleur ? Répondez A (Rouge) ou B (Bleu).", "Quelle couleur ?", "A (Rouge) ou B (Bleu)"),
    order={"number": "2026-1042", "status": "expédiée", "total": "99,80 €"},
)
_BARE = replace(_FULL, first_name=None, last_name=None, product=None, items=(), total=None)
"""The same message for somebody who told no name, about a cart that names nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. An error keeps the template from being saved."""

    severity: Literal["error", "warning"]
    rule: str
    message: str


def check_cart_text(text: str) -> str:
    """The text of a cart journey, if it may be saved; ValueError that says what is wrong with the template."""
    template = Template("cart", text, journey="cart", max_parts=MOST_CART_PARTS)
    found = check(template, two_way=True, stop_number=_A_NUMBER, agent=True)
    if found and found[0].severity == "error":
        raise ValueError(f"not a template that can be filled in: {found[0].message}")
    return text


def check(template: Template, *, two_way: bool, stop_number: str | None, agent: bool) -> list[Finding]:
    """Everything that is found, errors first: for a sender that can be answered or not, with an agent or without."""
    try:
        data = {name.partition(".")[2]: "12345" for name in names_in(template.text) if name.startswith("data.")}
        texts = [
            compose(template, replace(values, data=data), stop_number or _A_NUMBER).text for values in (_FULL, _BARE)
        ]
    except NotComposable as error:
        return [Finding("error", found.rule, found.message) for found in error.errors]
    found = [
        *_way_out(template, stop_number),
        *_agent(template, named=agent),
        *_class(template),
        *_reply(template, texts, answerable=two_way),
        *_shape(template, texts),
    ]
    return sorted(found, key=lambda finding: finding.severity)


def example(template: Template, stop_number: str | None) -> str | None:
    """The SMS that a template makes for somebody made up; None where it makes none."""
    try:
        return compose(template, _FULL, stop_number or _A_NUMBER).text
    except NotComposable:
        return None


def _way_out(template: Template, stop_number: str | None) -> Iterator[Finding]:
    if template.message_class == "marketing" and stop_number is None:
        yield Finding(
            "error", "no_stop_number", "an SMS from a name tells a number that takes STOP; none is configured"
        )


def _agent(template: Template, *, named: bool) -> Iterator[Finding]:
    if not named and uses(template, "agent"):
        yield Finding("error", "no_agent", "it is signed by an agent, and the advertiser has named none")


def _class(template: Template) -> Iterator[Finding]:
    """Content sets the class, not its label."""
    if template.message_class != "marketing":
        reasons = marketing_reasons(own_words(template.text), journey=template.journey, names=names_in(template.text))
        for reason in reasons:
            message = f"this makes it marketing: {reason.words or reason.kind}"
            yield Finding("error", f"marketing_{reason.kind}", message)
    elif JOURNEYS.get(template.journey) == "authorisation":
        yield Finding("error", "class", "a one-time code is no marketing")
    if template.journey == "unpaid_order" and not names_in(template.text) & {"order.number", "data.order_number"}:
        yield Finding("error", "order_number", "a reminder of an unpaid order names the order: {{ order.number }}")


def _reply(template: Template, texts: list[str], *, answerable: bool) -> Iterator[Finding]:
    if answerable:
        return
    if template.survey:
        yield Finding("error", "one_way_sender", "it asks a survey's question, and its sender cannot be answered")
        return
    for text in (own_words(template.text), *texts):
        if words := invitation(text):
            yield Finding("error", "one_way_sender", f"it invites a reply ({words}), and its sender cannot be answered")
            return


def _shape(template: Template, texts: list[str]) -> Iterator[Finding]:
    if template.message_class == "authorisation":
        return
    linked = all(_LINK in text for text in texts)
    if template.message_class == "marketing" and not linked and not template.survey:
        yield Finding("error", "link", "the template does not show {{ link }} to everybody")
    words = plain(own_words(template.text))
    if not find("salutation", words):
        yield Finding("warning", "salutation", "it greets nobody")
    if not linked and not template.survey and not find("call", words) and not find("invites_reply", words):
        yield Finding("warning", "call_to_action", "it asks for nothing: no link, no verb that says what to do")
    if not (uses(template, "brand") or uses(template, "advertiser")):
        told = "is put before it" if template.message_class == "marketing" else "is not told"
        yield Finding("warning", "brand", f"it does not show {{{{ brand }}}}, which {told}")
    if re.search(r"\bstop\b", words):
        yield Finding("warning", "stop", "the way out is added to marketing by itself: leave STOP out")
