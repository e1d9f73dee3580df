import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import FieldError
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.senders import Sender, check_sender, choose_sender, sender_of
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import RegisteredSender

FR = profile_for("FR")


def made(value: str, country: str = "FR", *, verified: bool = True) -> Sender:
    found = sender_of(RegisteredSender(country, value, 0, 1 if verified else None), profile_for(country))
    assert found
    return found


NAME, SHORT, TRANSACTIONAL, NUMBER = made("LUMEN"), made("36123"), made("38456"), made("0937000001")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("LUMEN", "LUMEN", "alphanumeric"),
        ("Lumen2026", "Lumen2026", "alphanumeric"),
        ("MAISONLUMEN", "MAISONLUMEN", "alphanumeric"),
        ("1001Nuits", "1001Nuits", "alphanumeric"),
        ("InfoLumen", "InfoLumen", "alphanumeric"),
        ("36123", "36123", "short_code"),
        ("38123", "38123", "short_code"),
        ("0937000001", "+33937000001", "conversational"),
        ("09 37 00 00 01", "+33937000001", "conversational"),
        ("+33 9 37 00 00 01", "+33937000001", "conversational"),
        ("0033937000001", "+33937000001", "conversational"),
        ("33937000001", "+33937000001", "conversational"),
    ],
)
def test_what_france_takes(text: str, value: str, kind: str) -> None:
    found = check_sender(text, FR)
    assert isinstance(found, Sender)
    assert (found.value, found.kind, found.verified) == (value, kind, False)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "letters_and_digits"),
        ("MAISON LUMEN", "max_length"),
        ("MON LUMEN", "letters_and_digits"),
        ("Lumen!", "letters_and_digits"),
        ("Lumen-Paris", "letters_and_digits"),
        ("Lumière", "letters_and_digits"),
        ("ЛЮМЕН", "letters_and_digits"),
        ("MAISONLUMENS", "max_length"),
        ("INFO", "generic_word"),
        ("Sms", "generic_word"),
        ("promo", "generic_word"),
        ("ALERTE", "generic_word"),
        ("Livraison", "generic_word"),
        ("COLIS24", "generic_word"),
        ("1BANQUE", "generic_word"),
        ("0612345678", "unknown_number"),
        ("07 12 34 56 78", "unknown_number"),
        ("+33612345678", "unknown_number"),
        ("33712345678", "unknown_number"),
        ("0142685300", "unknown_number"),
        ("12345", "unknown_number"),
        ("361234", "unknown_number"),
        ("33700", "unknown_number"),
    ],
)
def test_what_france_does_not(text: str, rule: str) -> None:
    found = check_sender(text, FR)
    assert isinstance(found, FieldError)
    assert found.rule == rule


def test_nothing_is_a_sender_where_nothing_is_known() -> None:
    found = check_sender("LUMEN", profile_for("US"))
    assert isinstance(found, FieldError)
    assert found.rule == "country_unsigned"


@given(st.text(max_size=20))
def test_a_name_that_is_taken_has_a_letter_and_no_sign(text: str) -> None:
    found = check_sender(text, FR)
    if isinstance(found, Sender) and found.kind == "alphanumeric":
        assert found.value.isascii()
        assert found.value.isalnum()
        assert not found.value.isdigit()
        assert len(found.value) <= 11


@pytest.mark.parametrize(
    ("sender", "two_way", "classes", "stop"),
    [
        (NAME, False, {"marketing", "notification", "authorisation"}, None),
        (SHORT, True, {"marketing", "notification"}, "36123"),
        (TRANSACTIONAL, True, {"notification", "authorisation"}, "38456"),
        (NUMBER, True, {"marketing", "notification", "authorisation"}, "+33937000001"),
    ],
)
def test_what_each_may_do(sender: Sender, two_way: bool, classes: set[MessageClass], stop: str | None) -> None:
    assert (sender.two_way, set(sender.classes), sender.stop_number) == (two_way, classes, stop)
    assert sender.marketing == ("marketing" in classes)
    assert sender.is_number == (sender is not NAME)


def test_a_name_may_have_a_number_for_its_stop() -> None:
    found = sender_of(RegisteredSender("FR", "LUMEN", 0, 1, "36180"), FR)
    assert found
    assert found.stop_number == "36180"


@pytest.mark.parametrize(
    ("senders", "country", "message_class", "reply", "wanted", "expected"),
    [
        ([NAME, SHORT], "FR", "marketing", False, None, NAME),
        ([NAME, SHORT], "FR", "marketing", True, None, SHORT),
        ([SHORT, TRANSACTIONAL], "FR", "authorisation", False, None, TRANSACTIONAL),
        ([NAME, SHORT], "FR", "marketing", False, "36123", SHORT),
        ([NAME, SHORT], "FR", "marketing", False, "OTHER", "sender_unregistered"),
        ([], "FR", "marketing", False, None, "sender_unregistered"),
        ([TRANSACTIONAL], "FR", "marketing", False, None, "sender_wrong_class"),
        ([NAME], "FR", "marketing", True, None, "sender_one_way"),
        ([NAME, SHORT], "FR", "marketing", True, "LUMEN", "sender_one_way"),
        ([made("LUMEN", verified=False)], "FR", "marketing", False, None, "sender_unverified"),
        ([made("LUMEN", verified=False), SHORT], "FR", "marketing", False, None, SHORT),
        ([NAME], "RE", "marketing", False, None, NAME),
        ([NAME, made("LUMENRUN", "RE")], "RE", "marketing", False, None, made("LUMENRUN", "RE")),
        ([made("LUMENRUN", "RE")], "FR", "marketing", False, None, "sender_unregistered"),
        ([NAME], "US", "marketing", False, None, "sender_unregistered"),
    ],
)
def test_the_sender_of_a_message(
    senders: list[Sender],
    country: str,
    message_class: MessageClass,
    reply: bool,
    wanted: str | None,
    expected: Sender | str,
) -> None:
    assert choose_sender(senders, country, message_class, invites_reply=reply, wanted=wanted) == expected
