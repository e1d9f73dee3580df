"""Evidence across advertisers: the service's own cookie, weak, under its own consent, and telling nobody more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.audience.ties import outweighs
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.reports.visits import visit
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.networks import Lent
from chalicelib.storage.visitors import Tie
from chalicelib.storage.visitors import Visitor as Known
from tests.support.network import Visitor, enable, member
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed, lamp
from tests.support.stream import Stream
from tests.support.world import World


def ids(phone: str) -> dict[str, str]:
    return {"phone_sha256": hashed(phone)}


@pytest.fixture
def first(world: World) -> Shop:
    enable(world)
    return member(world)


@pytest.fixture
def second(first: Shop) -> Shop:
    return member(first.world)


@pytest.fixture
def browser() -> Visitor:
    return Visitor()


def known(shop: Shop, browser: Visitor) -> Known:
    return shop.world.services.visitors.get(shop.site.id, browser.at(shop))


def person_of(shop: Shop, browser: Visitor) -> str | None:
    tie = known(shop, browser).tie
    return tie.person if tie else None


def signs_in(shop: Shop, stream: Stream, browser: Visitor, phone: str = CAMILLE) -> None:
    browser.tell(shop, "identify", ids=ids(phone))
    stream.follow()
    shop.world.clock.advance(MINUTE)


def looks(shop: Shop, stream: Stream, browser: Visitor, *names: str, network: str | None = "grant") -> Tie | None:
    browser.tell(shop, *(names or ("view_item",)), network=network, params=lamp())
    stream.follow()
    shop.world.clock.advance(MINUTE)
    return known(shop, browser).tie


def test_who_is_known_at_one_shop_is_recognised_at_another(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    person = first.contact()
    second.contact()
    signs_in(first, stream, browser)
    first.world.clock.advance(DAY)
    came = first.world.clock.now()
    tie = looks(second, stream, browser, "add_to_cart")
    assert tie is not None
    assert (tie.person, tie.base, tie.evidence, tie.strength) == (person, second.advertiser.id, "network", "weak")
    assert tie.at == came, "not the time at which the other shop saw the person"
    (enrolment,) = first.world.enrolments()
    assert (enrolment.advertiser, enrolment.evidence["evidence"]) == (second.advertiser.id, "network")


def test_one_shop_learns_nothing_of_the_other_but_the_evidence(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    person = first.contact()
    second.contact()
    signs_in(first, stream, browser)
    looks(second, stream, browser, "add_to_cart")
    services = first.world.services
    told = str(
        visit(
            services.events,
            services.visitors,
            services.enrolments,
            services.messages,
            services.conversion_log,
            second.site.id,
            browser.at(second),
        )
    )
    (cookie,) = {item["pk"].removeprefix("NET#") for item in first.world.of_type("network")}
    assert "network" in told
    for secret in (first.advertiser.id, first.site.id, browser.at(first), person, cookie):
        assert secret not in told


@pytest.mark.parametrize("matching", [False, None])
def test_without_matching_consent_there_it_is_as_if_the_cookie_led_nowhere(
    first: Shop, second: Shop, stream: Stream, browser: Visitor, matching: bool | None
) -> None:
    first.contact()
    if matching is False:
        second.contact(matching=False)
    signs_in(first, stream, browser)
    assert looks(second, stream, browser) is None
    there = known(second, browser)
    assert (there.unmatched, there.refusals) == (None, {}), "that somebody is known elsewhere is not told"


def test_the_partner_base_serves_where_it_names_the_advertiser(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    first.contact()
    first.contact(base=PARTNER, advertisers=(second.advertiser.id,))
    signs_in(first, stream, browser)
    tie = looks(second, stream, browser)
    assert tie is not None and (tie.base, tie.evidence) == (PARTNER, "network")


@pytest.mark.parametrize("refused", ["first", "second"])
def test_each_visit_needs_the_cookies_own_consent(
    first: Shop, second: Shop, stream: Stream, browser: Visitor, refused: str
) -> None:
    first.contact()
    second.contact()
    browser.tell(first, "identify", ids=ids(CAMILLE), network=None if refused == "first" else "grant")
    stream.follow()
    assert looks(second, stream, browser, network=None if refused == "second" else "grant") is None


def test_another_browser_is_nobodys(first: Shop, second: Shop, stream: Stream, browser: Visitor) -> None:
    first.contact()
    second.contact()
    signs_in(first, stream, browser)
    assert looks(second, stream, Visitor()) is None


def test_what_was_in_the_cart_before_is_not_put_on_the_phone(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    first.contact()
    second.contact()
    looks(second, stream, browser, "add_to_cart")
    signs_in(first, stream, browser)
    assert looks(second, stream, browser) is not None
    assert (known(second, browser).cart, first.world.of_type("message")) == (None, [])


def test_the_newest_person_wins_and_a_known_one_is_let_go_for_a_stranger(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    for phone in (CAMILLE, MALIK, INES):
        first.contact(phone)
    camille, malik = second.contact(CAMILLE), second.contact(MALIK)
    for phone, person in ((CAMILLE, camille), (MALIK, malik), (INES, None), (CAMILLE, camille)):
        signs_in(first, stream, browser, phone)
        looks(second, stream, browser)
        assert person_of(second, browser) == person


def test_strong_evidence_and_the_shops_own_word_stay(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    for phone in (CAMILLE, MALIK):
        first.contact(phone)
        second.contact(phone)
    second.tell(browser.at(second), "identify", ids=ids(MALIK), caller=second.server)
    stream.follow()
    first.world.clock.advance(MINUTE)
    signs_in(first, stream, browser)
    tie = looks(second, stream, browser, "add_to_cart")
    assert tie is not None and (tie.strength, tie.evidence) == ("strong", "phone")
    there = known(second, browser)
    assert there.unmatched is None and there.cart is not None


def test_a_page_that_named_a_stranger_outweighs_the_cookie(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    first.contact()
    second.contact()
    looks(second, stream, browser)
    browser.tell(second, "identify", ids=ids(INES))
    signs_in(first, stream, browser)
    assert looks(second, stream, browser) is None
    assert known(second, browser).unmatched == "unknown_identifier"


def test_a_site_that_demands_strong_evidence_takes_none_of_it(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    first.contact()
    second.contact()
    first.world.services.advertisers.save_site(replace(second.site, demand_strong=True))
    signs_in(first, stream, browser)
    assert looks(second, stream, browser, "add_to_cart") is None
    assert known(second, browser).unmatched is None


def test_the_cookie_does_not_keep_itself_alive(first: Shop, second: Shop, stream: Stream, browser: Visitor) -> None:
    """The evidence of a sign-in ends after 90 days, however often the cookie was shown since."""
    first.contact()
    second.contact()
    signs_in(first, stream, browser)
    first.world.clock.advance(45 * DAY)
    assert looks(second, stream, browser) is not None
    first.world.clock.advance(45 * DAY)
    third = member(first.world)
    third.contact()
    assert looks(third, stream, browser) is None


def test_after_a_refusal_nothing_is_done_in_the_name_that_the_cookie_gave(
    first: Shop, second: Shop, stream: Stream, browser: Visitor
) -> None:
    first.contact()
    second.contact()
    signs_in(first, stream, browser)
    looks(second, stream, browser)
    looks(second, stream, browser, "add_to_cart", network=None)
    assert first.world.of_type("message") == []


def test_records_that_come_again_change_nothing(first: Shop, second: Shop, stream: Stream, browser: Visitor) -> None:
    first.contact()
    second.contact()
    browser.tell(first, "identify", ids=ids(CAMILLE))
    records = stream.follow()
    first.world.clock.advance(MINUTE)
    browser.tell(second, "add_to_cart", params=lamp())
    records += stream.follow()
    kinds = ("network", "network_of", "tie", "enrolment")
    before = [first.world.of_type(kind) for kind in kinds]
    stream.replay(records)
    assert [first.world.of_type(kind) for kind in kinds] == before


def test_the_consent_is_on_record_from_when_it_was_first_heard(first: Shop, stream: Stream, browser: Visitor) -> None:
    first.contact()
    heard = first.world.clock.now()
    signs_in(first, stream, browser)
    first.world.clock.advance(2 * DAY)
    signs_in(first, stream, browser)
    (item,) = first.world.of_type("network")
    assert item["consent_at"] == heard and item["at"] > heard + 2 * DAY - HOUR
    assert item["ttl"] * 1000 == item["at"] + 90 * DAY
    assert first.advertiser.id not in str(item) and first.site.id not in str(item)


@pytest.mark.parametrize(
    ("tie", "unmatched", "wins"),
    [
        (None, None, True),
        (None, "unknown_identifier", False),
        (None, "used_by_another", True),
        (("malik", "network", "weak", 99), None, True),
        (("malik", "phone", "weak", 40), None, True),
        (("malik", "phone", "weak", 60), None, False),
        (("camille", "phone", "weak", 40), None, False),
        (("malik", "phone", "strong", 1), None, False),
    ],
)
def test_when_the_cookie_says_more(tie: tuple[str, str, str, int] | None, unmatched: str | None, wins: bool) -> None:
    lent = Lent("camille", 50, 1)
    held = Tie("adv", tie[0], tie[1], tie[2], tie[3], 1) if tie else None  # type: ignore[arg-type]
    assert outweighs(lent, Known("site", "v", tie=held, unmatched=unmatched), 100) is wins
    assert not outweighs(lent, Known("site", "v"), 49), "what was done before the evidence is nobody's"
