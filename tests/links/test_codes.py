"""Codes of links."""

from __future__ import annotations

from math import log

import pytest

from app import app
from chalicelib.links.bad_words import spells
from chalicelib.links.codes import _FEWEST, _NUMBERS, Codes, new_standalone
from chalicelib.links.names import CODE, RESERVED

CODES = Codes("salt of a stage")
DRAWN = [CODES.new() for _ in range(4_000)]
STANDALONE = [new_standalone() for _ in range(500)]


def test_no_code_has_a_character_that_people_confuse() -> None:
    assert not set("".join(DRAWN + STANDALONE)) & set("0Oo1Il258")


def test_no_code_has_a_vowel() -> None:
    assert not set("".join(DRAWN + STANDALONE)) & set("aeiouAEIOU")


@pytest.mark.parametrize(
    "word", ["p3d3", "PD", "n3Gr3", "x4Nvsx", "M3RD3", "F46", "f49", "s3X", "pvT3", "fVck", "ch477"]
)
def test_a_word_is_read_in_figures_too(word: str) -> None:
    assert spells(f"Rt{word}Rt")


def test_no_code_can_be_read_as_a_word() -> None:
    assert not [code for code in DRAWN + STANDALONE if spells(code)]


def test_every_code_is_known_for_one() -> None:
    assert all(CODE.fullmatch(code) for code in DRAWN + STANDALONE)


def test_codes_do_not_repeat_or_follow_each_other() -> None:
    assert len(set(DRAWN)) == len(DRAWN)
    assert len({code[0] for code in DRAWN}) > 20


def test_a_guess_hits_one_of_a_billion_links_less_than_once_in_a_million() -> None:
    """Whoever guesses may know everything but the draw. Codes that are drawn again leave fewer to guess among."""
    hashids = CODES._hashids
    step = _NUMBERS // 20_011
    bad = sum(1 for number in range(_FEWEST, _NUMBERS, step) if spells(hashids.encode(number)))
    live = 10**9
    assert live / ((_NUMBERS - _FEWEST) * (1 - bad / 20_011)) < 1e-6


def test_codes_are_as_short_as_hashids_writes_that_many_numbers() -> None:
    assert {len(code) for code in DRAWN} == {10, 11}
    assert log(10**15) / log(len(CODES._hashids._alphabet)) > 9, "nine characters would not be enough"


def test_no_standalone_code_is_as_long_as_a_personal_one() -> None:
    assert max(map(len, STANDALONE)) < min(map(len, DRAWN))


def test_a_slug_takes_no_path_that_is_in_use() -> None:
    first = {path.split("/")[1] for path in app.routes}
    assert {name for name in first if not name.startswith("{")} <= RESERVED
