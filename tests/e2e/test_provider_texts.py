"""Texts from phones by real providers' calls, to the byte, on the deployed stack: forged, again, swapped, in halves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.clock import MINUTE, SECOND
from chalicelib.signed_body import signature
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage import keys
from tests.e2e.deployed import Deployed, Shop, eventually
from tests.e2e.provider_accounts import ACCOUNTS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NUMBER = "36111"


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Shop:
    return deployed.open_shop(sender=NUMBER)


@dataclass(frozen=True)
class Talk:
    """A person of the shop's base, and what the shop's inbox has of it."""

    shop: Shop
    phone: str

    @property
    def deployed(self) -> Deployed:
        return self.shop.deployed

    def gateway(self, text: str, name: str, *, charset: str = "utf-8", **told: Any) -> bytes:
        """The body of a report as the gateway of the account writes it."""
        report = {"id": name, "from": self.phone, "to": NUMBER, "text": text} | told
        return json.dumps(report, ensure_ascii=False).encode(charset)

    def post(self, body: bytes, signed: str | None = None, charset: str = "utf-8") -> int:
        """What the gateway's call is answered, signed at once unless told."""
        shown = signature(ACCOUNTS["http"]["secret"], body, self.now()) if signed is None else signed
        headers = {"Content-Type": f"application/json; charset={charset}", "X-Relance-Signature": shown}
        return self.deployed.request("POST", "/hooks/http/replies", body, headers).status

    def twilio(self, fields: dict[str, str], signed_fields: dict[str, str] | None = None) -> int:
        """What Twilio's call is answered; `signed_fields` are those that it has signed, where others are sent."""
        address = f"{self.deployed.stack.origin}/hooks/twilio/replies"
        told = signed_fields or fields
        signed = address + "".join(name + told[name] for name in sorted(told))
        token = ACCOUNTS["twilio"]["auth_token"].encode()
        shown = base64.b64encode(hmac.new(token, signed.encode(), hashlib.sha1).digest()).decode()
        headers = FORM | {"X-Twilio-Signature": shown}
        return self.deployed.request("POST", "/hooks/twilio/replies", urlencode(fields), headers).status

    def now(self) -> int:
        return self.deployed.services.clock.now()

    def said(self) -> list[str]:
        """What the person wrote, as it stands in the thread."""
        services = self.deployed.services
        thread = services.threads.id_of(self.shop.advertiser, services.vault.person(self.phone))
        path = f"/v1/advertisers/{self.shop.advertiser}/conversations/{thread}/messages"
        answer = self.deployed.admin("GET", path)
        told = answer.json["messages"] if answer.status == 200 else []
        return [one["text"] for one in told if one["direction"] == "in"]

    def has(self, texts: list[str]) -> None:
        """Wait until the thread has these texts."""
        eventually(lambda: self.said() == texts, within_s=90)

    def is_known(self, text_id: str) -> bool:
        """Whether anything was kept of a text."""
        services = self.deployed.services
        known = services.inbound.text_id(InboundText(text_id, self.phone, NUMBER, ""))
        return services.table.get(keys.heard(known)) is not None


@pytest.fixture
def talk(shop: Shop, phone: str) -> Talk:
    shop.opt_in(phone)
    return Talk(shop, phone)


def test_a_gateways_calls_are_believed_signed_only_and_taken_once(talk: Talk) -> None:
    forged, stale = talk.gateway("Forgé", "f-1"), talk.gateway("Vieux", "f-2")
    secret = ACCOUNTS["http"]["secret"]
    assert talk.post(forged, signature("another secret", forged, talk.now())) == 403
    assert talk.post(forged, signature(secret, stale, talk.now())) == 403
    assert talk.post(stale, signature(secret, stale, talk.now() - 6 * MINUTE)) == 403
    assert talk.post(forged, "") == 403
    latin = talk.gateway("Déjà reçu, c'est l'été", "t-1", charset="cp1252")
    for _ in range(3):
        assert talk.post(latin, charset="windows-1252") == 200
    assert talk.post(talk.gateway("Et la bleue ?", "t-2")) == 200
    talk.has(["Déjà reçu, c'est l'été", "Et la bleue ?"])
    assert (talk.is_known("http-t-1"), talk.is_known("http-f-1"), talk.is_known("http-f-2")) == (True, False, False)


def test_texts_in_the_wrong_order_and_the_halves_of_a_long_one_stand_as_they_were_written(talk: Talk) -> None:
    written = talk.now() // SECOND
    later, sooner = (
        talk.gateway("Et la bleue ?", "t-2", at=written - 5),
        talk.gateway("Bonjour", "t-1", at=written - 30),
    )
    assert [talk.post(later), talk.post(sooner)] == [200, 200]
    half: dict[str, Any] = {"reference": "77", "parts": 2, "at": written - 1}
    second = talk.gateway(" et chez moi avant samedi.", "t-4", part=2, **half)
    first = talk.gateway("Il me la faut en rouge", "t-3", part=1, **half)
    assert [talk.post(second), talk.post(second), talk.post(first), talk.post(first)] == [200] * 4
    whole = "Il me la faut en rouge et chez moi avant samedi."
    talk.has(["Bonjour", "Et la bleue ?", whole])
    for again in (sooner, first, second, later):
        assert talk.post(again) == 200
    assert talk.post(talk.gateway("Merci", "t-5")) == 200
    talk.has(["Bonjour", "Et la bleue ?", whole, "Merci"])


def test_twilios_calls_are_believed_signed_only_and_taken_once(talk: Talk) -> None:
    fields = {"MessageSid": "SM1", "From": talk.phone, "To": NUMBER, "Body": "C'est en stock ? 🙂", "NumMedia": "0"}
    assert talk.twilio(fields | {"MessageSid": "SM0", "Body": "STOP"}, signed_fields=fields) == 403
    assert talk.deployed.request("POST", "/hooks/twilio/replies", urlencode(fields), FORM).status == 403
    assert [talk.twilio(fields), talk.twilio(fields)] == [200, 200]
    talk.has(["C'est en stock ? 🙂"])
    assert not talk.is_known("twilio-SM0")
    assert talk.shop.deployed.services.ledgers.get(talk.deployed.services.vault.person(talk.phone)).opposed == {}


def test_smsapis_calls_show_the_token_that_it_was_given(talk: Talk) -> None:
    told = {"MsgId": "M1", "sms_from": talk.phone[1:], "sms_to": NUMBER, "sms_text": "À quelle heure ?"}
    token = urlencode({"token": ACCOUNTS["smsapi"]["hook_token"]})
    for query, status in (("token=guessed", 403), ("", 403), (token, 200), (token, 200)):
        answer = talk.deployed.request("POST", f"/hooks/smsapi/replies?{query}", urlencode(told), FORM)
        assert answer.status == status
    talk.has(["À quelle heure ?"])
