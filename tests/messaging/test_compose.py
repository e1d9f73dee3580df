"""The text of an SMS: what marketing carries, and how long it may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.profile import Profile
from chalicelib.messaging.compose import Composed, cart_template, compose
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.values import PromoCode, Thing, Values, values_of
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.carts import Product
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.templates import Template

LINK, WAY_OUT = "https://r.example/kTx9wQ", "https://r.example/u/kTx9wQ"
LUMEN = Advertiser("adv", "Lumen SAS", "Lumen", "36123")
VALUES = Values(
    "Lumen", LINK, WAY_OUT, company="Lumen SAS", first_name="Camille", product=Thing("Lampe Lune", "lamp-1")
)
CART = cart_template(LUMEN)


def composed(text: str | None = None, *, stop: str | None = "36123", **changes: Any) -> Composed:
    """A text for Camille; changes are the template's, or the values'."""
    of_values = {name: changes.pop(name) for name in list(changes) if hasattr(VALUES, name) and not hasattr(CART, name)}
    template = replace(CART if text is None else Template("t", text), **changes)
    return compose(template, replace(VALUES, **of_values), stop)


def test_the_default_text_names_brand_person_product_and_link() -> None:
    assert composed().text == f"Lumen: bonjour Camille, Lampe Lune vous attend: {LINK} STOP au 36123 ou {WAY_OUT}"


def test_what_is_kept_of_a_contact_and_an_advertiser_fills_it_in() -> None:
    values = values_of(
        LUMEN,
        Profile("+33639980001", first_name="Camille"),
        Product("lamp-1", "Lampe Lune", None),
        language="fr",
        link=LINK,
        way_out=WAY_OUT,
    )
    assert values == VALUES


def test_who_gave_no_name_is_greeted_without_one() -> None:
    assert composed(first_name=None).text.startswith("Lumen: bonjour, Lampe Lune")


@pytest.mark.parametrize("product", [None, Thing(), Thing("")])
def test_a_product_without_a_name_is_the_cart(product: Thing | None) -> None:
    assert ", votre panier vous attend" in composed(product=product).text
    assert ", your basket vous attend" in composed(product=product, language="en").text


@pytest.mark.parametrize(
    "name", ["Gagnez sur https://evil.example", "www.evil.example", "evil.com", "a@evil.example", "Cliquez evil.shop/x"]
)
def test_a_name_that_a_phone_would_make_a_link_is_not_told(name: str) -> None:
    assert "evil" not in composed(product=Thing(name), first_name=name).text


@pytest.mark.parametrize("name", ["N°5", "T-shirt 2.0", "Lampe St. Tropez", "Table 1,5 m."])
def test_a_name_with_points_is_told(name: str) -> None:
    assert f"{name} vous attend" in composed(product=Thing(name)).text


def test_every_marketing_sms_names_its_brand_and_says_how_to_stop() -> None:
    assert composed("{{ link }}").text == f"Lumen: {LINK} STOP au 36123 ou {WAY_OUT}"


def test_the_number_that_takes_stops_is_told() -> None:
    assert composed(stop="36180").text.endswith(f"STOP au 36180 ou {WAY_OUT}")


def test_a_name_as_sender_without_such_a_number_sends_no_marketing() -> None:
    assert reason(stop=None) == "no_stop_number"
    assert "STOP" not in composed("Commande suivie: {{ link }}", stop=None, message_class="notification").text


@pytest.mark.parametrize("message_class", ["notification", "authorisation"])
def test_what_is_no_marketing_carries_no_stop_and_no_brand_of_its_own(message_class: MessageClass) -> None:
    assert composed("Votre colis: {{ link }}", message_class=message_class).text == f"Votre colis: {LINK}"


@pytest.mark.parametrize("message_class", ["notification", "authorisation"])
def test_what_is_no_marketing_offers_nothing_even_in_what_it_is_ordered_with(message_class: MessageClass) -> None:
    text = "Colis: {{ link }} {{ data.note }}"
    assert reason(text, message_class=message_class, data={"note": "-10 % demain"}) == "offer"
    assert composed(text, message_class=message_class, data={"note": "au relais"}).text.endswith("au relais")
    bought = composed("Colis de {{ product }}", message_class=message_class, product=Thing("Pack Promo"))
    assert bought.text == "Colis de Pack Promo", "what a product is called is no offer"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40),
        ("Lampe de chevet en céramique bleue de Provence", "Lampe de chevet en céramique bleue"),
        ("Lampe de chevet en céramique bleue claire d'été", "Lampe de chevet en céramique bleue"),
    ],
)
def test_a_long_name_is_cut_between_words(name: str, kept: str) -> None:
    assert composed("{{ product }} {{ link }}", product=Thing(name)).text.startswith(f"Lumen: {kept} https")


def test_a_name_is_shortened_until_one_sms_stays_one() -> None:
    name = "Fauteuil velours vert de gris et or"
    padding = "x" * 60
    text = composed(f"{padding} {{{{ product }}}} {{{{ link }}}}", product=Thing(name))
    assert text.count.parts == 1 and text.count.units > 150
    assert text.text.startswith(f"Lumen: {padding} Fauteuil velours vert {LINK}")
    assert "…" not in text.text and text.text.endswith(WAY_OUT)


def test_a_character_that_costs_a_part_goes_with_the_end_of_the_name() -> None:
    text = composed("{{ product }} {{ link }}", product=Thing("Lampe Lune édition ★ spéciale"))
    assert text.text.startswith(f"Lumen: Lampe Lune édition {LINK}") and text.count.encoding == "GSM-7"


def test_where_no_name_is_short_enough_the_fewest_parts_have_the_longest_name() -> None:
    text = composed("y" * 150 + " {{ product }} {{ link }}", product=Thing("Lampe Lune bleue"))
    assert text.count.parts == 2 and "Lampe Lune bleue" in text.text


def test_a_name_is_shortened_for_the_second_sms_too_where_one_is_out_of_reach() -> None:
    text = composed("y" * 214 + " {{ product }} {{ link }}", product=Thing("Lampe Lune bleue"))
    assert text.count.parts == 2 and f"y Lampe Lune {LINK}" in text.text


def test_a_text_of_too_many_parts_is_refused() -> None:
    assert reason("y" * 600 + " {{ link }}") == "too_long"


@given(
    st.text(min_size=0, max_size=120),
    st.text(min_size=0, max_size=60),
    st.text(alphabet=st.characters(blacklist_characters="{}%"), max_size=80),
    st.booleans(),
)
def test_link_brand_and_stop_are_there_whatever_is_filled_in(name: str, first: str, says: str, gsm_safe: bool) -> None:
    written = says + " {{ first_name }} {{ product }} {{ link }}"
    text = composed(written, product=Thing(name), first_name=first, gsm_safe=gsm_safe, max_parts=9)
    assert LINK in text.text and "Lumen" in text.text and text.text.endswith(f"STOP au 36123 ou {WAY_OUT}")
    assert text.count.parts <= 9


def test_the_gsm_safe_spelling_is_taken_where_it_makes_the_text_gsm() -> None:
    says = "{{ first_name }}, c’est prêt… {{ link }}"
    assert composed(says, gsm_safe=True).text.startswith("Lumen: Camille, c'est pret... https")
    assert composed(says).text.startswith("Lumen: Camille, c’est prêt… https")
    assert composed(says, gsm_safe=True, first_name="Женя").text.startswith("Lumen: Женя, c’est prêt… https"), (
        "for nothing"
    )


def test_a_name_that_looks_like_a_template_stays_text() -> None:
    assert "{{ link }}{% x" in composed("{{ product }} {{ link }}", product=Thing("{{ link }}{% x")).text


def test_line_breaks_become_spaces() -> None:
    assert composed("a\n\n b\t{{ link }}").text.startswith(f"Lumen: a b {LINK} STOP")


def test_an_empty_pool_of_codes_sends_nothing_without_its_code() -> None:
    text = "{{ code | default: 'rien' }} {{ link }}"
    assert reason(text) == "no_code"
    code = PromoCode("ABCD23", "10 %", "minuit")
    full = composed("{{ code }} {{ code.amount }} {{ code.until }} {{ link }}", code=code)
    assert full.text.startswith(f"Lumen: ABCD23 10 % minuit {LINK}")


def test_a_signature_is_somebodys_or_has_a_default() -> None:
    assert reason("{{ agent.name }} {{ link }}") == "missing_value"
    assert composed("{{ agent | default: 'le service' }} {{ link }}").text.startswith("Lumen: le service")
    assert composed("{{ agent.name }} {{ link }}", agent="Lou").text.startswith("Lumen: Lou")


def reason(text: str | None = None, **changes: Any) -> str:
    with pytest.raises(NotComposable) as refused:
        composed(text, **changes)
    return refused.value.reason
