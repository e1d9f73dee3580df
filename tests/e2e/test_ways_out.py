"""The ways out on the deployed stack, where each function is held to its policy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.deployed import Answer, Deployed, Shop

ENGLISH = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en-GB"}


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Shop:
    return deployed.open_shop()


def written_to(deployed: Deployed, shop: Shop, phone: str) -> str:
    """The code of the link in an SMS that a cart led to."""
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    visitor.message("sent")
    return deployed.sms_to(phone).split("/u/")[-1]


def post(deployed: Deployed, link: str, /, **fields: str) -> Answer:
    return deployed.request("POST", f"/u/{link}", urlencode(fields), ENGLISH)


def test_narrowing_needs_no_code(deployed: Deployed, shop: Shop, phone: str) -> None:
    code = written_to(deployed, shop, phone)
    unmatched = post(deployed, code, action="unmatch")
    assert unmatched.status == 200 and b"not tied to your number" in unmatched.body
    person = deployed.services.vault.person(phone)
    contact = deployed.services.contacts.get(shop.advertiser, person)
    assert contact
    assert (contact.consents["matching"].given, contact.consents["sms_marketing"].given) == (False, True)
    multipart = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    told = {"Content-Type": "multipart/form-data; boundary=b"}
    assert deployed.request("POST", f"/u/{code}", multipart, told).status == 200
    assert deployed.services.ledgers.get(person).opposition(shop.advertiser)
    assert b"any shop" in post(deployed, code, action="stop_all").body


@pytest.mark.parametrize("action", ["stop", "stop_all", "unmatch", "code", "check", "see", "erase_now", "start", "?"])
def test_an_unknown_link_does_nothing_whatever_is_asked(deployed: Deployed, action: str) -> None:
    assert post(deployed, "abcdefghij", action=action, session="x", asked="x", code="000000").status == 404


def test_a_person_by_the_admin_api_from_finding_to_erasing(deployed: Deployed, shop: Shop, phone: str) -> None:
    written_to(deployed, shop, phone)
    people = f"/v1/advertisers/{shop.advertiser}/people"
    own = deployed.admin("POST", f"/v1/advertisers/{shop.advertiser}/keys").json["key"]
    other = deployed.open_shop(name="Rival")
    rival = deployed.admin("POST", f"/v1/advertisers/{other.advertiser}/keys").json["key"]
    why: dict[str, Any] = {"reason": "access"}

    found = deployed.admin("POST", f"{people}/find", {"phone": phone} | why, key=own)
    assert found.status == 200
    path = f"{people}/{found.json['person']}"
    for route in ("export", "erase", "object"):
        assert deployed.admin("POST", f"{path}/{route}", why, key=rival).status == 403
    export = deployed.admin("POST", f"{path}/export", why, key=own).json
    assert export["profile"]["phone"] == phone
    assert [message["state"] for message in export["messages"]] == ["sent"]
    assert export["browsers"][0]["events"]
    assert deployed.admin("GET", f"{path}/consents", key=own).json["intact"] is True
    assert deployed.admin("POST", f"{path}/object", why, key=own).json == {"opposed": True}
    assert deployed.admin("POST", f"{path}/erase", why, key=own).json == {"erased": True, "was_contact": True}
    assert deployed.admin("POST", f"{people}/find", {"phone": phone} | why, key=own).status == 404


def test_a_code_to_the_phone_shows_and_then_erases_everything(deployed: Deployed, shop: Shop, phone: str) -> None:
    link = written_to(deployed, shop, phone)
    asked = hidden(post(deployed, link, action="code"), "asked")
    code = re.findall(r"\b\d{6}\b", deployed.sms_to(phone))[0]
    page = post(deployed, link, action="check", asked=asked, code=code)
    assert page.status == 200 and phone in page.body.decode()
    session = hidden(page, "session")
    assert post(deployed, link, action="download", session=session).json["bases"][0]["profile"]["phone"] == phone
    assert b"your data are erased" in post(deployed, link, action="erase_now", session=session).body
    assert deployed.services.contacts.get(shop.advertiser, deployed.services.vault.person(phone)) is None


def hidden(answer: Answer, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(f'name="{name}" value="([^"]+)"', answer.body.decode())
    assert found, answer.body
    return found.group(1)
