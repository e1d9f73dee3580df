"""Cross-sell (J5): who bought the bicycle is offered what goes with it, and never the bicycle."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, MINUTE
from chalicelib.ids import new_id
from chalicelib.journeys.offers import Bought, chosen
from chalicelib.storage.catalogue import Product
from chalicelib.storage.complements import Complement, Offerable
from chalicelib.storage.ordered import merged
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.storage.sold import MOST_COMPANIONS, Sold, counted
from tests.support.journeys import pass_time, switch_on, texts
from tests.support.orders import became, target, tell
from tests.support.shop import CAMILLE, ORIGIN, PHONES, Shop, hashed, visitor_id
from tests.support.stream import Stream

BIKE = {"item_id": "bike-1", "item_name": "Vélo Ville", "item_category": "Vélos", "price": 499}
BLUE_BIKE = {"item_id": "bike-1-blue", "item_name": "Vélo Ville - bleu", "item_category": "Vélos", "price": 499}
RACER = {"item_id": "racer", "item_name": "Vélo Course", "item_category": "Vélos", "price": 899}
HELMET = {"item_id": "helmet", "item_name": "Casque Ville", "item_category": "Casques", "price": 59}
LOCK = {"item_id": "lock", "item_name": "Antivol U", "item_category": "Antivols", "price": 39}
OFFERED_HELMET = Offerable("helmet", "Casque Ville", f"{ORIGIN}/casque", ("helmet:xl",))
OFFERED_LOCK = Offerable("lock", "Antivol U")


@pytest.fixture
def paul(shop: Shop) -> Shop:
    """The seeds' Paul, who has agreed to offers, in a shop that makes them."""
    pool = Pool(new_id("pool", 0), shop.advertiser.id, "Ten", Benefit("share", percent=10))
    shop.world.services.promo_pools.create(pool)
    shop.world.services.promo_desk.fill(pool, up_to=5)
    switch_on(shop, "cross_sell", promo_pool=pool.id)
    shop.contact()
    return shop


def offers(shop: Shop, *rules: Complement) -> None:
    shop.world.services.complements.save(shop.advertiser.id, rules)


def buys(shop: Shop, stream: Stream, *items: dict[str, Any], order: str = "1", **told: Any) -> None:
    tell(shop, stream, "purchase", order=order, items=list(items), value=1, currency="EUR", **told)


def test_who_bought_the_bicycle_is_offered_what_goes_with_it(paul: Shop, stream: Stream) -> None:
    offers(paul, Complement((OFFERED_HELMET, OFFERED_LOCK), category="vélos"))
    buys(paul, stream, BIKE)
    pass_time(paul, 10 * DAY - MINUTE)
    assert texts(paul) == []
    pass_time(paul, MINUTE)
    (text,) = texts(paul)
    assert text.startswith("Lumen : Casque Ville irait bien avec votre achat. 10 % avec le code ")
    assert target(paul).startswith(f"{ORIGIN}/casque")
    pass_time(paul, 30 * DAY)
    assert len(texts(paul)) == 1


@pytest.mark.parametrize("also", [BIKE, BLUE_BIKE | {"item_id": "x"}, HELMET, HELMET | {"item_id": "helmet:xl"}])
def test_nothing_that_was_ever_bought_is_offered_in_any_variant(paul: Shop, stream: Stream, also: Any) -> None:
    bicycle = Offerable("bike-1-red", "Vélo Ville - rouge")
    offers(paul, Complement((bicycle, OFFERED_HELMET), item="lock"), Complement((bicycle,), category="Antivols"))
    became(paul, stream, "paid", order="0", items=[BIKE], at=-80 * DAY)
    became(paul, stream, "paid", order="1", items=[also], at=-50 * DAY)
    buys(paul, stream, LOCK, order="2")
    pass_time(paul, 10 * DAY)
    offered = [text for text in texts(paul) if "Casque" in text]
    assert texts(paul) == offered, "a bicycle is never offered"
    assert len(offered) == (0 if also["item_id"].startswith("helmet") else 1)


