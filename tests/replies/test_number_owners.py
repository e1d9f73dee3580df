"""To whose inbox an answer goes when the ledger has forgotten who wrote: the number's owner, never another (P8)."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, MINUTE
from chalicelib.storage.threads import Thread
from tests.replies.test_inbound import opposed, reply
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import World

LONG_AGO = 40 * DAY
A_NUMBER, B_NUMBER = "36123", "36999"


@pytest.fixture
def a_and_b(world: World) -> tuple[Shop, Shop]:
    """A wrote from its number forty days ago, B from its own today."""
    a, b = open_shop(world, brand="Lumen", sender=A_NUMBER), open_shop(world, brand="Volt", sender=B_NUMBER)
    for shop in (a, b):
        world.services.sender_book.register_default(shop.advertiser, verified=True)
        written_to(shop)
        world.clock.advance(LONG_AGO if shop is a else 0)
    return a, b


def written_to(shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"


def thread(shop: Shop) -> Thread | None:
    services = shop.world.services
    return services.threads.get(shop.advertiser.id, services.vault.person(CAMILLE))


def test_an_answer_to_a_number_goes_to_its_owner_however_long_ago_that_wrote(a_and_b: tuple[Shop, Shop]) -> None:
    a, b = a_and_b
    assert reply(a, "C'est encore en stock ?", to=A_NUMBER) == "reply"
    assert (thread(a) is not None, thread(b)) == (True, None)
    assert reply(a, "Stop", "reply-2", to=A_NUMBER) == "stop"
    assert opposed(a) == {a.advertiser.id}
    assert reply(a, "Et la bleue ?", "reply-3", to=B_NUMBER) == "reply"
    assert thread(b) is not None


def test_a_number_that_is_nobodys_any_more_leads_to_nobody_and_its_stop_to_all_that_wrote(
    a_and_b: tuple[Shop, Shop],
) -> None:
    a, b = a_and_b
    a.world.services.senders.remove(a.advertiser.id, "FR", A_NUMBER)
    assert reply(a, "C'est encore en stock ?", to=A_NUMBER) == "unknown_number"
    assert (thread(a), thread(b)) == (None, None)
    assert reply(a, "Stop", "reply-2", to=A_NUMBER) == "stop"
    assert opposed(a) == {b.advertiser.id}


def test_who_was_never_written_to_by_the_owner_is_nobodys(a_and_b: tuple[Shop, Shop]) -> None:
    a, b = a_and_b
    a.world.services.erasure.erase(a.advertiser.id, a.world.services.vault.person(CAMILLE))
    assert reply(a, "C'est encore en stock ?", to=A_NUMBER) == "unknown_number"
    assert (thread(a), thread(b)) == (None, None)


def test_a_number_that_an_advertiser_only_claims_is_not_its_own(a_and_b: tuple[Shop, Shop]) -> None:
    a, b = a_and_b
    a.world.services.sender_book.register(b.advertiser, "FR", A_NUMBER, verified=False)
    assert a.world.services.senders.owners(A_NUMBER) == {a.advertiser.id}
    assert reply(a, "C'est encore en stock ?", to=A_NUMBER) == "reply"
    assert (thread(a) is not None, thread(b)) == (True, None)


def test_a_shared_number_goes_on_with_the_last_conversation(a_and_b: tuple[Shop, Shop]) -> None:
    a, b = a_and_b
    book = a.world.services.sender_book
    a.world.clock.advance(MINUTE)
    assert reply(a, "Bonjour", to=A_NUMBER) == "reply"
    book.register(b.advertiser, "FR", A_NUMBER, verified=True)
    a.world.clock.advance(LONG_AGO)
    assert reply(a, "Toujours là ?", "reply-2", to=A_NUMBER) == "reply"
    first = thread(a)
    assert first and (first.texts, thread(b)) == (2, None)
    assert reply(a, "Volt : et vous ?", "reply-3", to=A_NUMBER) == "reply"
    assert thread(b) is not None
    assert reply(a, "STOP", "reply-4", to=A_NUMBER) == "stop"
    assert opposed(a) == {a.advertiser.id, b.advertiser.id}


def test_the_registry_says_whose_a_number_is_as_it_changes(shop: Shop) -> None:
    services, own = shop.world.services, shop.advertiser.id
    book, owners = services.sender_book, services.senders.owners
    book.register(shop.advertiser, "FR", "LUMEN", verified=True, stop_number="36180")
    assert owners("36180") == {own}, "what takes the STOPs to a name"
    book.register(shop.advertiser, "FR", "LUMEN", verified=True, stop_number="36181")
    assert not owners("36180")
    assert owners("36181") == {own}
    book.register(shop.advertiser, "FR", "36181", verified=True)
    book.remove(shop.advertiser, "FR", "LUMEN")
    assert owners("36181") == {own}, "it is a sender of its own as well"
    book.remove(shop.advertiser, "FR", "36181")
    assert owners("36181") == set()
    assert not [item for item in shop.world.of_type("number_owner") if item["pk"] == "NUMBER#36181"]


def test_what_was_registered_before_owners_were_kept_is_noted_by_one_pass(a_and_b: tuple[Shop, Shop]) -> None:
    a, b = a_and_b
    unlisted = open_shop(a.world, sender="36555")
    for item in a.world.of_type("number_owner"):
        a.world.dynamodb.delete_item(TableName=a.world.table, Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}})
    services = a.world.worker()
    assert services.senders.owners(A_NUMBER) == set()
    for _ in range(2):
        assert sum(services.sender_book.note_owners(one) for one in services.advertisers.each()) == 3
    assert services.senders.owners(A_NUMBER) == {a.advertiser.id}
    assert services.senders.owners("36555") == {unlisted.advertiser.id}
    assert services.senders.owners(B_NUMBER) == {b.advertiser.id}
