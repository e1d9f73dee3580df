"""What a real SMS of the cart journey can name: who signs it, and what the cart held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.clock import HOUR
from chalicelib.messaging.agents import seal_name
from chalicelib.storage.advertisers import CartJourney
from chalicelib.storage.messages import Message
from chalicelib.storage.sending_hours import Agent
from chalicelib.storage.templates import Language, Template
from tests.support.shop import CAMILLE, Shop, hashed, visitor_id
from tests.support.stream import Stream

NOVA = {"item_id": "nova", "item_name": "Lampe Nova", "price": 49.9, "quantity": 2}
LUNE = {"item_id": "lune", "item_name": "Lampe Lune", "price": 30}
TEXT = (
    "{{ brand }}: {% for item in cart.items %}{{ item }} {{ item.price }}, {% endfor %}"
    "{{ cart.count }} = {{ cart.total }}, {{ product }} {{ product.price }} {{ link }} {{ agent.name }}"
)


def named(shop: Shop, text: str = TEXT) -> None:
    sealed = seal_name(shop.world.services.vault, shop.advertiser.id, "Zoé")
    shop.world.services.advertisers.save(
        replace(shop.advertiser, cart=CartJourney(HOUR, template=text), agent=Agent(()), agent_name=sealed)
    )


def left(shop: Shop, stream: Stream, template: str | None = None) -> Message:
    """A message about a cart as its visitor left it, on the queue."""
    shop.contact()
    visitor, ids = visitor_id(), {"phone_sha256": hashed(CAMILLE)}
    for item in (NOVA, LUNE):
        shop.tell(visitor, "add_to_cart", ids=ids, params={"items": [item], "currency": "EUR"})
        stream.follow()
        shop.world.clock.advance(1)
    cart = shop.world.services.visitors.get(shop.site.id, visitor).cart
    assert cart is not None
    return shop.message(product=cart.product, cart=cart.contents, template=template)


def sent(shop: Shop, message: Message) -> str:
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    return shop.world.services.vault.open(shop.stored(message).text or b"", f"message/{message.id}")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Lampe Lune 30 €, Lampe Nova 49,90 €, 2 = 129,80 €, Lampe Lune 30 € "),
        ("en", "Lampe Lune €30, Lampe Nova €49.90, 2 = €129.80, Lampe Lune €30 "),
    ],
)
def test_the_cart_is_told_in_the_templates_language(shop: Shop, stream: Stream, language: Language, told: str) -> None:
    named(shop)
    template = Template("t", TEXT, journey="cart", language=language, max_parts=3)
    shop.world.services.templates.save(shop.advertiser.id, template)
    text = sent(shop, left(shop, stream, "t"))
    assert told in text and "Zoé" in text
    assert f"STOP {'au' if language == 'fr' else 'to'} 36123" in text


def test_the_name_of_who_signs_is_sealed(shop: Shop) -> None:
    named(shop)
    assert "Zoé" not in str(shop.world.of_type("advertiser"))


def test_without_an_agent_a_text_that_names_one_is_not_sent(shop: Shop, stream: Stream) -> None:
    message = left(shop, stream)
    shop.world.services.advertisers.save(replace(shop.advertiser, cart=CartJourney(HOUR, template=TEXT)))
    assert shop.world.services.dispatch.send(message.id, message.version) == "refused"
    assert shop.stored(message).reason == "not_composable"
