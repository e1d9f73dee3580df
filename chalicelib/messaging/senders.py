"""Which sender an SMS comes from: what a country takes for one, what it may do there, and which of several. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from chalicelib.errors import FieldError
from chalicelib.messaging.profile import CountryProfile, SenderRule, profile_for
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import RegisteredSender, SenderKind

NoSender = Literal["sender_unregistered", "sender_unverified", "sender_wrong_class", "sender_one_way"]
_SEPARATORS = str.maketrans("", "", " .-")
_NUMBER = re.compile(r"(?:\+|00)?[0-9]+", re.ASCII)
_LONGEST_NAME = 11
_LONGEST_SHORT_CODE = 6


@dataclass(frozen=True, slots=True)
class Sender:
    """What an SMS comes from, and what it may do in its country."""

    value: str
    """A name, a short code, or a number in E.164."""
    kind: SenderKind
    country: str
    verified: bool
    two_way: bool
    """Whether its SMS can be answered."""
    classes: frozenset[MessageClass]
    stop_number: str | None = None
    """Where a STOP goes: the sender itself where it is a number, else a short code of the advertiser's, if any."""

    @property
    def marketing(self) -> bool:
        """Whether it may carry offers."""
        return "marketing" in self.classes

    @property
    def is_number(self) -> bool:
        """Whether the phone shows a number: the text must then say who writes."""
        return self.kind != "alphanumeric"


def check_sender(value: str, profile: CountryProfile) -> Sender | FieldError:
    """The sender that a text names in a country, not verified yet; or which of the country's rules it breaks."""
    if not profile.senders:
        return FieldError("sender", "country_unsigned", "nothing is known of this country's senders")
    text = value.strip()
    for rule in profile.senders:
        written = _in_full(text, rule)
        if not rule.pattern.fullmatch(written):
            continue
        if written.lower().strip("0123456789") in rule.generic:
            return FieldError("sender", "generic_word", "a sender's name says who writes: this word is anybody's")
        return Sender(
            value=written,
            kind=rule.kind,
            country=profile.code,
            verified=False,
            two_way=rule.two_way,
            classes=rule.classes,
            stop_number=None if rule.kind == "alphanumeric" else written,
        )
    return _what_is_wrong(text)


def sender_of(registered: RegisteredSender, profile: CountryProfile) -> Sender | None:
    """A registered sender with what its country's profile lets it do, or None where that does not take it any more."""
    found = check_sender(registered.value, profile)
    if isinstance(found, FieldError):
        return None
    return Sender(
        value=found.value,
        kind=found.kind,
        country=registered.country,
        verified=registered.verified_at is not None,
        two_way=found.two_way,
        classes=found.classes,
        stop_number=found.stop_number or registered.stop_number,
    )


def choose_sender(
    senders: Iterable[Sender],
    country: str,
    message_class: MessageClass,
    *,
    invites_reply: bool = False,
    wanted: str | None = None,
) -> Sender | NoSender:
    """The sender of a message: the first that may carry it, the country's own before its family's.

    `wanted` names the only one that will do. Where there is none, the answer is what the nearest candidate lacks.
    """
    family = profile_for(country).family
    left = [one for one in senders if one.country in (country, family) and wanted in (None, one.value)]
    left.sort(key=lambda one: one.country != country)
    for reason, fits in _DEMANDS:
        if reason != "sender_one_way" or invites_reply:
            left = [one for one in left if fits(one, message_class)]
        if not left:
            return reason
    return left[0]


def written_to(number: str, country: str) -> Sender:
    """A number that a person has written to, as the sender of the answer."""
    kind: SenderKind = "short_code" if len(number) <= _LONGEST_SHORT_CODE else "conversational"
    return Sender(number, kind, country, verified=True, two_way=True, classes=frozenset({"notification"}))


_DEMANDS: tuple[tuple[NoSender, Callable[[Sender, MessageClass], bool]], ...] = (
    ("sender_unregistered", lambda _, __: True),
    ("sender_wrong_class", lambda one, message_class: message_class in one.classes),
    ("sender_one_way", lambda one, _: one.two_way),
    ("sender_unverified", lambda one, _: one.verified),
)


def _in_full(text: str, rule: SenderRule) -> str:
    """A number in E.164 where the rule is of numbers; any other text as it is."""
    plain = text.translate(_SEPARATORS)
    if rule.calling_code is None or not _NUMBER.fullmatch(plain):
        return text
    if plain.startswith("0") and not plain.startswith("00"):
        return f"+{rule.calling_code}{plain[1:]}"
    return f"+{plain.removeprefix('00').removeprefix('+')}"


def _what_is_wrong(text: str) -> FieldError:
    if _NUMBER.fullmatch(text.translate(_SEPARATORS)):
        return FieldError("sender", "unknown_number", "no SMS of a business comes from such a number, least a person's")
    if len(text) > _LONGEST_NAME:
        return FieldError("sender", "max_length", f"a name has at most {_LONGEST_NAME} characters")
    return FieldError("sender", "letters_and_digits", "a name is letters and digits without accents, spaces or signs")
