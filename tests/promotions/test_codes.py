"""Generated promo codes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.links.bad_words import spells
from chalicelib.promotions.codes import _ALPHABET, _MISREAD, generate, is_well_typed, normalise, reread

bodies = st.text(_ALPHABET, min_size=8, max_size=8)


def checked(body: str) -> str:
    return next(body + last for last in _ALPHABET if is_well_typed(body + last))


def test_a_code_is_nine_characters_that_nobody_confuses_and_no_word() -> None:
    for code in {generate() for _ in range(500)}:
        assert len(code) == 9 and is_well_typed(code) and not spells(code)
        assert not set(code) & set("01LIOQZSBAEUY")


def test_what_is_misread_is_no_character_of_a_code_and_leads_to_one() -> None:
    assert not {chr(character) for character in _MISREAD} & set(_ALPHABET)
    assert {chr(character) for character in _MISREAD.values()} <= set(_ALPHABET)


@given(bodies, st.integers(0, 8), st.sampled_from(_ALPHABET))
def test_one_wrong_character_breaks_the_check(body: str, place: int, other: str) -> None:
    code = checked(body)
    mistyped = code[:place] + other + code[place + 1 :]
    assert is_well_typed(mistyped) == (mistyped == code)


@given(bodies, st.integers(0, 8), st.integers(0, 8))
def test_two_characters_that_changed_places_break_the_check(body: str, one: int, other: int) -> None:
    code = list(checked(body))
    swapped = code.copy()
    swapped[one], swapped[other] = code[other], code[one]
    assert is_well_typed("".join(swapped)) == (swapped == code)


def test_a_code_is_found_as_people_type_it() -> None:
    assert normalise(" k7mx-23 cd\t9") == "K7MX23CD9"
    assert reread("KSZB") == "K528"
