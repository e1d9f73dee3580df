"""A forwarded link, a shared browser, and what is kept of it: from the event to the table and the report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.reports.visits import visit
from chalicelib.storage.advertisers import Site
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.visitors import Tie, Visitor, Visitors
from chalicelib.web import redirect
from tests.journeys.test_trail import PERSON, Clicked, abandon, enrolments
from tests.support import gateway
from tests.support.faults import FaultyClient
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream


def ids(phone: str) -> dict[str, str]:
    return {"phone_sha256": hashed(phone)}


def known(shop: Shop, visitor: str) -> Visitor:
    return shop.world.services.visitors.get(shop.site.id, visitor)


def person_of(shop: Shop, visitor: str) -> str | None:
    tie = known(shop, visitor).tie
    return tie.person if tie else None


def seen(shop: Shop, visitor: str) -> dict[str, Any]:
    s = shop.world.services
    return visit(s.events, s.visitors, s.enrolments, s.messages, s.conversion_log, shop.site.id, visitor)


def demand_strong(shop: Shop) -> None:
    shop.site = replace(shop.site, demand_strong=True)
    shop.world.services.advertisers.save_site(shop.site)


# --- A link that is passed on ---


def test_a_friends_cart_of_before_the_click_is_not_the_recipients(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked, friend = Clicked(shop, stream), visitor_id()
    abandon(shop, stream, friend)
    before = len(enrolments(shop))
    clicked.arrives(friend)
    assert known(shop, friend).cart is None
    assert len(enrolments(shop)) == before


def test_nor_where_the_visit_is_known_before_the_click_is(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked, friend = Clicked(shop, stream), visitor_id()
    shop.tell(friend, "add_to_cart", params=lamp())
    shop.tell(friend, "page_view", ids={"click_id": clicked.click})
    records = stream.new_records()
    stream.replay(sorted(records, key=lambda r: r["dynamodb"]["Keys"]["pk"]["S"], reverse=True))
    assert person_of(shop, friend) is not None
    assert known(shop, friend).cart is None


def test_a_browser_that_is_somebodys_stays_with_them(shop: Shop, stream: Stream) -> None:
    shop.contact()
    malik, friend = shop.contact(MALIK), visitor_id()
    clicked = Clicked(shop, stream)
    shop.tell(friend, "identify", ids=ids(MALIK))
    clicked.arrives(friend)
    assert person_of(shop, friend) == malik
    assert known(shop, friend).refusals.keys() == {"browser_of_another"}
    assert shop.world.counts(shop.site.id)["click_refused.browser_of_another"] == 1


@pytest.mark.parametrize("known_friend", [True, False])
def test_a_friend_who_signs_in_is_not_the_recipient(shop: Shop, stream: Stream, *, known_friend: bool) -> None:
    camille, friend = shop.contact(), visitor_id()
    clicked = Clicked(shop, stream)
    clicked.arrives(friend)
    if known_friend:
        shop.contact(MALIK)
    before = len(enrolments(shop))
    # Each request of a page carries the click's id beside the identifiers.
    for name in ("identify", "add_to_cart", "add_to_cart"):
        shop.world.clock.advance(MINUTE)
        shop.tell(friend, name, params=lamp(), ids=ids(MALIK) | {"click_id": clicked.click})
        stream.follow()
    assert person_of(shop, friend) != camille
    assert all(enrolment.person != camille for enrolment in enrolments(shop)[before:])
    assert len(seen(shop, friend)["ties"]) == 2, "no to and fro"


def test_a_friend_who_came_first_and_signed_in_has_used_the_link_up(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked, friend = Clicked(shop, stream), visitor_id()
    shop.tell(friend, "page_view", ids=ids(MALIK) | {"click_id": clicked.click})
    stream.follow()
    assert clicked.arrives(visitor_id()) is None


def test_a_landing_page_that_is_passed_on_later_ties_nobody(shop: Shop, stream: Stream) -> None:
    """The recipient did not agree to the banner, and sent the address on."""
    shop.contact()
    clicked, friend = Clicked(shop, stream), visitor_id()
    shop.world.clock.advance(DAY + 1)
    assert clicked.arrives(friend) is None
    assert known(shop, friend).refusals.keys() == {"click_too_late"}


def test_a_preview_does_not_use_the_link_up(shop: Shop, stream: Stream) -> None:
    person = shop.contact()
    clicked = Clicked(shop, stream, headers={"User-Agent": "WhatsApp/2.23 facebookexternalhit/1.1"})
    assert clicked.arrives(visitor_id()) is None
    redirect.handle(gateway.short_link(clicked.code, headers=PERSON), shop.world.services)
    clicked.click = shop.world.last_click(clicked.code).id
    tie = clicked.arrives(visitor_id())
    assert tie is not None and tie.person == person


def test_a_click_ties_on_no_other_site_of_the_advertiser(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked = Clicked(shop, stream)
    second = replace(shop.site, id="site_" + "0" * 26)
    shop.world.services.advertisers.save_site(second)
    other = Shop(shop.world, shop.advertiser, second, shop.secret)
    assert clicked.arrives(visitor_id(), at=other) is None


def test_a_click_of_somebody_who_did_not_agree_is_counted(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked = Clicked(shop, stream)
    shop.contact(matching=False, at=shop.world.clock.now())
    visitor = visitor_id()
    clicked.arrives(visitor)
    clicked.arrives(visitor)
    assert shop.world.counts(shop.site.id)["click_refused.no_matching_consent"] == 1


# --- Several people on one browser ---


def test_an_unsigned_browser_enrols_one_person_a_day(shop: Shop) -> None:
    visitor = visitor_id()
    people = [shop.contact(phone) for phone in (CAMILLE, MALIK, INES)]
    for phone in (CAMILLE, MALIK, INES):
        follow(shop, visitor, phone)
        shop.world.clock.advance(HOUR)
    assert [enrolment.person for enrolment in enrolments(shop)] == people[:1]
    assert shop.world.counts(shop.site.id)["not_enrolled.browser_enrolled_another"] == 2

    shop.world.clock.advance(DAY)
    follow(shop, visitor, MALIK)
    assert [enrolment.person for enrolment in enrolments(shop)] == people[:2]


def follow(shop: Shop, visitor: str, phone: str) -> None:
    """Fill a cart, without the stream: moto's ends with the first transaction that is refused."""
    shop.tell(visitor, "add_to_cart", params=lamp(), ids=ids(phone))
    services = shop.world.services
    services.trail.follow(services.events.trail(shop.site.id, visitor)[-1])


