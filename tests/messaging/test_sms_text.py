"""How many SMS a text takes: by known texts, and against a segmenter that works on bytes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messaging.sms_text import count, cut, gsm_safe

FAMILY = "👨‍👩‍👧"

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


def independent_parts(text: str) -> int:
    """Parts by another way: encode to bytes or septets, take what a part holds, give back half a character."""
    if all(character in BASIC + EXTENSION for character in text):
        stream = [b"\x1b" if half else b"x" for c in text for half in ([True, False] if c in EXTENSION else [False])]
        whole, part = 160, 153
    else:
        encoded = text.encode("utf-16-be", "surrogatepass")
        stream = [encoded[at : at + 2] for at in range(0, len(encoded), 2)]
        whole, part = 70, 67
    if len(stream) <= whole:
        return 1
    parts = 0
    while stream:
        take = min(part, len(stream))
        if take < len(stream) and (stream[take - 1] == b"\x1b" or 0xD8 <= stream[take - 1][0] <= 0xDB):
            take -= 1
        stream, parts = stream[take:], parts + 1
    return parts


texts = st.one_of(
    st.text(max_size=400),
    st.text(alphabet=BASIC + EXTENSION, max_size=700),
    st.text(alphabet="ae€[^", min_size=100, max_size=700),
    st.text(alphabet="aê😀‍", max_size=300),
)


@given(texts)
def test_the_parts_are_what_another_segmenter_finds(text: str) -> None:
    assert count(text).parts == independent_parts(text)


@given(texts)
def test_the_parts_together_are_the_text_and_each_fits(text: str) -> None:
    told = count(text)
    parts = cut(text)
    assert "".join(parts) == text and len(parts) == told.parts
    room = {("GSM-7", True): 160, ("GSM-7", False): 153, ("UCS-2", True): 70, ("UCS-2", False): 67}
    widths = [sum(2 if (c in EXTENSION if told.encoding == "GSM-7" else c > "\uffff") else 1 for c in p) for p in parts]
    assert sum(widths) == told.units
    assert max(widths) <= room[told.encoding, len(parts) == 1]


@given(texts)
def test_what_is_safe_stays_safe_and_never_has_a_new_culprit(text: str) -> None:
    safe = gsm_safe(text)
    assert gsm_safe(safe) == safe
    assert set(count(safe).culprits) <= set(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=BASIC + EXTENSION, max_size=200))
def test_a_text_in_gsm_7_is_left_as_it_is(text: str) -> None:
    told = count(text)
    assert (told.encoding, told.culprits, told.safe) == ("GSM-7", (), text) and gsm_safe(text) == text


@pytest.mark.parametrize("character", BASIC)
def test_the_default_alphabet_takes_a_septet_each(character: str) -> None:
    assert (count(character).encoding, count(character).units) == ("GSM-7", 1)


@pytest.mark.parametrize("character", EXTENSION)
def test_the_extension_table_takes_two(character: str) -> None:
    assert (count(character).encoding, count(character).units) == ("GSM-7", 2)


def test_the_default_alphabet_has_no_more_than_its_places() -> None:
    assert len(BASIC) == 127  # 128 places, one of which is the escape.
    assert sum(count(chr(point)).encoding == "GSM-7" for point in range(0xD800)) == 127 + len(EXTENSION)


@pytest.mark.parametrize("character", "çêîôûëïœÈÀÂÊÎÔÛŸ’“«»…–\u00a0\u202f\t\u200b°ΑαЖ\x1b")
def test_what_french_writes_beside_it_forces_ucs_2(character: str) -> None:
    told = count(f"a{character}{character}")
    assert (told.encoding, told.units, told.culprits) == ("UCS-2", 3, (character,))


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("a" + "€" * 80, 161, 2),
        # 153 is odd, and a pair stays whole: 76 pairs fill a part with a septet to spare.
        ("€" * 152, 304, 2),
        ("€" * 153, 306, 3),
        ("a" * 152 + "€" + "a" * 152, 306, 3),
        ("a" * 151 + "€" + "a" * 153, 306, 2),
        ("ê" * 70, 70, 1),
        ("ê" * 71, 71, 2),
        ("ê" * 134, 134, 2),
        ("ê" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        ("ê" + "😀" * 35, 71, 2),
        ("😀" * 66, 132, 2),
        ("😀" * 67, 134, 3),
        ("ê" * 66 + "😀" + "ê" * 66, 134, 3),
        ("ê€{}", 4, 1),
        ("a\r\nb\fc", 7, 1),
        (FAMILY, 8, 1),
    ],
)
def test_units_and_parts(text: str, units: int, parts: int) -> None:
    told = count(text)
    assert (told.units, told.parts) == (units, parts)


def test_the_culprits_are_named_once_in_their_order() -> None:
    assert count("être prêt, ça m’a plu… 😀😀").culprits == ("ê", "ç", "’", "…", "😀")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("prêt, où, çà, Noël, naïf, dû, cœur, ŒUVRE", "pret, où, cà, Noel, naif, du, coeur, OEUVRE"),
        ("ÇA, ÉTÉ, À, È, Ê", "ÇA, ÉTÉ, A, E, E"),
        ("l’été ‘ici’ `là´", "l'été 'ici' 'là'"),
        ("« Bonjour » “vous„", '"Bonjour" "vous"'),
        ("«\u00a0Bonjour\u202f»", '"Bonjour"'),
        ("12\u00a0€ – 15\u202f€ — fin… ‑", "12 € - 15 € - fin... -"),
        ("a\u200bb\ufeffc\u00add\u200de\u2060", "abcde"),
        ("e\u0301te\u0302", "éte"),
        ("n°12, N° 3, 20 °C", "no12, No 3, 20 °C"),
        ("m², 10², ½, 1½, ™", "m2, 10², 1/2, 1½, TM"),
        ("client·e·s, 2×3", "client.e.s, 2x3"),
        ("ΑΘΗΝΑ", "AΘHNA"),
        ("Łódź, Dvořák, Đà Nẵng", "Lodz, Dvorak, Dà Nang"),
        (f"fête {FAMILY}", f"fete {FAMILY}"),
        ("❤️", "❤️"),
        ("1️⃣", "1"),
        ("Ж et й", "Ж et й"),
        ("a\tb\x1bc\u2028d", "a bc\nd"),
    ],
)
def test_the_rewrite_says_the_same_in_gsm_7_or_leaves_it(text: str, safe: str) -> None:
    assert gsm_safe(text) == safe and count(text).safe == safe