def test_what_is_bought_while_the_offer_waits_is_not_offered(paul: Shop, stream: Stream) -> None:
    """Bought in a browser, whose purchase names no order of the back end's."""
    offers(paul, Complement((OFFERED_HELMET, OFFERED_LOCK), item="bike-1"))
    buys(paul, stream, BIKE)
    pass_time(paul, 5 * DAY)
    ids = {"phone_sha256": hashed(CAMILLE)}
    paul.tell(visitor_id(), "purchase", ids=ids, params={"transaction_id": "2", "items": [HELMET]})
    stream.follow()
    pass_time(paul, 5 * DAY)
    (text,) = texts(paul)
    assert "Antivol U" in text


def test_buying_what_is_offered_takes_the_message_off_the_queue(paul: Shop, stream: Stream) -> None:
    from chalicelib.storage.send_queue import StepOrder, decode

    offers(paul, Complement((OFFERED_HELMET,), item="bike-1"))
    buys(paul, stream, BIKE)
    paul.world.clock.advance(10 * DAY)
    services = paul.world.services
    services.due_steps.run()
    (record,) = paul.world.queue.drain()["Records"]
    order = decode(record["body"])
    assert isinstance(order, StepOrder)
    made = services.steps.run(order.enrolment, order.version)
    assert not isinstance(made, str)
    buys(paul, stream, LOCK, order="2")
    assert paul.stored(made).state == "queued", "what was not offered changes nothing"
    buys(paul, stream, HELMET | {"item_id": "helmet:xl"}, order="3")
    assert (paul.stored(made).state, paul.stored(made).reason) == ("cancelled", "purchased")
    assert services.dispatch.send(made.id, made.version) == "stale"
    assert texts(paul) == []


@pytest.mark.parametrize("status", ["return_opened", "refunded", "complaint_opened", "cancelled"])
def test_nothing_is_offered_with_an_order_that_has_a_problem(paul: Shop, stream: Stream, status: str) -> None:
    offers(paul, Complement((OFFERED_HELMET,), item="bike-1"))
    buys(paul, stream, BIKE)
    became(paul, stream, status, order="1")
    pass_time(paul, 10 * DAY)
    assert texts(paul) == []


def test_without_anything_to_offer_nothing_is_sent_and_that_is_told(paul: Shop, stream: Stream) -> None:
    buys(paul, stream, BIKE)
    pass_time(paul, 10 * DAY)
    (enrolment,) = paul.world.enrolments("cross_sell")
    assert [ran.outcome for ran in enrolment.ran] == ["nothing_to_offer"]
    assert paul.world.counts(paul.advertiser.id)["journey.cross_sell.offer.nothing_to_offer"] == 1


def test_what_others_bought_with_it_is_offered_where_no_rule_says_anything(paul: Shop, stream: Stream) -> None:
    """Never another bicycle, and nothing that went with it once only."""
    for number, phone in enumerate(PHONES[10:14]):
        paul.contact(phone)
        basket = [BIKE, RACER, HELMET] + ([LOCK] if number == 0 else [])
        buys(paul, stream, *basket, order=f"other{number}", ids={"phone_sha256": hashed(phone)})
        buys(paul, stream, *basket, order=f"other{number}", ids={"phone_sha256": hashed(phone)})
    buys(paul, stream, BIKE)
    pass_time(paul, 10 * DAY)
    (text,) = [text for text in texts(paul) if "irait bien" in text]
    assert "Casque Ville" in text
    assert target(paul).startswith(f"{ORIGIN}/")


def test_what_a_browser_says_it_bought_names_nothing_to_others(paul: Shop, stream: Stream) -> None:
    for number, phone in enumerate(PHONES[10:14]):
        paul.contact(phone)
        ids = {"phone_sha256": hashed(phone)}
        params = {"transaction_id": f"o{number}", "items": [BIKE, HELMET]}
        paul.tell(visitor_id(), "purchase", ids=ids, params=params)
        stream.follow()
    assert paul.world.of_type("sold") == []


