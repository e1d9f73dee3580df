"""The recipient's own page: narrowing needs no code; seeing, erasing and coming back need one to the phone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.audience.access import SESSION
from chalicelib.audience.profile import open_profile
from chalicelib.clock import HOUR
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.ledger import EVERYONE
from chalicelib.wiring import services
from chalicelib.workers.send import on_orders
from tests.support.fakes import RecordingProvider
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream
from tests.web.conftest import Answer, Api

ENGLISH = {"Accept-Language": "en-GB"}


def sent_code(shop: Shop, phone: str = CAMILLE, **known: Any) -> str:
    shop.contact(phone, **known)
    message = shop.message(phone)
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    return shop.stored(message).code or ""


def visited_code(shop: Shop, stream: Stream, **known: Any) -> str:
    """The link of an SMS that a visit led to, with all that hangs on it."""
    shop.contact(CAMILLE, **known)
    shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()
    shop.world.clock.advance(2 * HOUR)
    shop.world.services.due_steps.run()
    shop.world.services.tick.run()
    on_orders(shop.world.queue.drain(), shop.world.services)
    code = str(shop.world.of_type("message")[0]["code"])
    assert code
    return code


def post(api: Api, link: str, /, **fields: str) -> Answer:
    return api.ask("POST", f"/u/{link}", fields, form=True, told=ENGLISH)


def hidden(answer: Answer, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found.group(1)


def asked_for_code(api: Api, link: str) -> tuple[str, str]:
    """The token of the form, and the code that went to the phone."""
    asked = hidden(post(api, link, action="code"), "asked")
    provider = services().provider
    assert isinstance(provider, RecordingProvider)
    return asked, re.findall(r"\b\d{6}\b", provider.sent[-1].text)[0]


def opened(api: Api, link: str) -> tuple[Answer, str]:
    asked, code = asked_for_code(api, link)
    page = post(api, link, action="check", asked=asked, code=f"{code[:3]} {code[3:]}")
    assert page.status == 200
    return page, hidden(page, "session")


def test_one_click_unsubscribes_however_it_is_posted(api: Api, shop: Shop) -> None:
    code = sent_code(shop)
    body = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--'
    told = {"Content-Type": "multipart/form-data; boundary=b"}
    assert api.ask("POST", f"/u/{code}", body, told=told).status == 200
    assert post(api, code, **{"List-Unsubscribe": "One-Click"}).status == 200
    assert shop.world.counts(shop.advertiser.id)["opposed.unsubscribe"] == 1


def test_who_cannot_be_heard_right_now_is_told_so(api: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a page that says "done" where nothing was written."""
    code = sent_code(shop)

    def away(*_: object) -> bool:
        raise StorageUnavailable("away")

    monkeypatch.setattr(services().ledgers, "oppose", away)
    answer = post(api, code)
    assert answer.status == 503 and "One moment" in answer.text and "Done" not in answer.text


def test_all_advertisers_are_stopped_by_one_tap(api: Api, shop: Shop) -> None:
    code, other = sent_code(shop), open_shop(shop.world)
    assert "no more SMS from any shop" in post(api, code, action="stop_all").text
    ledger = shop.world.services.ledgers.get(shop.world.services.vault.person(CAMILLE))
    assert set(ledger.opposed) == {EVERYONE}
    assert ledger.opposition(other.advertiser.id)


def test_matching_is_withdrawn_by_one_tap_and_sms_stays(api: Api, shop: Shop) -> None:
    code = sent_code(shop, first_name="Camille")
    shop.contact(CAMILLE, base="partner", advertisers=(shop.advertiser.id,))
    assert post(api, code, action="unmatch").status == 200
    before = len(shop.world.of_type("consent"))
    shop.world.clock.advance(HOUR)
    assert post(api, code, action="unmatch").status == 200
    assert len(shop.world.of_type("consent")) == before
    person = shop.world.services.vault.person(CAMILLE)
    for base in (shop.advertiser.id, "partner"):
        contact = shop.world.services.contacts.get(base, person)
        assert contact
        assert (contact.consents["matching"].given, contact.consents["sms_marketing"].given) == (False, True)
        assert contact.consents["matching"].source == "preferences"
    own = shop.world.services.contacts.get(shop.advertiser.id, person)
    assert own and open_profile(shop.world.services.vault, own).first_name == "Camille"


