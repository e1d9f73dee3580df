"""Leads: genuine or not, with a consent or refused, and the same however often they are sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.audience.facebook_leads import LeadReader
from chalicelib.audience.lead_desk import LeadDesk
from chalicelib.audience.leads import check_mapping, seal_secret
from chalicelib.audience.profile import open_profile
from chalicelib.clock import MINUTE, SECOND
from chalicelib.errors import Forbidden, InvalidInput, NotFound, StorageUnavailable, TooLarge
from chalicelib.signed_body import signature
from chalicelib.storage.contacts import Contact
from chalicelib.storage.counters import count
from chalicelib.storage.lead_sources import LeadSource
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.wordings import Wording
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.support.world import NOON

SECRET, TOKEN, APP_SECRET = "rl_secret", "rl_token", "app-secret"
MAPPING = {
    "phone": "person.tel",
    "email": "person.email",
    "first_name": "person.first",
    "consent.sms_marketing": "answers.0.value",
    "consent.matching": "answers.1.value",
    "consent_at": "at",
    "lead_id": "id",
    "shop": "shop",
}
FACEBOOK = {"phone": "phone_number", "email": "email", "consent.sms_marketing": "sms_box", "city": "city"}


class Graph:
    """Leads as the Graph API would tell them."""

    def __init__(self) -> None:
        self.leads: dict[str, Mapping[str, Any]] = {}
        self.tokens: list[str] = []

    def read(self, leadgen_id: str, access_token: str) -> Mapping[str, Any]:
        self.tokens.append(access_token)
        if leadgen_id not in self.leads:
            raise StorageUnavailable("graph answered 400")
        return self.leads[leadgen_id]


class Tools:
    """A shop's lead tools."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.world, self.graph = shop, shop.world, Graph()
        services = shop.world.services
        reader: LeadReader = self.graph
        self.desk = LeadDesk(
            services.lead_sources,
            services.intake,
            services.counters,
            reader,
            services.wordings,
            services.vault,
            shop.world.clock,
        )
        self.source("lead_1", kind="webhook", secret=self.seal("lead_1", SECRET), mapping=MAPPING)
        self.source(
            "lead_2",
            kind="facebook",
            secret=self.seal("lead_2", APP_SECRET),
            verify_token=self.seal("lead_2", TOKEN),
            access_token=self.seal("lead_2", "page-token"),
            mapping=FACEBOOK,
        )

    def seal(self, source: str, secret: str) -> bytes:
        return seal_secret(self.world.services.vault, source, secret)

    def source(self, source_id: str, **settings: Any) -> None:
        wording = {"wording": "form-3", "wording_hash": "a" * 64}
        common: dict[str, Any] = {"name": "Form", "brokers": ("FastTony",), **wording}
        self.world.services.lead_sources.save(LeadSource(source_id, self.shop.advertiser.id, **common, **settings))

    def send(self, body: Any, *, signed: str | None = None) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.desk.webhook("lead_1", raw, signature(SECRET, raw, self.world.clock.now()) if signed is None else signed)

    def notify(self, *leads: str, body: bytes | None = None) -> None:
        changes = [{"field": "leadgen", "value": {"leadgen_id": lead, "page_id": "1"}} for lead in leads]
        raw = body or json.dumps({"object": "page", "entry": [{"id": "1", "changes": changes}]}).encode()
        signed = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        self.desk.facebook("lead_2", raw, f"sha256={signed}")

    def contact(self, phone: str = CAMILLE) -> Contact | None:
        return self.world.services.contacts.get(self.shop.advertiser.id, self.world.services.vault.person(phone))


@pytest.fixture
def tools(shop: Shop) -> Tools:
    return Tools(shop)


def payload(**changes: Any) -> dict[str, Any]:
    body = {
        "id": "L-1",
        "at": "2026-03-01T18:30:00+01:00",
        "person": {"tel": "06 39 98 00 01", "email": " Camille@Example.com", "first": "Camille"},
        "answers": [{"value": "oui"}, {"value": False}],
        "shop": "Lille",
    }
    return body | changes


def told(lead: str = "123", **changes: Any) -> dict[str, Any]:
    fields = {"phone_number": "+33639980001", "email": "camille@example.com", "city": "Lille"}
    return {
        "id": lead,
        "created_time": "2026-03-01T08:49:14+0000",
        "field_data": [{"name": name, "values": [value]} for name, value in fields.items()],
        "custom_disclaimer_responses": [{"checkbox_key": "sms_box", "is_checked": "1"}],
    } | changes


