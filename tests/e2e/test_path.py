"""From a visit to a click and an opposition, through the deployed functions, with the default journey of 45 minutes."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

from chalicelib.vault import identifier_digest
from tests.e2e.deployed import PRODUCT_PAGE, Deployed, eventually

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604"
)
BROWSER = {"User-Agent": IPHONE}


def test_a_visit_becomes_an_sms_and_a_click_and_a_no(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    shop.opt_in(phone)
    visitor = shop.visitor()
    assert visitor.fill_cart(phone).status == 202

    assert visitor.journey("active")["run"] == 1
    assert visitor.seen()["match"]["evidence"] == "phone"
    deployed.pass_minutes(46)
    first = visitor.message("sent")["message"]

    text = deployed.sms_to(phone)
    assert text.startswith("Lumen: bonjour Camille, Lampe Nova vous attend: ")
    link, way_out = re.findall(re.escape(deployed.stack.origin) + r"\S*", text)
    assert text.endswith(f"STOP au 36111 ou {way_out}")
    code = link.rsplit("/", 1)[-1]
    assert way_out == f"{deployed.stack.origin}/u/{code}"

    landed = deployed.request("GET", f"/{code}", headers=BROWSER)
    assert (landed.status, landed.headers["cache-control"]) == (302, "no-store")
    target = urlsplit(landed.headers["location"])
    query = parse_qs(target.query)
    assert landed.headers["location"].startswith(PRODUCT_PAGE.split("?")[0])
    assert (query["id"], query["utm_source"], query["utm_campaign"]) == (["nova"], ["relance"], ["cart"])
    eventually(lambda: shop.counts().get("click.person") == 1)
    assert deployed.request("HEAD", f"/{code}", headers=BROWSER).status == 302
    eventually(lambda: shop.counts().get("click.preview") == 1)
    assert shop.counts()["click.person"] == 1

    by_link = shop.visitor()
    by_link.send(by_link.event("page_view"), ids={"click_id": query["rl_click"][0]})
    assert eventually(lambda: by_link.seen()["match"])["evidence"] == "click"
    stranger = shop.visitor()
    stranger.send(stranger.event("page_view"), ids={"click_id": query["rl_click"][0]})
    eventually(lambda: shop.counts().get("event.page_view") == 3)
    assert stranger.seen()["match"] is None

    asked = deployed.request("GET", f"/u/{code}", headers=BROWSER | {"Accept-Language": "en-GB"})
    assert asked.status == 200 and b"No more SMS from Lumen?" in asked.body
    assert "opposed.unsubscribe" not in shop.counts()
    for _ in range(2):
        done = deployed.request(
            "POST", f"/u/{code}", b"", {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
        )
        assert done.status == 200 and "C’est fait" in done.body.decode()
    assert shop.counts()["opposed.unsubscribe"] == 1

    deployed.pass_minutes(25 * 60)
    visitor.fill_cart(phone)
    eventually(lambda: visitor.seen()["journey"]["run"] == 2)
    deployed.pass_minutes(46)
    refused = visitor.message("refused", "sent")
    assert refused["message"] != first
    assert (refused["state"], refused["reason"]) == ("refused", "opposed")
    assert deployed.sms_to(phone) == text


def test_a_purchase_before_the_delay_cancels(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    visitor.send(visitor.event("purchase", transaction_id="T-1", value=49.9, currency="EUR"))
    assert visitor.journey("left")["reason"] == "purchased"
    deployed.pass_minutes(46)
    assert deployed.sms_to(phone) == ""


def test_a_purchase_told_by_the_back_end_cancels(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    body = {
        "site": shop.site,
        "consent": "grant",
        "ids": {"phone_sha256": identifier_digest(phone)},
        "events": [visitor.event("purchase", transaction_id="T-2")],
    }
    told = deployed.request("POST", "/e", json.dumps(body), {"Authorization": f"Bearer {shop.secret}"})
    assert told.status == 202, told.body
    assert visitor.journey("left")["reason"] == "purchased"


def test_nothing_comes_of_visits_without_consent_and_it_says_why(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    no_sms, no_matching = phone, f"{phone[:-2]}{90 + int(phone[-2:]) % 10}"
    shop.opt_in(no_sms, sms=False)
    shop.opt_in(no_matching, matching=False, first_name="Ines")
    one, other = shop.visitor(), shop.visitor()
    one.fill_cart(no_sms)
    other.fill_cart(no_matching)
    one.journey("active")
    eventually(lambda: shop.counts().get("unmatched.no_matching_consent"))
    deployed.pass_minutes(46)
    assert one.message("refused")["reason"] == "no_sms_marketing_consent"
    seen = other.seen()
    assert (seen["match"], seen["message"]) == (None, None)
    assert "has not agreed to be matched" in seen["sentence"]
    assert (deployed.sms_to(no_sms), deployed.sms_to(no_matching)) == ("", "")


def test_an_exact_stop_from_the_phone_holds_for_what_is_planned(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    form = f"id=reply-1&from=%2B{phone[1:]}&to=36111&text=stop"
    for _ in range(2):
        answered = deployed.request(
            "POST", "/hooks/outbox/replies", form, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answered.status == 303
    services = deployed.services
    eventually(lambda: services.ledgers.get(services.vault.person(phone)).opposed)
    deployed.pass_minutes(46)
    assert visitor.message("refused")["reason"] == "opposed"


def test_the_same_event_twice_counts_once(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    visitor = shop.visitor()
    event = visitor.event("view_item", items=[{"item_id": "nova"}])
    for _ in range(3):
        assert visitor.send(event).json["results"] == [{"index": 0, "status": "accepted"}]
    visitor.send(visitor.event("page_view"))
    eventually(lambda: shop.counts().get("event.page_view") == 1)
    assert shop.counts()["event.view_item"] == 1


def test_another_advertisers_link_ties_nothing(deployed: Deployed, phone: str) -> None:
    shop, rival = deployed.open_shop(), deployed.open_shop(name="Rival")
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    visitor.message("sent")
    code = deployed.sms_to(phone).split("/u/")[-1]
    click = parse_qs(urlsplit(deployed.request("GET", f"/{code}", headers=BROWSER).headers["location"]).query)
    elsewhere = rival.visitor()
    elsewhere.send(elsewhere.event("page_view"), ids={"click_id": click["rl_click"][0]})
    eventually(lambda: rival.counts().get("event.page_view"))
    assert elsewhere.seen()["match"] is None