def test_the_link_alone_shows_and_erases_nothing(api: Api, shop: Shop) -> None:
    code = sent_code(shop, first_name="Camille", email="camille@example.com")
    before = shop.world.items()
    for action in ("see", "download", "erase", "erase_now", "start", "check", "sneeze"):
        for token in ("", "AAAA", "é", code):
            page = post(api, code, action=action, session=token, asked=token, code="000000", sms_marketing="yes")
            assert page.status == 200
            assert not re.search(r"Camille|camille@|\+?33 ?6", page.text)
    assert shop.world.items() == before


def test_a_code_to_the_phone_shows_everything(api: Api, shop: Shop, stream: Stream) -> None:
    code = visited_code(shop, stream, first_name="Camille <b>", email="camille@example.com")
    page, session = opened(api, code)
    last = shop.world.provider.sent[-1]
    assert (last.to, last.sender) == (CAMILLE, "36123")
    for told in (
        "Camille &lt;b&gt;",
        "camille@example.com",
        CAMILLE,
        "checkout",
        "add_to_cart",
        "Lampe Lune vous attend",
    ):
        assert told in page.text
    data = post(api, code, action="download", session=session)
    assert data.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(data.text)["bases"][0]["profile"]["email"] == "camille@example.com"


def test_a_wrong_code_asks_again_and_shows_nothing(api: Api, shop: Shop) -> None:
    code = sent_code(shop, first_name="Camille")
    asked, right = asked_for_code(api, code)
    page = post(api, code, action="check", asked=asked, code="000000" if right != "000000" else "111111")
    assert page.status == 422 and 'role="alert"' in page.text and "Camille" not in page.text
    assert hidden(page, "asked") == asked


def test_a_code_or_session_of_another_link_opens_nothing(api: Api, shop: Shop) -> None:
    """Who holds a forwarded link may well have a link and a phone of their own."""
    victim, attacker = sent_code(shop, first_name="Camille"), sent_code(shop, MALIK)
    asked, right = asked_for_code(api, attacker)
    assert "Camille" not in post(api, victim, action="check", asked=asked, code=right).text
    _, session = opened(api, attacker)
    for action in ("see", "download", "erase_now"):
        assert "Camille" not in post(api, victim, action=action, session=session).text
    assert shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))


def test_a_code_is_good_for_one_session_and_few_tries(api: Api, shop: Shop) -> None:
    link = sent_code(shop, first_name="Camille")
    asked, right = asked_for_code(api, link)
    assert "Camille" in post(api, link, action="check", asked=asked, code=right).text
    assert "Camille" not in post(api, link, action="check", asked=asked, code=right).text
    asked, right = asked_for_code(api, link)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(10):
        assert "Camille" not in post(api, link, action="check", asked=asked, code=wrong).text
    assert "Camille" not in post(api, link, action="check", asked=asked, code=right).text


def test_a_phone_gets_few_codes(api: Api, shop: Shop) -> None:
    link = sent_code(shop)
    statuses = [post(api, link, action="code").status for _ in range(6)]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_a_session_ends_after_fifteen_minutes(api: Api, shop: Shop) -> None:
    code = sent_code(shop, first_name="Camille")
    _, session = opened(api, code)
    shop.world.clock.advance(SESSION - 1)
    assert "Camille" in post(api, code, action="see", session=session).text
    shop.world.clock.advance(1)
    page = post(api, code, action="see", session=session)
    assert "Camille" not in page.text and "15 minutes" in page.text


