"""What a page, a pixel or a back end may tell."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.tracking.events import Envelope, Identifiers, IncomingEvent, LineItem, Params, browser_time
from chalicelib.tracking.scrubbing import scrub
from tests.support.world import NOON

SITE = "site_" + "0A" * 13
MICRO = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "camille@example.com",
        "Camille.Aubry+news@example.co.uk",
        "camille%40example.com",
        "camille%2540example.com",
        "06 39 98 00 01",
        "0639980001",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "+33639980001",
        "+33 (0)6 39 98 00 01",
        "0033 6 39 98 00 01",
        "%2B33639980001",
        "06%2039%2098%2000%2001",
    ],
)
def test_what_names_a_person_is_scrubbed(text: str) -> None:
    assert scrub(f"Lampe {text} bleue") == "Lampe bleue"


@pytest.mark.parametrize(
    "text",
    [
        "Lampe Lune",
        "iPhone 16 Pro 256 Go",
        'Écran 27" 144 Hz',
        "Vis 4 x 40 mm, lot de 100",
        "EAN 3401234567890",
        "Édition 2026-03-14",
        "Châssis 120/80/90",
    ],
)
def test_what_names_a_product_stays(text: str) -> None:
    assert scrub(text) == text


def test_control_characters_and_spaces_become_single_spaces() -> None:
    assert scrub(" Lampe\u0000\n\tLune  bleue\u00a0") == "Lampe Lune bleue"


@pytest.mark.parametrize("name", ["https://evil.example/x", "www.evil.example", "evil.example/x", "me@b.fr", " \n"])
def test_a_name_that_is_a_link_or_nothing_is_left_out(name: str) -> None:
    assert LineItem(item_id="1", item_name=name).item_name is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example/p?a=1#top", "https://shop.example/p?a=1"),
        ("https://shop.example/p?mail=a@b.fr&x=1", "https://shop.example/p?x=1"),
        ("https://shop.example/p?x=1&tel=%2B33%20%280%296%2039%2098%2000%2001", "https://shop.example/p?x=1"),
        ("https://shop.example/p?tel=06%C2%A039%C2%A098%C2%A000%C2%A001&x=1", "https://shop.example/p?x=1"),
        ("https://shop.example/p?x=1&tel=(06)39980001", "https://shop.example/p?x=1"),
        ("https://shop.example/p?x=1&tel=063%20998%200001", "https://shop.example/p?x=1"),
        ("https://shop.example/p?x=1&mail=camille%EF%BC%A0example.com", "https://shop.example/p?x=1"),
        ("https://shop.example/p?id=3401234567890&size=38", "https://shop.example/p?id=3401234567890&size=38"),
        (
            "https://shop.example/a%20b/%C3%A9t%C3%A9?q=th%C3%A9%20vert",
            "https://shop.example/a%20b/%C3%A9t%C3%A9?q=th%C3%A9%20vert",
        ),
        ("https://shop.example/compte/0639980001", None),
        ("https://shop.example/compte/06/39/98/00/01", None),
        ("https://shop.example/livre/9782070360024", "https://shop.example/livre/9782070360024"),
        ("https://user:pass@shop.example/p", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//shop.example/p", None),
        ("http://[", None),
        ("https://shop.example/a b", None),
    ],
)
def test_a_page_is_kept_without_what_does_not_belong_there(given: str, kept: str | None) -> None:
    assert Params(page_location=given).page_location == kept


@pytest.mark.parametrize(
    ("given", "micro"),
    [
        (49.9, 49_900_000),
        ("49.90", 49_900_000),
        (0, 0),
        (0.1, 100_000),
        (10**9, 10**9 * MICRO),
        ("1e3", 1_000 * MICRO),
        ("0e999999", 0),
    ],
)
def test_amounts_become_integer_micro_units(given: Any, micro: int) -> None:
    assert LineItem(item_id="1", price=given).price == micro


@pytest.mark.parametrize(
    "amount", [-1, "-0.0000001", 10**9 + 1, "NaN", "inf", "-inf", "abc", "", True, [1], {}, "1e999999999"]
)
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(ValidationError):
        LineItem(item_id="1", price=amount)


def test_an_enormous_amount_is_refused_at_once() -> None:
    """Sixty bytes of a pixel must not cost seconds."""
    started = time.process_time()
    with pytest.raises(ValidationError):
        LineItem.model_validate({"item_id": "1", "price": "1e999990"})
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("text", ["a" * 2_000, "0" * 2_000, "%2B3" * 500, "06%20" * 400, "+3 " * 666, "a%40" * 500])
def test_scrubbing_takes_no_time_on_any_text(text: str) -> None:
    started = time.process_time()
    for _ in range(10):
        scrub(text)
    assert time.process_time() - started < 0.5


def test_an_upper_case_hash_is_the_same_hash() -> None:
    given = Identifiers(email_sha256="AB" * 32, phone_sha256="cd" * 32)
    assert (given.email_sha256, given.phone_sha256) == ("ab" * 32, "cd" * 32)


@pytest.mark.parametrize("value", ["+33639980001", "camille@example.com", "a" * 63, "g" * 64, "a" * 64 + "\n", ""])
def test_an_identifier_that_is_no_hash_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Identifiers(phone_sha256=value)
    assert not value or value not in str(refused.value)


def test_unknown_fields_are_dropped() -> None:
    params = Params.model_validate({"items": [{"item_id": "1", "buyer": "Camille"}], "email": "camille@example.com"})
    assert params.model_dump(exclude_none=True) == {"items": [{"item_id": "1", "quantity": 1}]}


@pytest.mark.parametrize(
    "params",
    [
        {"items": [{"item_id": "1"}] * 51},
        {"items": [{"item_id": "x" * 101}]},
        {"items": [{"item_id": "a b"}]},
        {"items": [{"item_name": "no id"}]},
        {"items": [{"item_id": "1", "item_name": "x" * 501}]},
        {"items": [{"item_id": "1", "quantity": -1}]},
        {"items": [{"item_id": "1", "quantity": 100_001}]},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"currency": "EUR\n"},
        {"page_location": "https://shop.example/" + "x" * 2_000},
        {"transaction_id": ""},
    ],
)
def test_what_is_over_a_limit_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


@pytest.mark.parametrize("identifier", ["short", "x" * 65, "with space 123456", "é" * 16, "x" * 16 + "\n"])
def test_an_id_is_sixteen_to_sixty_four_plain_characters(identifier: str) -> None:
    with pytest.raises(ValidationError):
        IncomingEvent.model_validate({"id": identifier, "event": "page_view", "time": 1})


@pytest.mark.parametrize("site", ["", "site_", SITE.lower(), SITE + "\n", " " + SITE, "adv_" + "0" * 26, None, 5])
def test_a_site_is_named_exactly(site: Any) -> None:
    with pytest.raises(ValidationError):
        Envelope.model_validate({"site": site, "consent": "grant", "events": [{}]})


@pytest.mark.parametrize("events", [[], [{}] * 101, {}, None])
def test_a_batch_has_one_to_a_hundred_events(events: Any) -> None:
    with pytest.raises(ValidationError):
        Envelope.model_validate({"site": SITE, "consent": "grant", "events": events})


@pytest.mark.parametrize("consent", [None, "", "granted", True])
def test_consent_is_granted_or_denied_in_so_many_words(consent: Any) -> None:
    with pytest.raises(ValidationError):
        Envelope.model_validate({"site": SITE, "consent": consent, "events": [{}]})


@pytest.mark.parametrize(
    ("claimed", "taken"),
    [
        (NOON - HOUR, NOON - HOUR),
        (NOON - DAY, NOON - DAY),
        (NOON - DAY - 1, NOON),
        (NOON + 5 * MINUTE, NOON + 5 * MINUTE),
        (NOON + 5 * MINUTE + 1, NOON),
        (0, NOON),
    ],
)
def test_a_browsers_clock_is_believed_within_a_day(claimed: int, taken: int) -> None:
    assert browser_time(claimed, NOON) == taken


@given(text=st.text(max_size=200))
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)
