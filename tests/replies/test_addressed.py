"""Whose a text is: the number's owner, the brand that it names, who wrote last; and whom its STOP is said to."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.replies.addressed import Spoke, whose
from chalicelib.storage.ledgers import EVERYONE
from tests.support.world import NOON

LUMEN = Spoke("lumen", "msg_1", NOON - DAY, "36123")
VOLT = Spoke("volt", "msg_2", NOON - HOUR, "36123")
ELSEWHERE = Spoke("nova", "msg_3", NOON - MINUTE, "36999")
NAMED = Spoke("zeph", "msg_4", NOON - 2 * DAY, None)
BRANDS = {"lumen": "Lumen", "volt": "Volt & Cie", "nova": "Nova", "zeph": "Zéphyr", "owner": "Maison"}


@pytest.mark.parametrize(
    ("spoke", "owner", "advertiser", "how", "message", "stops"),
    [
        ([], None, None, "nobody", None, {EVERYONE}),
        ([LUMEN], None, "lumen", "number", "msg_1", {"lumen"}),
        ([LUMEN, VOLT], None, "volt", "number", "msg_2", {"lumen", "volt"}),
        ([VOLT, LUMEN, ELSEWHERE], None, "volt", "number", "msg_2", {"lumen", "volt"}),
        ([NAMED], None, "zeph", "number", "msg_4", {"zeph"}),
        ([LUMEN, NAMED], None, "lumen", "number", "msg_1", {"lumen", "zeph"}),
        ([ELSEWHERE], None, "nova", "last", "msg_3", {"nova"}),
        ([LUMEN], "owner", "owner", "keyword_number", None, {"owner"}),
        ([LUMEN], "lumen", "lumen", "keyword_number", "msg_1", {"lumen"}),
    ],
)
def test_whose_it_is(
    spoke: list[Spoke],
    owner: str | None,
    advertiser: str | None,
    how: str,
    message: str | None,
    stops: set[str],
) -> None:
    found = whose("Bonjour", "36123", NOON, owner=owner, spoke=spoke, brands=BRANDS)
    assert (found.advertiser, found.how, found.message, set(found.stops)) == (advertiser, how, message, stops)


@pytest.mark.parametrize(
    ("text", "advertiser", "rest"),
    [
        ("Lumen: où est mon colis ?", "lumen", "où est mon colis ?"),
        ("STOP LUMEN", "lumen", "STOP"),
        ("stop volt & cie", "volt", "stop"),
        ("Volt & Cie stop", "volt", "stop"),
        ("LUMEN", "lumen", "LUMEN"),
        ("la lampe Lumen ne marche pas", "volt", "la lampe Lumen ne marche pas"),
        ("Lumen ou Volt & Cie", "volt", "Lumen ou Volt & Cie"),
        ("Lumena stop", "volt", "Lumena stop"),
    ],
)
def test_a_brand_at_its_beginning_or_end_says_whose_it_is(text: str, advertiser: str, rest: str) -> None:
    found = whose(text, "36123", NOON, owner=None, spoke=[LUMEN, VOLT], brands=BRANDS)
    assert (found.advertiser, found.text) == (advertiser, rest)
    assert found.stops == ({advertiser} if found.how == "brand" else {"lumen", "volt"})


def test_what_came_later_was_not_answered() -> None:
    late = whose("Oui", "36123", NOON - 2 * HOUR, owner=None, spoke=[LUMEN, VOLT], brands=BRANDS)
    assert late.advertiser == "lumen" and late.stops == {"lumen"}


def test_a_brand_that_never_wrote_names_nobody() -> None:
    found = whose("STOP Nova", "36123", NOON, owner=None, spoke=[LUMEN], brands=BRANDS)
    assert found.advertiser == "lumen" and found.stops == {"lumen"}