def test_erasing_asks_once_more_and_then_is_done(api: Api, shop: Shop) -> None:
    code = sent_code(shop, first_name="Camille")
    shop.contact(CAMILLE, base="partner", advertisers=(shop.advertiser.id,))
    _, session = opened(api, code)
    person = shop.world.services.vault.person(CAMILLE)

    assert "cannot be undone" in post(api, code, action="erase", session=session).text
    assert shop.world.services.contacts.get(shop.advertiser.id, person)
    assert "your data are erased" in post(api, code, action="erase_now", session=session).text

    assert shop.world.of_type("contact") == []
    assert shop.world.services.ledgers.get(person).opposition(shop.advertiser.id)
    for action in ("erase_now", "see", "code", "stop", "unmatch"):
        assert post(api, code, action=action, session=session).status == 200
    assert not any(item["person"] == "" for item in shop.world.of_type("ledger"))


def test_coming_back_needs_a_tick_and_leaves_its_proof(api: Api, shop: Shop) -> None:
    code = sent_code(shop)
    post(api, code, action="stop")
    page, session = opened(api, code)
    assert "checked" not in page.text
    assert "Tick at least one box" in post(api, code, action="start", session=session).text
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.ledgers.get(person).opposition(shop.advertiser.id)

    assert "Noted" in post(api, code, action="start", session=session, sms_marketing="yes").text
    assert shop.world.services.ledgers.get(person).opposition(shop.advertiser.id) is None
    contact = shop.world.services.contacts.get(shop.advertiser.id, person)
    assert contact
    consent = contact.consents["sms_marketing"]
    assert (consent.given, consent.source, consent.wording) == (True, "preferences", "preferences-1-en")
    assert consent.wording_hash and contact.consents["matching"].at < consent.at


def test_coming_back_from_the_partner_base_tells_the_advertiser_the_phone_only(api: Api, shop: Shop) -> None:
    shop.contact(CAMILLE, base="partner", advertisers=(shop.advertiser.id,), first_name="Camille")
    message = shop.message(CAMILLE, base="partner")
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    code = shop.stored(message).code or ""
    _, session = opened(api, code)
    post(api, code, action="start", session=session, sms_marketing="yes")
    own = shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))
    assert own
    assert open_profile(shop.world.services.vault, own).first_name is None


def test_fewer_messages_hold_at_once_for_what_is_queued_too(api: Api, shop: Shop) -> None:
    link, queued = sent_code(shop), shop.message()
    assert "fewer SMS" in post(api, link, action="fewer", every="weekly").text
    assert post(api, link, action="fewer", every="weekly").status == 200

    assert shop.world.services.dispatch.send(queued.id, queued.version) == "refused"
    assert shop.stored(queued).reason == "fewer_wanted"
    assert shop.world.counts(shop.advertiser.id)["wished.fewer"] == 1


def test_a_kind_that_is_unwanted_does_not_come_and_nothing_ticked_changes_nothing(api: Api, shop: Shop) -> None:
    link, queued = sent_code(shop), shop.message()
    before = shop.world.of_type("ledger")
    assert post(api, link, action="kinds").status == 200
    assert shop.world.of_type("ledger") == before
    assert "no more messages of this kind" in post(api, link, action="kinds", reminders="no").text
    assert shop.world.services.dispatch.send(queued.id, queued.version) == "refused"
    assert shop.stored(queued).reason == "kind_unwanted"


def test_a_link_narrows_a_wish_and_only_the_phones_code_widens_it(api: Api, shop: Shop) -> None:
    link = sent_code(shop)
    post(api, link, action="fewer", every="monthly")
    post(api, link, action="fewer", every="weekly")
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.ledgers.get(person).wishes[shop.advertiser.id].every_ms == 30 * 24 * HOUR

    page, session = opened(api, link)
    assert "At most one marketing SMS in 30 days" in page.text
    post(api, link, action="start", session=session, sms_marketing="yes")
    assert not shop.world.services.ledgers.get(person).wishes
