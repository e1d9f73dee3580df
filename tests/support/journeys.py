"""Journeys that tests walk, and the templates that they say."""

from __future__ import annotations

from typing import Any

from chalicelib.journeys.definition import Journey
from chalicelib.journeys.playbooks import installation, playbook_of
from chalicelib.storage.journeys import Running, StoredJourney
from chalicelib.storage.messages import Message
from chalicelib.storage.send_queue import StepOrder, decode
from chalicelib.storage.templates import Language, Template
from tests.support.shop import Shop
from tests.support.stream import Stream

CART: dict[str, Any] = {
    "name": "Abandoned cart",
    "kind": "cart",
    "trigger": {"about": "cart", "events": ["add_to_cart", "begin_checkout"]},
    "steps": [
        {"id": "question", "wait": {"minutes": 45}, "texts": [{"template": "question"}], "expires": 14 * 60},
        {"id": "reminder", "wait": {"minutes": 24 * 60}, "texts": [{"template": "reminder"}]},
    ],
    "exits": [{"on": "purchase"}, {"on": "reply"}],
}
CAPPED: dict[str, Any] = CART | {"audience": [{"fact": "cart.value", "op": "at_most", "value": 500}]}
"""As it may be saved: for no basket above 500 (mission.md, J10)."""
ONE_STEP: dict[str, Any] = CAPPED | {"steps": [{"id": "only", "texts": [{"template": "cart-1"}]}]}
SHIPPED: dict[str, Any] = {
    "name": "Shipped",
    "kind": "order_status",
    "trigger": {
        "about": "order",
        "events": ["order_updated"],
        "when": [{"fact": "order.status", "value": "shipped"}],
    },
    "steps": [{"id": "shipped", "texts": [{"template": "shipped"}]}],
    "exits": [{"on": "order_updated", "when": [{"fact": "order.status", "value": "cancelled"}]}],
}


def template(shop: Shop, template_id: str, text: str, **changes: Any) -> None:
    """Store a template, without the checks of its saving."""
    values: dict[str, Any] = {"journey": "cart"} | changes
    shop.world.services.templates.save(shop.advertiser.id, Template(template_id, text, **values))


def start(
    shop: Shop, journey_id: str, document: dict[str, Any], *, running: Running = "keep", state: Any = "live"
) -> StoredJourney:
    """Store a journey's next version and let it run."""
    journeys, now = shop.world.services.journeys, shop.world.clock.now()
    known = journeys.get(shop.advertiser.id, journey_id)
    text = Journey.model_validate(document).model_dump_json()
    version = known.version + 1 if known else 1
    stored = StoredJourney(journey_id, state, version, text, running, now, "test")
    journeys.save(shop.advertiser.id, stored, known)
    forget_journeys(shop)
    return stored


def forget_journeys(shop: Shop) -> None:
    """As ten seconds later: what was saved holds."""
    for name in ("journey_book", "enroller", "endings", "inbound", "steps", "trail"):
        shop.world.services.__dict__.pop(name, None)


def made_now(shop: Shop) -> Message:
    """The message of the step that is due, made and not sent yet."""
    services = shop.world.services
    services.due_steps.run()
    record = shop.world.queue.drain()["Records"][-1]
    step = decode(record["body"])
    assert isinstance(step, StepOrder)
    made = services.steps.run(step.enrolment, step.version)
    assert isinstance(made, Message)
    return made


def switch_on(shop: Shop, playbook_id: str, language: Language = "fr", **answers: Any) -> None:
    """Let a playbook run as the advertiser's own."""
    playbook = playbook_of(playbook_id)
    assert playbook is not None
    journey, templates = installation(playbook, language, answers, shop.world.clock.now())
    for one in templates:
        shop.world.services.templates.save(shop.advertiser.id, one)
    start(shop, playbook_id, journey.model_dump(mode="json"))


def pass_time(shop: Shop, ms: int, stream: Stream | None = None) -> None:
    """Move the clock, and let a minute's work be done then."""
    shop.world.clock.advance(ms)
    shop.world.work()
    if stream:
        stream.follow()


def texts(shop: Shop) -> list[str]:
    """What has been sent."""
    return [sms.text for sms in shop.world.provider.sent]
