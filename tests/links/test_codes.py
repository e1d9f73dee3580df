"""Codes of personal links."""

from __future__ import annotations

from chalicelib.links.codes import CODE, Codes

CODES = Codes("salt of a stage")
DRAWN = [CODES.new() for _ in range(2_000)]


def test_no_code_has_a_character_that_people_confuse() -> None:
    assert not set("".join(DRAWN)) & set("0Oo1Il")


def test_no_code_has_a_vowel_so_none_spells_a_word() -> None:
    assert not set("".join(DRAWN)) & set("aeiouAEIOU")


def test_every_code_is_known_for_one() -> None:
    assert all(CODE.fullmatch(code) for code in DRAWN)


def test_codes_do_not_repeat_or_follow_each_other() -> None:
    assert len(set(DRAWN)) == len(DRAWN)
    assert len({code[0] for code in DRAWN}) > 20


def test_codes_are_short() -> None:
    assert max(map(len, DRAWN)) <= 11
