"""What a step's message is about and carries. Its id follows from the step: made again, it is the same message."""

from __future__ import annotations

import json

from chalicelib.clock import MINUTE
from chalicelib.ids import derived_id
from chalicelib.journeys.book import Known
from chalicelib.journeys.experiments import arm_of
from chalicelib.journeys.stepping import Go
from chalicelib.messaging.given import Given, seal_given
from chalicelib.storage.carts import Cart
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.messages import Message
from chalicelib.storage.messages import Step as Happened
from chalicelib.vault import Vault

MESSAGE_LEASE = 2 * MINUTE
"""How long the worker that made a message has to send it, before the tick orders it anew."""
_VISITS = frozenset({"cart", "product", "person"})


def message_id(vault: Vault, journey: Known, enrolment: Enrolment) -> str:
    """The id of the message of the step that an enrolment waits for: a keyed hash of all that makes it one."""
    step = journey.document.steps[enrolment.step].id
    named = json.dumps([*enrolment.key, enrolment.run, step])
    return derived_id("msg", vault.sign(f"step|{named}"))


def step_message(
    vault: Vault, journey: Known, enrolment: Enrolment, go: Go, cart: Cart | None, now: int, link: str | None = None
) -> Message:
    """The message of a step, to be sent now.

    About an order or an account, it needs no visit and no consent to matching, and leads to `link`, which was checked.
    """
    step = journey.document.steps[enrolment.step]
    name, arm = message_id(vault, journey, enrolment), arm_of(journey.document, enrolment)
    about = journey.document.trigger.about
    visit = about in _VISITS
    # The order that somebody has stayed away since is no purchase that an SMS wanted to cause.
    changed_at = enrolment.active_at if about == "person" else enrolment.changed_at
    given = None if visit and step.sender is None else _given(enrolment, step.sender, link)
    number = enrolment.facts.get("transaction_id")
    order = {"order": vault.sign(f"order|{enrolment.advertiser}|{number}")} if number else {}
    return Message(
        id=name,
        state="queued",
        version=1,
        message_class=journey.document.message_class,
        advertiser=enrolment.advertiser,
        site=enrolment.site if visit else None,
        journey=journey.document.kind,
        campaign=journey.id,
        base=enrolment.base,
        person=enrolment.person,
        visitor=enrolment.visitor if visit else None,
        template=go.text.template,
        data=seal_given(vault, name, given) if given else None,
        product=cart.product if cart else enrolment.product,
        cart=cart.contents if cart else None,
        cart_at=cart.started_at if cart else changed_at,
        cart_changed_at=cart.changed_at if cart else changed_at,
        created_at=now,
        expires_at=enrolment.planned_at + round(step.expires * MINUTE),
        due_at=now + MESSAGE_LEASE,
        evidence={**enrolment.evidence, **order},
        enrolment={"journey": enrolment.journey, "subject": enrolment.subject, "run": enrolment.run}
        | ({"definition": journey.version, "arm": arm} if arm else {}),
        step=step.id,
        variant=go.variant,
        history=(Happened("scheduled", now),),
    )


def _given(enrolment: Enrolment, sender: str | None, link: str | None) -> Given:
    """What a back end's event gives a text to say."""
    told = enrolment.facts
    values = {"status": told["status"]} if told.get("status") else {}
    return Given(values, link, told.get("order_number") or told.get("transaction_id"), sender=sender)
