"""What keeps a template from being saved, and what is only worth a word."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.messaging.checks import check, check_cart_text
from chalicelib.storage.advertisers import CART_TEMPLATE
from chalicelib.storage.templates import Template

GOOD = "{{ brand }}: bonjour {{ first_name }}, votre panier vous attend {{ link }}"


def found(text: str, severity: str, *, two_way: bool = True, **changes: Any) -> list[str]:
    given: dict[str, Any] = {"journey": "cart"} | changes
    findings = check(Template("t", text, **given), two_way=two_way, stop_number="36180", agent=True)
    return [finding.rule for finding in findings if finding.severity == severity]


def errors(text: str, *, two_way: bool = True, **changes: Any) -> list[str]:
    return found(text, "error", two_way=two_way, **changes)


def notice(text: str, journey: str = "order_status", two_way: bool = True) -> list[str]:
    return errors(text, two_way=two_way, message_class="notification", journey=journey)


def test_a_good_text_has_nothing_against_it() -> None:
    assert check(Template("t", GOOD, journey="cart"), two_way=True, stop_number="36123", agent=True) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{{ unknown }} {{ link }}", "unknown_value"),
        ("{{ link", "liquid"),
        ("no way to the shop", "link"),
        ("blinking links without one", "link"),
        ("{% if first_name %}{{ link }}{% endif %}", "link"),
        ("{% for i in (1..1000000000) %}x{% endfor %} {{ link }}", "liquid"),
        ("x" * 600 + "{{ link }}", "too_long"),
    ],
)
def test_a_template_that_would_fail_or_leave_out_the_link_is_refused(text: str, rule: str) -> None:
    assert errors(text) == [rule]
    with pytest.raises(ValueError, match="template"):
        check_cart_text("x" * 900 if rule == "too_long" else text)


@pytest.mark.parametrize(
    "text", [CART_TEMPLATE, "{{ link }}", "{{ brand }} {{ first_name }} {{ product | upcase }} {{link}}"]
)
def test_a_good_cart_text_passes_as_it_is(text: str) -> None:
    assert check_cart_text(text) == text


def test_an_offer_is_no_notification_whatever_it_is_called() -> None:
    assert notice("Votre colis part. {{ link }}") == []
    assert notice("Votre colis part. -10 % sur la suite: {{ link }}") == ["offer"]
    assert notice("Votre colis part. Code {{ code }}") == ["marketing_promo_code"]
    assert notice("{% if fields.vip %}Vente privée{% endif %} Votre colis part") == ["marketing_offer"], "on any branch"
    assert notice("Votre panier vous attend {{ link }}", "cart") == ["marketing_journey"]
    assert notice("{{ 'pro' | append: 'mo' }} {{ link }}") == ["offer"], "however it is put together"
    assert errors("-10 % : {{ link }}") == [], "and marketing may offer"


def test_a_reminder_of_an_unpaid_order_names_the_order() -> None:
    assert notice("Votre commande attend: {{ link }}", "unpaid_order") == ["order_number"]
    assert notice("Commande {{ order.number }}: {{ link }}", "unpaid_order") == []


@pytest.mark.parametrize(
    "text",
    [
        "Répondez OUI",
        "dites-nous si tout va bien",
        "Une question ? Ecrivez-nous",
        "Reply YES",
        "let us know",
        "Tapez 1 pour oui",
    ],
)
def test_a_text_that_invites_a_reply_needs_a_sender_that_can_be_answered(text: str) -> None:
    assert errors(f"{text} {{{{ link }}}}", two_way=False) == ["one_way_sender"]
    assert errors(f"{text} {{{{ link }}}}", two_way=True) == []
    assert errors(f"{{% if fields.x %}}{text}{{% endif %}} {{{{ link }}}}", two_way=False) == ["one_way_sender"]


@pytest.mark.parametrize(
    "text",
    [
        "Ne pas répondre",
        "Merci de ne pas répondre à ce SMS",
        "Ne répondez pas",
        "Do not reply",
        "Répondez à notre enquête",
    ],
)
def test_a_text_that_asks_for_no_reply_does_not(text: str) -> None:
    assert errors(f"{text} {{{{ link }}}}", two_way=False) == []


def test_what_could_be_better_is_said_and_saved() -> None:
    assert found("{{ link }} STOP", "warning") == ["salutation", "brand", "stop"]
    assert found("Bonjour, colis reçu", "warning", message_class="notification", journey="order_status") == [
        "call_to_action",
        "brand",
    ]
    assert found("{{ data.otp }}", "warning", message_class="authorisation", journey="code") == []


def test_a_name_without_a_number_for_stops_is_told_beside_everything_else() -> None:
    findings = check(Template("t", "Répondez OUI {{ link }}"), two_way=False, stop_number=None, agent=True)
    assert [one.rule for one in findings if one.severity == "error"] == ["no_stop_number", "one_way_sender"]
