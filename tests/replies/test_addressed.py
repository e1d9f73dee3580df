"""Whose a text is: the number's owner, the brand that it names, who wrote last; and whom its STOP is said to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.replies.addressed import Owner, Spoke, whose
from chalicelib.storage.ledger import EVERYONE
from tests.support.world import NOON

LUMEN = Spoke("lumen", "msg_1", NOON - DAY, "36123")
VOLT = Spoke("volt", "msg_2", NOON - HOUR, "36123")
ELSEWHERE = Spoke("nova", "msg_3", NOON - MINUTE, "36999")
NAMED = Spoke("zeph", "msg_4", NOON - 2 * DAY, None)
FOR_LONG = NOON - 40 * DAY
MINE, STRANGE = Owner("owner", knows=True), Owner("owner", knows=False)
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
        ([LUMEN, replace(NAMED, at=NOON)], None, "lumen", "number", "msg_1", {"lumen", "zeph"}),
        ([ELSEWHERE], None, None, "nobody", None, {"nova"}),
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
    found = whose("Bonjour", "36123", NOON, keyword=owner, owners=[], spoke=spoke, brands=BRANDS)
    assert (found.advertiser, found.how, found.message, set(found.stops)) == (advertiser, how, message, stops)


@pytest.mark.parametrize(
    ("owners", "spoke", "advertiser", "how", "stops"),
    [
        ([MINE], [ELSEWHERE], "owner", "owner", {"owner"}),
        ([MINE], [NAMED], "owner", "owner", {"owner", "zeph"}),
        ([MINE], [VOLT], "volt", "number", {"owner", "volt"}),
        ([STRANGE], [NAMED], None, "nobody", {"zeph"}),
        ([STRANGE], [], None, "nobody", {EVERYONE}),
        ([MINE, Owner("volt", knows=False)], [], "owner", "owner", {"owner"}),
        ([MINE, Owner("volt", knows=True)], [], None, "nobody", {"owner", "volt"}),
        (
            [MINE, Owner("volt", knows=True, talked_at=FOR_LONG)],
            [],
            "volt",
            "owner",
            {"owner", "volt"},
        ),
        (
            [Owner("owner", knows=True, talked_at=FOR_LONG), Owner("nova", knows=False)],
            [ELSEWHERE],
            "nova",
            "owner",
            {"owner", "nova"},
        ),
    ],
)
def test_where_no_sms_from_the_number_is_remembered_its_owner_is_asked(
    owners: list[Owner], spoke: list[Spoke], advertiser: str | None, how: str, stops: set[str]
) -> None:
    found = whose("Bonjour", "36123", NOON, keyword=None, owners=owners, spoke=spoke, brands=BRANDS)
    assert (found.advertiser, found.how, set(found.stops)) == (advertiser, how, stops)


def test_to_a_number_that_was_not_told_whoever_wrote_last_is_answered() -> None:
    found = whose("Bonjour", "", NOON, keyword=None, owners=[], spoke=[LUMEN, ELSEWHERE], brands=BRANDS)
    assert (found.advertiser, found.how) == ("nova", "last")


def test_an_owners_number_takes_no_text_to_another_whose_name_it_begins_with() -> None:
    told, owners = "Zéphyr est moins cher", [Owner("lumen", knows=True)]
    found = whose(told, "36123", NOON, keyword=None, owners=owners, spoke=[NAMED], brands=BRANDS)
    assert (found.advertiser, found.text) == ("lumen", told)
    stop = whose("STOP Lumen", "36123", NOON, keyword=None, owners=owners, spoke=[VOLT], brands=BRANDS)
    assert (stop.advertiser, stop.how, set(stop.stops)) == ("lumen", "brand", {"lumen"})


_NAMES = ("lumen", "volt", "nova", "zeph")
_spoken = st.builds(
    Spoke,
    st.sampled_from(_NAMES),
    st.just("msg"),
    st.integers(0, 31 * DAY).map(lambda age: NOON - age),
    st.sampled_from(("36123", "36999", None)),
)
_owning = st.builds(Owner, st.sampled_from(_NAMES), st.booleans(), st.sampled_from((0, NOON - 400 * DAY, NOON - DAY)))


@settings(max_examples=300, deadline=None)
@given(
    spoke=st.lists(_spoken, max_size=6),
    owners=st.lists(_owning, max_size=4, unique_by=lambda owner: owner.advertiser),
    text=st.sampled_from(("Bonjour", "STOP", "Volt & Cie stop", "Lumen est cher", "STOP Nova")),
)
def test_a_text_never_reaches_who_neither_has_the_number_nor_wrote_from_it_while_another_does(
    spoke: list[Spoke], owners: list[Owner], text: str
) -> None:
    found = whose(text, "36123", NOON, keyword=None, owners=owners, spoke=spoke, brands=BRANDS)
    wrote_from_it = {sms.advertiser for sms in spoke if sms.number == "36123"}
    theirs = wrote_from_it | {owner.advertiser for owner in owners}
    assert found.advertiser is None or found.advertiser in (
        theirs or {one.advertiser for one in spoke if not one.number}
    )
    if found.how != "brand":
        assert wrote_from_it <= found.stops, "a STOP is said to all that wrote from the number"
    if found.advertiser is None:
        assert {sms.advertiser for sms in spoke} <= found.stops, "kept apart, and yet obeyed by all that wrote"
    assert found.stops


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
    found = whose(text, "36123", NOON, keyword=None, owners=[], spoke=[LUMEN, VOLT], brands=BRANDS)
    assert (found.advertiser, found.text) == (advertiser, rest)
    assert found.stops == ({advertiser} if found.how == "brand" else {"lumen", "volt"})


def test_what_came_later_was_not_answered() -> None:
    late = whose("Oui", "36123", NOON - 2 * HOUR, keyword=None, owners=[], spoke=[LUMEN, VOLT], brands=BRANDS)
    assert late.advertiser == "lumen" and late.stops == {"lumen"}


def test_a_brand_that_never_wrote_names_nobody() -> None:
    found = whose("STOP Nova", "36123", NOON, keyword=None, owners=[], spoke=[LUMEN], brands=BRANDS)
    assert found.advertiser == "lumen" and found.stops == {"lumen"}
