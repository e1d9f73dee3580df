"""What a template may use, and that none can keep a worker busy."""

from __future__ import annotations

import time

import pytest

from chalicelib.messaging.template_language import NotComposable, fill_in, names_in
from chalicelib.messaging.values import Thing, Values, namespace

VALUES = Values(
    "Lumen",
    "https://r.example/c",
    "https://r.example/u/c",
    first_name="Camille",
    fields={"city": "Lille", "vip": True},
    product=Thing("Lampe Lune", "lamp-1", "49 €"),
    items=tuple(Thing(f"Objet {number}") for number in range(30)),
    data={"table": 12},
)
SEEN = namespace(VALUES, "fr", "Lampe Lune")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ brand }} {{ advertiser.brand }} {{ advertiser.name }}", "Lumen Lumen Lumen"),
        ("{{ first_name }} {{ contact.first_name }}{{ contact.last_name }}", "Camille Camille"),
        ("{{ contact.last_name | default: 'vous' }}", "vous"),
        ("{{ fields.city | upcase }}{{ fields.nothing }}{{ fields.nothing | default: '!' }}", "LILLE!"),
        ("{% if fields.vip %}a{% else %}b{% endif %}", "a"),
        (
            "{{ product }}, {{ product.name }}, {{ product.price }}, {{ product | upcase }}",
            "Lampe Lune, Lampe Lune, 49 €, LAMPE LUNE",
        ),
        ("{{ cart.count }}: {% for item in cart.items limit: 2 %}{{ item }} {% endfor %}", "30: Objet 0 Objet 1 "),
        ("{{ cart.items | map: 'name' | join: '+' | size }}", str(len("+".join(f"Objet {n}" for n in range(10))))),
        ("{{ data.table | plus: 1 }}", "13"),
        ("{% assign a = 'x' %}{% capture b %}{{ a }}y{% endcapture %}{{ b }}{% comment %}z{% endcomment %}", "xy"),
    ],
)
def test_what_a_template_can_say(template: str, text: str) -> None:
    assert fill_in(template, SEEN) == text


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ unknown }}", "unknown_value"),
        ("{{ product.cost }}", "unknown_value"),
        ("{{ contact.phone }}", "unknown_value"),
        ("{{ product.__class__ }}", "unknown_value"),
        ("{{ now }}", "unknown_value"),
        ("{{ agent }}", "missing_value"),
        ("{{ order.number }}", "missing_value"),
        ("{{ data.other }}", "missing_value"),
        ("{% if %}", "liquid"),
        ("{{ link", "liquid"),
        ("{% nonsense %}", "liquid"),
        ("{{ link | nonsense }}", "liquid"),
        ("{% include 'x' %}", "liquid"),
        ("{% render 'x' %}", "liquid"),
        ("{{ 'now' | date: '%s' }}", "liquid"),
        ("{{ 1 | divided_by: 0 }}", "liquid"),
    ],
)
def test_a_wrong_template_is_a_reason_and_no_crash(template: str, reason: str) -> None:
    with pytest.raises(NotComposable) as wrong:
        fill_in(template, SEEN)
    assert wrong.value.reason == reason and wrong.value.errors[0].field == "text"


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{{ (1..1000000000) | join }}",
        "{% if true %}{% if (1..1000000000) contains 'x' %}{% endif %}{% endif %}",
        "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 60 + "{{ x }}",
        "{% assign x = 99999999 %}" + "{% assign x = x | times: x %}" * 60 + "{{ x }}",
        "{% for a in cart.items %}" * 3 + "x" + "{% endfor %}" * 3,
        "{{ 'a' | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' }}",
        "{% if true %}" * 40 + "{% endif %}" * 40,
    ],
)
def test_a_template_that_would_keep_a_worker_busy_is_refused_at_once(template: str) -> None:
    begun = time.process_time()
    with pytest.raises(NotComposable):
        fill_in(template, SEEN)
    assert time.process_time() - begun < 2


def test_the_values_that_a_template_uses_are_told() -> None:
    assert names_in(
        "{% assign x = 1 %}{{ x }}{{ fields['city'] }}{% if cart.items[0].name == first_name %}{% endif %}"
    ) == {
        "fields.city",
        "cart.items",
        "first_name",
    }
