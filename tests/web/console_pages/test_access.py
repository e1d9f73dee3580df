"""Keys, the change log and webhooks, in the console."""

from __future__ import annotations

import re
from html import unescape

import pytest

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web import rate_limits
from tests.support.shop import CAMILLE, Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in


def operators(api: Api, shop: Shop) -> Browser:
    return signed_in(api, shop, "rk_op_pages", scope=OPERATOR, advertiser=shop.advertiser.id)


def test_the_operator_lets_somebody_in_who_opens_the_console_until_the_key_is_taken_away(api: Api, shop: Shop) -> None:
    console = operators(api, shop)
    form = console.form(console.get("keys"))
    made = console.post("keys", **form, name="Nadia", role="agent")
    secret = re.findall(r"rk_[\w-]{20,}", made.text)[0]
    assert secret not in console.get("keys").text, "it is shown once"
    agent = Browser(api)
    assert agent.post("/console", key=secret).status == 303
    assert agent.get("inbox").status == 200
    assert agent.get("keys").status == 403
    [key] = re.findall(r"keys/(key_\w+)/remove", console.get("keys").text)
    changed = console.post(f"keys/{key}/rotate", **form)
    assert re.findall(r"rk_[\w-]{20,}", changed.text) != [secret]
    assert console.post(f"keys/{key}/remove", **form).status == 303
    shop.world.clock.advance(11_000)
    assert agent.get("inbox").status == 303


def test_what_is_wrong_with_a_key_stands_beside_its_field_and_what_was_typed_stays(api: Api, shop: Shop) -> None:
    console = operators(api, shop)
    page = console.post("keys", **console.form(console.get("keys")), name="Nadia", role="agent", email="nadia")
    assert page.status == 422 and 'id="email-error"' in page.text
    assert 'value="Nadia"' in page.text and '<option value="agent" selected>' in page.text


def test_a_marketer_sees_keys_and_makes_none(console: Browser) -> None:
    page = console.get("keys")
    assert page.status == 200 and 'id="name"' not in page.text
    refused = console.post("keys", **console.form(page), name="Eve", role="marketer")
    assert refused.status == 403 and "rk_" not in refused.text


def test_the_log_tells_who_changed_what_also_of_those_who_share_a_key(api: Api, shop: Shop) -> None:
    console = operators(api, shop)
    console.post("keys", **console.form(console.get("keys")), name="Nadia", role="agent")
    page = unescape(console.get("audit").text)
    assert "POST /keys" in page and "Clé d’accès faite" in page and '"role": "agent"' in page
    assert "Nadia (" in page
    entries = api.with_key("rk_op_pages").ask("GET", f"/v1/advertisers/{shop.advertiser.id}/audit").json["entries"]
    assert [entry["agent"] for entry in entries] == ["Nadia"]


def test_a_programs_limit_locks_nobody_out_of_the_console(
    api: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    console, program = operators(api, shop), api.with_key("rk_op_pages")
    monkeypatch.setitem(rate_limits.MOST, "api", 1)
    asked = [program.ask("GET", "/v1/keys/self").status for _ in range(2)]
    assert asked == [200, 429] and console.get("keys").status == 200


def test_a_webhook_is_made_tried_paused_and_removed(console: Browser) -> None:
    form = console.form(console.get("webhooks"))
    wrong = console.post("webhooks", **form, name="CRM", url="ftp://crm.example", events="stop.received")
    assert wrong.status == 422 and 'id="url-error"' in wrong.text and 'value="stop.received" checked' in wrong.text
    made = console.post("webhooks", **form, name="CRM", url="https://crm.example/in", events="stop.received")
    assert "whsec_" in made.text
    [webhook] = re.findall(r"webhooks/([a-z]+_[0-9A-Z]{26})", made.text)
    assert (
        console.post(f"webhooks/{webhook}/test", **form).headers["Location"] == f"../../webhooks/{webhook}?told=pinged"
    )
    page = console.get(f"webhooks/{webhook}?told=pinged")
    assert "ping" in page.text and 'role="status"' in page.text
    console.post(f"webhooks/{webhook}/pause", **form)
    assert f"webhooks/{webhook}/resume" in console.get(f"webhooks/{webhook}").text
    assert console.post(f"webhooks/{webhook}/remove", **form).status == 303
    assert console.get(f"webhooks/{webhook}").status == 404


def test_the_log_says_what_was_done_and_why_somebody_was_looked_up(console: Browser, shop: Shop) -> None:
    shop.contact(CAMILLE)
    console.post("people", **console.form(console.get("people")), who=CAMILLE, reason="dispute")
    console.post("halt", **console.form(console.get("halt")), do="stop")
    console.post("contacts", **console.form(console.get("contacts")), rows="mobile\n06", do="check")
    console.post("sites/new", **console.form(console.get("sites/new")), name="Lumen", origins="lumen")
    page = unescape(console.get("audit").text)
    assert "Personne cherchée : Une plainte ou un litige" in page and "Envois arrêtés" in page
    assert "Liste de contacts vérifiée" in page and "Site ajouté" in page and "refusé (422)" in page
