"""The text of an SMS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.audience.profile import Profile
from chalicelib.messaging.compose import NO_PRODUCT, NotComposable, check_template, compose
from chalicelib.storage.advertisers import CART_TEMPLATE, Advertiser
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.visitors import Product

LINK, WAY_OUT = "https://r.example/kTx9wQ", "https://r.example/u/kTx9wQ"
LUMEN = Advertiser("adv", "Lumen SAS", "Lumen", "36123")
LAMP = Product("lamp-1", "Lampe Lune", None)
CAMILLE = Profile("+33639980001", first_name="Camille")


def text(
    template: str = CART_TEMPLATE,
    *,
    advertiser: Advertiser = LUMEN,
    message_class: MessageClass = "marketing",
    profile: Profile = CAMILLE,
    product: Product | None = LAMP,
) -> str:
    return compose(advertiser, template, message_class, profile, product, LINK, WAY_OUT)


def test_the_default_text_names_brand_person_product_and_link() -> None:
    assert text() == f"Lumen: bonjour Camille, Lampe Lune vous attend: {LINK} STOP au 36123 ou {WAY_OUT}"


def test_who_gave_no_name_is_greeted_without_one() -> None:
    assert text(profile=Profile("+33639980001")).startswith("Lumen: bonjour, Lampe Lune")


@pytest.mark.parametrize("product", [None, Product("lamp-1", None, None), Product("lamp-1", "", None)])
def test_a_product_without_a_name_is_the_cart(product: Product | None) -> None:
    assert f", {NO_PRODUCT} vous attend" in text(product=product)


def test_every_marketing_sms_says_how_to_stop() -> None:
    assert text("{{ link }}").endswith(f"STOP au 36123 ou {WAY_OUT}")


def test_a_name_as_sender_cannot_be_answered_so_only_the_page_is_told() -> None:
    assert text(advertiser=replace(LUMEN, sender="LUMEN")).endswith(f"STOP: {WAY_OUT}")


@pytest.mark.parametrize("message_class", ["notification", "authorisation"])
def test_what_is_no_marketing_carries_no_stop(message_class: MessageClass) -> None:
    assert "STOP" not in text(message_class=message_class)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40),
        ("Lampe de chevet en céramique bleue de Provence", "Lampe de chevet en céramique bleue de"),
        ("Lampe de chevet en céramique bleue claire d'été", "Lampe de chevet en céramique bleue"),
    ],
)
def test_a_long_name_is_cut_between_words(name: str, kept: str) -> None:
    assert text("{{ product }} {{ link }}", product=Product("1", name, None)).startswith(f"{kept} https")


def test_a_name_that_looks_like_a_template_stays_text() -> None:
    assert "{{ link }}{% x" in text("{{ product }} {{ link }}", product=Product("1", "{{ link }}{% x", None))


def test_line_breaks_become_spaces() -> None:
    assert text("a\n\n b\t{{ link }}").startswith(f"a b {LINK} STOP")


@pytest.mark.parametrize(
    "template", ["{{ unknown }}", "{% if %}", "{{ link", "{% nonsense %}", "{{ link | nonsense }}"]
)
def test_a_wrong_template_is_a_reason_and_no_crash(template: str) -> None:
    with pytest.raises(NotComposable) as wrong:
        text(template)
    assert wrong.value.errors[0].field == "template"


@pytest.mark.parametrize(
    "template",
    [
        "{{ unknown }} {{ link }}",
        "{{ link",
        "no way to the shop",
        "blinking links without one",
        "{% if first_name %}{{ link }}{% endif %}",
        "{% for i in (1..1000000000) %}x{% endfor %} {{ link }}",
        "{% for i in (1..90) %}{% for j in (1..90) %}{{ link }}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_that_would_fail_or_leave_out_the_link_is_refused_when_it_is_set(template: str) -> None:
    with pytest.raises(ValueError, match="template"):
        check_template(template)


@pytest.mark.parametrize(
    "template", [CART_TEMPLATE, "{{ link }}", "{{ brand }} {{ first_name }} {{ product | upcase }} {{link}}"]
)
def test_a_good_template_passes_as_it_is(template: str) -> None:
    assert check_template(template) == template