def test_a_lead_comes_in_with_its_consents_and_its_proof(tools: Tools) -> None:
    body = json.dumps(payload()).encode()
    tools.send(body)
    known = tools.contact()
    assert known
    consent = known.consents["sms_marketing"]
    assert (consent.given, consent.source, consent.wording, consent.wording_hash) == (
        True,
        "lead_form",
        "form-3",
        "a" * 64,
    )
    assert consent.proof == hashlib.sha256(body).hexdigest()
    assert consent.at == NOON - 16 * 60 * MINUTE - 30 * MINUTE
    assert not known.consents["matching"].given
    assert known.fields == {"shop": "Lille"}
    profile = open_profile(tools.world.services.vault, known)
    assert (profile.phone, profile.email, profile.first_name) == (CAMILLE, "camille@example.com", "Camille")


@pytest.mark.parametrize(("named", "registered"), [("form-4", True), ("form-5", False)])
def test_a_wording_that_the_lead_names_has_its_own_hash_or_none(tools: Tools, named: str, registered: bool) -> None:
    text = Wording("form-4", "fr", {"sms_marketing": "J'accepte"})
    tools.world.services.wordings.add(tools.shop.advertiser.id, text)
    source = tools.seal("lead_1", SECRET)
    tools.source("lead_1", kind="webhook", secret=source, mapping=MAPPING | {"wording": "form"})
    tools.send(payload(form=named))
    known = tools.contact()
    assert known is not None
    consent = known.consents["sms_marketing"]
    assert (consent.wording, consent.wording_hash) == (named, text.hash if registered else None)


def test_sent_again_it_changes_nothing(tools: Tools) -> None:
    tools.send(payload())
    before = tools.contact()
    tools.world.clock.advance(MINUTE)
    tools.send(payload())
    assert tools.contact() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": []}, "consent"),
        ({"answers": [{"value": ""}]}, "consent"),
        ({"answers": [{"value": None}]}, "consent"),
        ({"answers": [{"value": "maybe"}]}, "consent.sms_marketing"),
        ({"at": None}, "consent_at"),
        ({"at": "yesterday"}, "consent_at"),
        ({"at": "2026-03-03"}, "consent_at"),
        ({"at": {"a": 1}}, "consent_at"),
        ({"person": {"tel": "+33199000000"}}, "phone"),
        ({"person": {}}, "phone"),
        ({"person": {"tel": "0639980001", "email": "nobody"}}, "email"),
        ({"person": {"tel": "0639980001", "first": "x" * 201}}, "first_name"),
        ({"shop": ["a"]}, "shop"),
        ({"shop": 10**20}, "shop"),
        ({"shop": "x" * 201}, "shop"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_by_its_name(tools: Tools, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tools.send(payload(**change))
    assert [error.field for error in refused.value.errors] == [field]
    assert "639980001" not in str(refused.value.errors)
    assert tools.contact() is None
    assert tools.world.counts(tools.shop.advertiser.id) == {"lead.refused": 1}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b'{"id": "\\ud800"}', b"{" * 9_000, b"[" * 60_000])