def test_an_erasure_takes_what_was_ordered(paul: Shop, stream: Stream) -> None:
    buys(paul, stream, BIKE)
    assert len(paul.world.of_type("ordered")) == 1
    services = paul.world.services
    exported = services.erasure.export(paul.advertiser.id, services.vault.person(CAMILLE))
    assert exported
    (order,) = exported["orders"]
    assert [line["item_name"] for line in order["items"]] == ["Vélo Ville"]
    services.erasure.erase(paul.advertiser.id, services.vault.person(CAMILLE))
    assert paul.world.of_type("ordered") == []


def test_the_word_on_an_item_comes_before_that_on_its_category() -> None:
    bought = Bought(["bike-1-blue"], ["Vélos"], [BLUE_BIKE])
    rules = [Complement((OFFERED_LOCK,), category="VÉLOS"), Complement((OFFERED_HELMET,), item="bike-1")]
    assert chosen(bought, rules, []) == OFFERED_HELMET
    assert chosen(bought, rules[:1], [Sold("bell", "Sonnette")]) == OFFERED_LOCK
    assert chosen(
        bought, [], [Sold("racer", "Vélo Course", "vélos"), Sold("x"), Sold("bell", "Sonnette")]
    ) == Offerable("bell", "Sonnette")
    assert chosen(bought, [], []) is None


def in_catalogue(product: str, title: str, *variants: str, available: bool = True) -> Product:
    return Product(product, title, f"{ORIGIN}/{product}", None, "Vélos", variants, available, 0)


def test_the_catalogue_tells_variants_that_ids_do_not(paul: Shop, stream: Stream) -> None:
    """Bought as one variant of a product, offered as another, sold out, or as the product itself."""
    catalogue, now = paul.world.services.catalogue, paul.world.clock.now()
    for product in (
        in_catalogue("900", "Vélo", "901", "902"),
        in_catalogue("700", "Pompe", available=False),
        in_catalogue("800", "Panier"),
    ):
        catalogue.save(paul.site.id, product, now)
    offers(paul, Complement(tuple(Offerable(i, f"Article {i}") for i in ("902", "901", "700", "800")), item="900"))
    buys(paul, stream, {"item_id": "900"})
    pass_time(paul, 10 * DAY)
    (text,) = texts(paul)
    assert "Article 800" in text
    assert target(paul).startswith(f"{ORIGIN}/800")
    assert (
        chosen(
            Bought(["902"], [], []),
            [Complement((Offerable("900", "V"),), item="902")],
            [],
            {"900": in_catalogue("900", "V", "902")},
        )
        is None
    )


lines = st.fixed_dictionaries(
    {"item_id": st.sampled_from(["a", "b", "c"])},
    optional={"item_name": st.sampled_from(["A", "B"]), "price": st.integers(0, 3)},
)


@given(st.lists(lines, max_size=6), st.data())
def test_what_is_in_an_order_does_not_depend_on_what_is_told_first(told: list[Any], data: Any) -> None:
    def all_of(orders: list[Any]) -> Any:
        known: Any = ()
        for line in orders:
            known = merged(known, [line])
        return known

    assert all_of(told) == all_of(data.draw(st.permutations(told + told[:2])))


@given(st.lists(st.lists(st.integers(0, 60), max_size=7, unique=True), max_size=60))
def test_what_is_bought_together_often_is_kept_and_never_counted_too_low(orders: list[list[int]]) -> None:
    """Space-Saving: with k places, what was seen more than 1/k of the time is there; counts err upwards only."""
    known: dict[str, int] = {}
    for order in orders:
        known = counted(known, [str(item) for item in order])
    true = Counter(str(item) for order in orders for item in order)
    assert len(known) <= MOST_COMPANIONS
    assert all(known[item] >= true[item] for item in known)
    assert {item for item, times in true.items() if times > true.total() / MOST_COMPANIONS} <= set(known)
    if len(true) <= MOST_COMPANIONS:
        assert known == true
