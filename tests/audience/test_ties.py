"""Whom a browser is held to be, as a pure decision."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.ties import decide, doubted
from chalicelib.storage.carts import Browsing, Said
from chalicelib.storage.visitors import RANK, Strength, Tie, Visitor

CART = Browsing((Said("put_in", "lamp", 1, 1),), active_at=1)
NOTHING = Browsing()


def tie(person: str = "camille", strength: Strength = "weak", at: int = 10, evidence: str = "phone") -> Tie:
    return Tie("adv", person, evidence, strength, at, 1)


def visitor(known: Tie | None = None, unmatched: str | None = None) -> Visitor:
    return Visitor("site", "visitor", CART, known, unmatched)


def after(known: Tie | None, new: Tie, *, demand_strong: bool = False, unmatched: str | None = None) -> Visitor:
    return decide(visitor(known, unmatched), new, demand_strong=demand_strong)


@pytest.mark.parametrize(
    ("known", "new", "holds"),
    [
        (("camille", "weak"), ("malik", "weak"), "malik"),
        (("camille", "weak"), ("malik", "strong"), "malik"),
        (("camille", "strong"), ("malik", "strong"), "malik"),
        (("camille", "strong"), ("malik", "weak"), "camille"),
    ],
)
def test_weak_never_replaces_strong_and_of_equals_the_newest_wins(
    known: tuple[str, Strength], new: tuple[str, Strength], holds: str
) -> None:
    held = after(tie(*known), tie(*new, at=11))
    assert held.tie is not None and held.tie.person == holds
    assert held.cart is None, "the next person does not inherit the cart"


def test_a_weak_word_against_a_strong_one_rests_everything_until_it_is_taken_back() -> None:
    doubtful = after(tie(strength="strong"), tie("malik", at=11))
    assert (doubtful.unmatched, doubtful.cart) == ("contradicts_strong_evidence", None)
    assert doubtful.refusals == {"contradicts_strong_evidence": 11}
    # What the other person put into the cart meanwhile is not Camille's either.
    again = decide(replace(doubtful, browsing=CART), tie(at=12), demand_strong=False)
    assert (again.tie, again.unmatched, again.cart) == (doubtful.tie, None, None)


@pytest.mark.parametrize("strength", ["weak", "strong"])
def test_an_old_story_told_again_changes_nothing(strength: Strength) -> None:
    held = visitor(tie("camille", strength, at=20))
    assert decide(held, tie("malik", strength, at=19), demand_strong=False) == held
    assert decide(held, tie("camille", strength, at=19), demand_strong=False) == held
    assert doubted(held, "unknown_identifier", 19) == held


def test_older_strong_evidence_replaces_newer_weak_evidence() -> None:
    held = after(tie("camille", "weak", at=20), tie("malik", "strong", at=19))
    assert held.tie is not None and held.tie.person == "malik"


def test_who_signs_in_after_filling_the_cart_filled_it() -> None:
    assert after(None, tie()).browsing == CART


def test_a_click_says_nothing_of_what_was_done_before_it() -> None:
    assert after(None, tie(evidence="click")).cart is None


@pytest.mark.parametrize(("unmatched", "cart"), [("unknown_identifier", CART), ("no_matching_consent", NOTHING)])
def test_what_somebody_filled_who_did_not_agree_is_nobodys(unmatched: str, cart: Browsing) -> None:
    assert after(None, tie(), unmatched=unmatched).browsing == cart


def test_a_click_does_not_hide_better_evidence() -> None:
    held = visitor(tie(evidence="phone"))
    assert decide(held, tie(at=11, evidence="click"), demand_strong=False) == held


def test_where_strong_evidence_is_demanded_weak_evidence_ties_nobody() -> None:
    refused = after(None, tie(), demand_strong=True)
    assert (refused.tie, refused.unmatched) == (None, "weak_evidence")
    assert after(None, tie(strength="strong"), demand_strong=True).tie is not None


def test_an_unknown_identifier_ends_a_weak_tie_and_rests_a_strong_one() -> None:
    assert doubted(visitor(tie()), "unknown_identifier", 11).tie is None
    rested = doubted(visitor(tie(strength="strong")), "unknown_identifier", 11)
    assert rested.tie is not None and rested.unmatched == "unknown_identifier"


@given(
    st.lists(
        st.builds(
            tie,
            st.sampled_from(["camille", "malik", "ines"]),
            st.sampled_from(["weak", "strong"]),
            st.integers(1, 9),
            st.sampled_from(["phone", "email", "click"]),
        ),
        max_size=12,
    )
)
def test_strength_never_falls_and_nobody_gets_anothers_cart(story: list[Tie]) -> None:
    held = Visitor("site", "visitor")
    for number, new in enumerate(story):
        before = replace(held, browsing=Browsing((Said("put_in", "lamp", number, number),)))
        held = decide(before, new, demand_strong=False)
        if before.tie:
            assert held.tie is not None
            assert RANK[held.tie.strength] >= RANK[before.tie.strength]
            if held.tie.person != before.tie.person:
                assert held.cart is None
