"""The console's session, and the inbox as an agent's browser gets it, with a script and without."""

from __future__ import annotations

import re
from html import unescape

import pytest

from chalicelib.clock import HOUR, MINUTE
from chalicelib.storage import keys
from chalicelib.storage.advertisers import OPERATOR, digest
from chalicelib.storage.table import Delete
from chalicelib.web.sessions import LASTS
from tests.support.shop import CAMILLE, MALIK, Shop, open_shop
from tests.support.talk import write
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in

QUESTION = "Est-ce que la lampe <b>Lune</b> est en stock ?"
INBOX = "/console/inbox"


@pytest.fixture
def agent(api: Api, shop: Shop) -> Browser:
    return signed_in(api, shop)


def test_a_session_is_a_sealed_cookie_that_no_script_reads_and_no_other_site_sends(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    answer = api.ask("POST", "/console", {"key": "rk_own"}, form=True)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-console=") and cookie.endswith("; HttpOnly; SameSite=Strict; Secure")
    assert shop.advertiser.id not in cookie and "rk_own" not in cookie
    assert api.ask("POST", "/console", {"key": "rk_none"}, form=True).status == 403


@pytest.mark.parametrize("cookie", ["", "__Host-console=", "__Host-console=AAAA", "__Host-console=!!", "x=1; y"])
def test_who_is_not_signed_in_is_sent_to_sign_in(api: Api, shop: Shop, cookie: str) -> None:
    browser = Browser(api, cookie)
    assert browser.get(INBOX).headers["Location"] == "../console?next=inbox"
    assert browser.get("/console/news").status == 401
    assert browser.post(f"{INBOX}/thr_x/answer", text="Oui").status == 401


def test_a_session_ends_by_itself_with_its_key_and_by_signing_out(api: Api, shop: Shop) -> None:
    agent = signed_in(api, shop)
    assert agent.get(INBOX).status == 200
    shop.world.clock.advance(LASTS)
    assert agent.get(INBOX).status == 303
    other = signed_in(api, shop, "rk_second")
    shop.world.services.table.delete(Delete(keys.admin_key(digest("rk_second"))))
    shop.world.clock.advance(11_000)
    assert other.get(INBOX).status == 303
    third = signed_in(api, shop)
    assert third.post("/console/sign-out", **third.form(third.get("/console"))).status == 303
    assert third.get(INBOX).status == 303


def test_the_page_that_was_asked_for_comes_after_signing_in_and_no_other_site_does(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    thread = write(shop, QUESTION).id
    for wanted, place in ((f"inbox/{thread}", f"console/inbox/{thread}"), ("//evil.example", "console")):
        answer = api.ask("POST", f"/console?next={wanted}", {"key": "rk_own"}, form=True)
        assert answer.headers["Location"] == place


def test_a_form_without_its_sessions_token_changes_nothing(agent: Browser, shop: Shop) -> None:
    thread = write(shop, QUESTION)
    before = shop.world.items()
    for path in ("answer", "turn", "size"):
        answer = agent.post(f"{INBOX}/{thread.id}/{path}", text="Oui", reply="reply-123", do="close", token="forged")
        assert answer.status == 403
    assert agent.post("/console/sign-out", token="").status == 403
    assert shop.world.items() == before


def test_an_agent_reads_counts_answers_and_closes_without_a_script(agent: Browser, shop: Shop) -> None:
    shop.contact(first_name="Camille")
    thread = write(shop, QUESTION)
    listed = agent.get(INBOX)
    assert "Camille" in listed.text and unescape(listed.text).count(QUESTION) == 1
    assert "<b>Lune</b>" not in listed.text, "what people write is text"
    page = agent.get(f"{INBOX}/{thread.id}")
    form = agent.form(page)
    counted = agent.post(f"{INBOX}/{thread.id}/answer", **form, text="Oui, à très vite ☺", do="count")
    assert counted.status == 200 and "1 SMS" in counted.text and "☺" in counted.text
    shop.world.clock.advance(MINUTE)
    for _ in range(2):
        sent = agent.post(f"{INBOX}/{thread.id}/answer", **form, text="Oui.", do="send")
        assert (sent.status, sent.headers["Location"]) == (303, f"../{thread.id}?state=waiting#last")
    shop.world.work()
    assert [sms.text for sms in shop.world.provider.sent] == ["Oui."]
    agent.post(f"{INBOX}/{thread.id}/turn", **form, do="take")
    agent.post(f"{INBOX}/{thread.id}/turn", **form, do="tag", tags="Stock, vip")
    assert "Nadia" in agent.get(f"{INBOX}?state=open").text
    agent.post(f"{INBOX}/{thread.id}/turn", **form, do="close")
    after = shop.world.services.threads.by_id(thread.id)
    assert after and (after.state, after.tags) == ("closed", ("stock", "vip"))


def test_an_answer_that_may_not_go_out_stays_in_its_box_with_the_reason(agent: Browser, shop: Shop) -> None:
    thread = write(shop, QUESTION)
    form = agent.form(agent.get(f"{INBOX}/{thread.id}"))
    refused = agent.post(f"{INBOX}/{thread.id}/answer", **form, text="-10 % avec le code LUNE", do="send")
    assert refused.status == 422
    assert ">-10 % avec le code LUNE</textarea>" in refused.text and 'role="alert"' in refused.text
    shop.world.clock.advance(25 * HOUR)
    again = signed_in(agent.api, shop)
    form = again.form(again.get(f"{INBOX}/{thread.id}"))
    late = again.post(f"{INBOX}/{thread.id}/answer", **form, text="Oui.", do="send")
    assert late.status == 422 and "plus de 24 heures" in late.text


def test_nothing_new_is_one_read_and_no_answer_and_news_is_what_has_changed(agent: Browser, shop: Shop) -> None:
    thread = write(shop, QUESTION)
    page = agent.get(f"{INBOX}/{thread.id}")
    live = unescape(re.findall(r'hx-get="\.\./(news[^"]*)"', page.text)[0])
    assert agent.get(f"/console/{live}").status == 204
    shop.world.clock.advance(MINUTE)
    write(shop, "Et en bleu ?")
    fresh = agent.get(f"/console/{live}")
    assert fresh.status == 200
    assert "Et en bleu ?" in fresh.text and "Un nouveau message" in fresh.text
    assert 'id="seen" name="seen" value="2"' in fresh.text
    assert f'href="../inbox/{thread.id}' in fresh.text


def test_no_phone_is_shown_whole_and_nothing_of_another_advertiser(agent: Browser, shop: Shop) -> None:
    thread = write(shop, QUESTION, MALIK)
    page = agent.get(f"{INBOX}/{thread.id}")
    assert MALIK not in page.text and MALIK[1:] not in page.text and f"•• •• {MALIK[-2:]}" in page.text
    other = open_shop(shop.world)
    theirs = signed_in(agent.api, other, "rk_theirs")
    assert theirs.get(f"{INBOX}/{thread.id}").status == 404
    assert thread.id not in theirs.get(INBOX).text
    form = theirs.form(theirs.get(INBOX))
    assert theirs.post(f"{INBOX}/{thread.id}/turn", **form, do="close").status == 404


def test_the_page_stops_everything_speaks_two_languages_and_tells_moments_by_the_shops_clock(
    agent: Browser, shop: Shop
) -> None:
    thread = write(shop, QUESTION)
    shop.world.clock.advance(3 * MINUTE)
    page = agent.get(f"{INBOX}/{thread.id}")
    assert 'href="../halt">Tout arrêter' in page.text
    assert f'href="../language/en?back=inbox/{thread.id}"' in page.text
    assert "(Paris)</time>" in page.text and "il y a 3 min" in page.text
    shop.world.services.admin_keys.grant("rk_lou", shop.advertiser.id, role="agent")
    lou = Browser(agent.api)
    lou.post("/console", key="rk_lou", agent="Lou")
    assert "Tout arrêter" not in lou.get(INBOX).text


def test_the_operator_names_whose_inbox_it_is(api: Api, shop: Shop) -> None:
    write(shop, QUESTION, CAMILLE)
    assert api.ask("POST", "/console", {"key": "rk_op", "advertiser": "adv_none"}, form=True).status == 403
    operator = signed_in(api, shop, "rk_op", scope=OPERATOR, advertiser=shop.advertiser.id)
    assert "Lune" in operator.get(INBOX).text


def test_scripts_and_styles_are_the_consoles_own(agent: Browser, shop: Shop) -> None:
    page = agent.get(INBOX)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "<script>" not in page.text and "style=" not in page.text and "onclick" not in page.text
    for name in ("htmx.min.js", "inbox.js", "inbox.css"):
        assert agent.get(f"/console/assets/{name}").status == 200
    assert agent.get("/console/assets/..%2Fsessions.py").status == 404


def test_quick_replies_fill_the_box(agent: Browser, shop: Shop) -> None:
    shop.contact(first_name="Camille")
    thread = write(shop, QUESTION)
    shop.world.services.quick_reply_book.save(shop.advertiser.id, "hello", "Bonjour {{ first_name }} !", "fr")
    page = agent.get(f"{INBOX}/{thread.id}?quick=hello")
    assert ">Bonjour Camille !</textarea>" in page.text
    agent.language = "en"
    assert "Send</button>" in agent.get(f"{INBOX}/{thread.id}").text


def test_what_an_agent_does_on_the_page_is_on_record_with_their_name_and_without_what_was_written(
    api: Api, shop: Shop, agent: Browser
) -> None:
    conversation = write(shop, QUESTION).id
    address = f"{INBOX}/{conversation}"
    hidden = agent.form(agent.get(address))
    answered = agent.post(f"{address}/answer", **hidden | {"text": "Oui, la Zephyr est en stock.", "do": "count"})
    assert answered.status == 200
    agent.post(f"{address}/answer", **hidden | {"text": "Oui, la Zephyr est en stock."})
    shop.world.clock.advance(1)
    agent.post(f"{address}/turn", **hidden | {"do": "close"})
    shop.world.clock.advance(1)
    assert agent.post(f"{address}/turn", **hidden | {"do": "nonsense"}).status == 404
    assert agent.post(f"{address}/turn", **hidden | {"do": "stop", "token": "forged"}).status == 403
    log = api.with_key("rk_own").ask("GET", f"/v1/advertisers/{shop.advertiser.id}/audit")
    done = [(entry["asked"]["do"], entry["status"], entry["agent"]) for entry in log.json["entries"]]
    assert done == [("nonsense", 404, "Nadia"), ("close", 303, "Nadia"), ("answer", 303, "Nadia")]
    assert {entry["target"]["conversation"] for entry in log.json["entries"]} == {conversation}
    assert "Zephyr" not in log.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_signs_somebody_in(api: Api, shop: Shop, site: str) -> None:
    """Else an agent could be made to answer, and to be read, in somebody else's account."""
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    answer = api.ask("POST", "/console", {"key": "rk_own"}, form=True, told={"Sec-Fetch-Site": site})
    assert answer.status == 403 and "Set-Cookie" not in answer.headers
    own = api.ask("POST", "/console", {"key": "rk_own"}, form=True, told={"Sec-Fetch-Site": "same-origin"})
    assert own.status == 303
