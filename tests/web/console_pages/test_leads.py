"""Leads in the console: a tool is connected, its secret shown once, taken away."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.console_browser import Browser

TOOL = {
    "name": "Salon",
    "kind": "webhook",
    "text": "J’accepte les SMS de Lumen.",
    "phone": "person.tel",
    "consent.sms_marketing": "answers.0.value",
    "consent_at": "at",
}


def test_a_tool_is_connected_shown_its_secret_once_and_taken_away(console: Browser, shop: Shop) -> None:
    form = console.form(console.get("opt-in/leads"))
    made = console.post("opt-in/leads", **form | TOOL)
    assert made.status == 200 and len(re.findall(r"rl_[\w-]{20,}", made.text)) == 1
    assert "https://r.example/hooks/leads/lead_" in made.text
    again = console.get("opt-in/leads")
    assert "Salon" in again.text and "rl_" not in again.text
    gone = console.post("opt-in/leads/remove", **console.form(again))
    assert gone.headers["Location"].endswith("opt-in/leads?told=removed")
    assert "Aucun outil encore" in console.get("opt-in/leads").text
    assert "opt-in/leads" in console.get("opt-in").text


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"name": ""}, "name", "À remplir."),
        ({"text": ""}, "text", "Écrivez le texte"),
        ({"phone": ""}, "phone", "À remplir."),
        ({"consent.sms_marketing": ""}, "consent.sms_marketing", "À remplir."),
        ({"consent_at": ""}, "consent_at", "quand la personne a accepté"),
        ({"kind": "facebook"}, "app_secret", "Facebook demande"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    page = console.post("opt-in/leads", **console.form(console.get("opt-in/leads")) | TOOL | typed)
    assert page.status == 422
    assert told in re.findall(rf'id="{re.escape(field)}-error">([^<]*)<', page.text)[0]
    assert typed.get("name", "Salon") in page.text