def test_an_event_that_comes_again_is_not_put_on_the_next_persons_phone(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    for phone in (CAMILLE, MALIK):
        shop.contact(phone)
    shop.tell(visitor, "add_to_cart", params=lamp(), ids=ids(CAMILLE))
    records = stream.follow()
    shop.world.clock.advance(MINUTE)
    shop.tell(visitor, "identify", ids=ids(MALIK))
    stream.follow()
    stream.replay(records)
    assert len(enrolments(shop)) == 1
    assert known(shop, visitor).cart is None


@pytest.mark.parametrize("visits", [1, 2])
def test_a_tie_ends_with_the_trail_that_it_stands_on(shop: Shop, stream: Stream, visits: int) -> None:
    """Whether the visitor is forgotten by then, though its item is still there, or kept by a visit in between."""
    visitor = visitor_id()
    shop.contact()
    shop.tell(visitor, "identify", ids=ids(CAMILLE))
    stream.follow()
    services = shop.world.services
    for _ in range(visits):
        shop.world.clock.advance(90 * DAY // visits)
        known_then = known(shop, visitor)
        if known_then.tie:
            assert services.visitors.save(known_then, shop.world.clock.now())
    abandon(shop, stream, visitor)
    assert enrolments(shop) == []
    assert known(shop, visitor).cart is not None


def test_a_back_end_may_enrol_as_many_as_sign_in(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    for phone in (CAMILLE, MALIK):
        shop.contact(phone)
        abandon(shop, stream, visitor, ids=ids(phone), caller=shop.server)
    assert len(enrolments(shop)) == 2


def test_what_is_done_in_anothers_name_is_not_put_on_the_signed_persons_phone(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    for phone in (CAMILLE, MALIK):
        shop.contact(phone)
    shop.tell(visitor, "identify", ids=ids(CAMILLE), caller=shop.server)
    shop.world.clock.advance(MINUTE)
    abandon(shop, stream, visitor, ids=ids(MALIK))
    assert enrolments(shop) == []
    assert shop.world.counts(shop.site.id)["unmatched.contradicts_strong_evidence"] == 1


def test_a_weak_tie_of_before_does_nothing_once_strong_evidence_is_demanded(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "identify", ids=ids(CAMILLE))
    stream.follow()
    demand_strong(shop)
    shop.world.clock.advance(MINUTE)
    abandon(shop, stream, visitor)
    assert enrolments(shop) == []


def test_demanded_strong_evidence_is_the_back_ends(shop: Shop, stream: Stream) -> None:
    person, visitor = shop.contact(), visitor_id()
    demand_strong(shop)
    abandon(shop, stream, visitor, ids=ids(CAMILLE))
    assert (person_of(shop, visitor), enrolments(shop)) == (None, [])
    assert shop.world.counts(shop.site.id)["unmatched.weak_evidence"] == 1
    assert seen(shop, visitor)["sentence"].startswith("The site demands strong evidence")
    shop.tell(visitor, "identify", ids=ids(CAMILLE), caller=shop.server)
    stream.follow()
    assert person_of(shop, visitor) == person


def test_an_opt_in_that_a_code_confirmed_is_strong(shop: Shop, stream: Stream) -> None:
    person, visitor = shop.contact(), visitor_id()
    shop.contact(MALIK, matching=False)
    ties, now = shop.world.services.ties, shop.world.clock.now()
    ties.by_opt_in(shop.site, visitor, person, now)
    tie = known(shop, visitor).tie
    assert tie is not None and (tie.evidence, tie.strength) == ("opt_in", "strong")
    ties.by_opt_in(shop.site, visitor, shop.world.services.vault.person(MALIK), now + 1)
    assert person_of(shop, visitor) == person, "without matching consent nobody is tied"


# --- The record ---


def test_every_change_is_on_record_and_nobody_is_named(shop: Shop, stream: Stream) -> None:
    visitor, start = visitor_id(), shop.world.clock.now()
    camille, malik = shop.contact(), shop.contact(MALIK)
    for phone in (CAMILLE, CAMILLE, MALIK, INES, CAMILLE):
        shop.tell(visitor, "identify", ids=ids(phone))
        stream.follow()
        shop.world.clock.advance(MINUTE)
    stream.replay(stream.new_records())
    told = seen(shop, visitor)
    assert [(change["at"] - start, change["person"], change["reason"]) for change in told["ties"]] == [
        (0, 1, None),
        (2 * MINUTE, 2, None),
        (3 * MINUTE, None, "unknown_identifier"),
        (4 * MINUTE, 1, None),
    ]
    assert told["match"] == {
        "evidence": "phone",
        "strength": "weak",
        "at": start + 4 * MINUTE,
        "base": "own",
        "consent_at": start - DAY,
        "consent_source": "checkout",
        "consent_wording": None,
    }
    assert told["refusals"] == {"unknown_identifier": start + 3 * MINUTE}
    assert camille not in str(told) and malik not in str(told)


def test_each_person_has_a_way_back_to_the_browser_as_long_as_there_is_a_trail(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    camille = shop.contact()
    for _ in range(3):
        shop.tell(visitor, "identify", ids=ids(CAMILLE))
        stream.follow()
        shop.world.clock.advance(DAY)
    (reference,) = shop.world.of_type("browser")
    assert reference["pk"] == f"CONTACT#{shop.advertiser.id}#{camille}"
    assert reference["sk"] == f"BROWSER#{shop.site.id}#{visitor}"
    # Evidence of yesterday holds for 90 days, and the last event of those stays for 90 more.
    assert reference["ttl"] * 1000 == shop.world.clock.now() + 180 * DAY
    assert len(shop.world.of_type("tie")) == 1


def test_a_match_by_the_partner_base_is_told_as_one(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,))
    shop.tell(visitor, "identify", ids=ids(CAMILLE))
    stream.follow()
    assert seen(shop, visitor)["match"]["base"] == PARTNER


def test_the_partner_base_matches_only_for_advertisers_that_were_named(shop: Shop, stream: Stream) -> None:
    visitor, other = visitor_id(), open_shop(shop.world)
    shop.contact(base=PARTNER, advertisers=(other.advertiser.id,))
    shop.tell(visitor, "identify", ids=ids(CAMILLE))
    stream.follow()
    assert seen(shop, visitor)["match"] is None
    assert shop.world.counts(shop.site.id)["unmatched.no_matching_consent"] == 1


def test_a_write_that_was_overtaken_changes_nothing(shop: Shop) -> None:
    visitors: Visitors = shop.world.services.visitors
    blank = Visitor(shop.site.id, visitor_id())
    now = shop.world.clock.now()
    camille, malik = (Tie("adv", person, "phone", "weak", now, 1) for person in ("camille", "malik"))
    assert visitors.tie(replace(blank, tie=camille), None, now)
    assert not visitors.tie(replace(blank, tie=malik), None, now)
    assert not visitors.save(blank, now)
    assert visitors.get(blank.site, blank.id).tie == camille
    assert len(visitors.changes(blank.site, blank.id)) == 1


def test_the_same_person_again_is_one_small_write(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "identify", ids=ids(CAMILLE))
    stream.follow()
    watched = FaultyClient(shop.world.dynamodb, lambda _operation, _number: None)
    shop.world.clock.advance(MINUTE)
    shop.tell(visitor, "view_item", ids=ids(CAMILLE))
    stream.replay(stream.new_records(), shop.world.worker(watched))
    assert watched.calls.count("transact_write_items") == 1, "the event's count only"
    assert watched.calls.count("update_item") == 1


def test_a_site_of_before_has_the_setting_off(shop: Shop) -> None:
    site: Site | None = shop.world.services.advertisers.site(shop.site.id)
    assert site is not None and site.demand_strong is False