def test_a_body_that_is_no_object_is_refused(tools: Tools, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        tools.send(body)


def test_a_body_may_not_be_large(tools: Tools) -> None:
    with pytest.raises(TooLarge):
        tools.send(b" " * 70_000)


@pytest.mark.parametrize("at", [1_772_386_200, 1_772_386_200_000, "1772386200"])
def test_moments_may_be_numbers(tools: Tools, at: Any) -> None:
    tools.send(payload(at=at))
    known = tools.contact()
    assert known and known.consents["sms_marketing"].at == 1_772_386_200_000


def test_a_signature_is_of_this_body_under_this_secret_and_of_now(tools: Tools) -> None:
    raw = json.dumps(payload()).encode()
    now = tools.world.clock.now()
    good = signature(SECRET, raw, now)
    wrong = [
        "",
        "t=,v1=",
        good[:-1],
        good.replace("v1=", "v0="),
        signature("other", raw, now),
        signature(SECRET, raw + b" ", now),
        signature(SECRET, raw, now - 5 * MINUTE - SECOND),
        signature(SECRET, raw, now + 5 * MINUTE + SECOND),
        good.replace(f"t={now // SECOND}", f"t={now // SECOND + 1}"),
        good.replace("t=", "t=é"),
    ]
    for header in wrong:
        with pytest.raises(Forbidden):
            tools.send(raw, signed=header)
    assert tools.contact() is None
    tools.send(raw, signed=signature(SECRET, raw, now - 4 * MINUTE))
    assert tools.contact()


def test_an_unknown_source_or_one_of_the_other_kind_is_not_there(tools: Tools) -> None:
    for source in ("lead_9", "lead_2"):
        with pytest.raises(NotFound):
            tools.desk.webhook(source, b"{}", "")
    with pytest.raises(NotFound):
        tools.desk.facebook("lead_1", b"{}", "")


def test_who_opposed_stays_out_and_the_caller_is_not_told(tools: Tools) -> None:
    person = tools.world.services.vault.person(CAMILLE)
    counted = count(tools.shop.advertiser.id, "r", NOON, "opposed.stop")
    tools.world.services.ledgers.oppose(person, tools.shop.advertiser.id, Opposition(NOON, "stop"), counted)
    tools.send(payload())
    assert tools.contact() is None
    assert tools.world.counts(tools.shop.advertiser.id)["lead.opposed"] == 1


def test_a_refusal_in_a_lead_is_recorded_as_one(tools: Tools) -> None:
    tools.send(payload(answers=[{"value": "no"}]))
    known = tools.contact()
    assert known and not known.consents["sms_marketing"].given
    assert set(known.consents) == {"sms_marketing"}


def test_a_mapping_needs_a_phone_a_consent_and_its_time() -> None:
    assert check_mapping("webhook", MAPPING) == []
    assert check_mapping("facebook", FACEBOOK) == []
    fields = [error.field for error in check_mapping("webhook", {"Ville": "city", "consent.all": "c"})]
    assert fields == ["mapping.Ville", "mapping.consent.all", "mapping.phone", "mapping.consent_at", "mapping.consent"]


def test_facebook_leads_are_read_and_taken(tools: Tools) -> None:
    tools.graph.leads["123"] = told()
    tools.notify("123", "123")
    known = tools.contact()
    assert known and known.fields == {"city": "Lille"}
    assert {p: c.given for p, c in known.consents.items()} == {"sms_marketing": True}
    assert tools.graph.tokens == ["page-token"]
    before = tools.contact()
    tools.notify("123")
    assert tools.contact() == before


def test_a_box_that_was_left_empty_is_a_no_and_no_box_is_no_consent(tools: Tools) -> None:
    tools.graph.leads["1"] = told("1", custom_disclaimer_responses=[])
    tools.notify("1")
    assert tools.contact() is None
    tools.graph.leads["2"] = told("2", custom_disclaimer_responses=[{"checkbox_key": "sms_box", "is_checked": ""}])
    tools.notify("2")
    known = tools.contact()
    assert known and not known.consents["sms_marketing"].given


def test_what_the_testing_tool_makes_up_is_no_lead(tools: Tools) -> None:
    dummy = [{"name": "phone_number", "values": ["<test lead: dummy data for phone_number>"]}]
    tools.graph.leads["5"] = told("5", field_data=dummy)
    tools.notify("5", "444444444444")
    assert tools.world.of_type("contact") == []
    assert tools.world.counts(tools.shop.advertiser.id) == {"lead.test": 1}


def test_a_lead_that_cannot_be_read_keeps_no_other_out_and_is_asked_for_again(tools: Tools) -> None:
    second = [{"name": "phone_number", "values": [MALIK]}]
    tools.graph.leads["2"] = told("2", field_data=second)
    tools.graph.leads["3"] = told("3", field_data=[])
    with pytest.raises(StorageUnavailable):
        tools.notify("1", "3", "2")
    assert tools.contact(MALIK)
    tools.graph.leads["1"] = told("1")
    tools.notify("1", "3", "2")
    assert tools.contact()


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"entry": 5}',
        b'{"entry": [5]}',
        b'{"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "../me"}}]}]}',
        b'{"entry": [{"changes": [{"field": "leadgen"}]}]}',
    ],
)
def test_a_notification_that_is_none_is_refused(tools: Tools, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        tools.notify(body=body)
    assert tools.graph.tokens == []


@pytest.mark.parametrize("header", ["", "sha256=", "sha1=abc", "sha256=" + "0" * 64, "é"])
def test_facebooks_signature_is_checked_first(tools: Tools, header: str) -> None:
    with pytest.raises(Forbidden):
        tools.desk.facebook("lead_2", b"{}", header)


def test_metas_check_of_the_address_needs_the_token(tools: Tools) -> None:
    tools.desk.confirm_facebook("lead_2", "subscribe", TOKEN)
    for mode, token in (("subscribe", "é"), ("subscribe", ""), ("other", TOKEN)):
        with pytest.raises(Forbidden):
            tools.desk.confirm_facebook("lead_2", mode, token)


def test_nobody_is_named_and_no_secret_stands_in_the_table(tools: Tools, capsys: pytest.CaptureFixture[str]) -> None:
    tools.send(payload())
    tools.graph.leads["123"] = told()
    tools.notify("123")
    seen = str(tools.world.items()) + capsys.readouterr().out
    for text in ("639980001", "camille@", "Camille", SECRET, TOKEN, APP_SECRET, "page-token"):
        assert text.lower() not in seen.lower()
