"""What a template costs for an audience."""

from __future__ import annotations

from functools import partial

from chalicelib.messaging.preview import preview
from chalicelib.messaging.values import Thing, Values
from chalicelib.sms_providers.prices import Money, price
from chalicelib.storage.templates import Template

TEXT = "{{ brand }}: bonjour {{ first_name }}, {{ product }} vous attend {{ link }}"
price_of = partial(price, "outbox", "FR")


def person(first_name: str | None = "Camille", product: str = "Lampe Lune") -> Values:
    link = "https://r.example/Ab3dE5gH7j"
    return Values("Lumen", link, link.replace("/A", "/u/A"), first_name=first_name, product=Thing(product))


def test_the_worst_recipient_the_average_and_the_culprit_are_told() -> None:
    audience = [person(), person("Zoë"), person("Zoë", "Fauteuil en velours"), person(None)]
    found = preview(Template("t", TEXT), audience, "36123", price_of)
    assert found.recipients == 4 and found.culprits == {"ë": 2}
    written, safe = found.written, found.safe
    assert written and safe
    assert (written.worst_row, written.parts, written.encoding, written.price) == (2, 2, "UCS-2", Money(100_000, "EUR"))
    assert "".join(written.cut) == written.text and len(written.cut) == 2
    assert written.average_parts == 1.5 and written.average_price == Money(75_000, "EUR")
    assert written.total_price == Money(300_000, "EUR") and written.recipients_by_parts == {1: 2, 2: 2}
    assert (safe.parts, safe.average_parts, safe.encoding) == (1, 1.0, "GSM-7") and "Zoe" in safe.text


def test_whom_it_cannot_be_written_to_is_counted_with_the_reason() -> None:
    found = preview(Template("t", TEXT + "{{ code }}"), [person(), person()], "36123", price_of)
    assert found.written is None and found.safe is None
    assert [(one.reason, one.recipients, one.row) for one in found.refused] == [("no_code", 2, 0)]


def test_an_unknown_price_is_none() -> None:
    found = preview(Template("t", TEXT), [person()], "36123", partial(price, "smsapi", "FR"))
    assert found.written and found.written.price is found.written.average_price is None


def test_an_empty_audience_has_no_cost() -> None:
    found = preview(Template("t", TEXT), [], "36123", price_of)
    assert (found.recipients, found.written, found.refused) == (0, None, ())
