"""What is told of a country's rules, for the API's description."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import SenderKind
from chalicelib.units import Count, Country, Hours, Moment


class Signed(TypedDict):
    """Who signed, and when."""

    by: str
    at: Moment


class SignatureTold(Signed):
    """What was signed; taken back where `values` are null."""

    values: dict[str, Any] | None
    """As they were sent (docs/countries.md)."""


class HoursAllowed(TypedDict):
    """When SMS of a class may be sent, by the recipient's clock."""

    open: str
    close: str
    earliest: str
    """An advertiser's own hours go no further."""
    latest: str
    closed: list[str]
    """Days of the week, and `holidays`."""
    source: str


class SenderRule(TypedDict):
    """A kind of sender that is allowed."""

    kind: SenderKind
    form: str
    """A regular expression."""
    classes: list[MessageClass]
    two_way: bool
    source: str


class CartsAllowed(TypedDict):
    """What is allowed about carts."""

    messages: Count
    within_h: Hours
    source: str
    double_opt_in: NotRequired[bool]


class CountryTold(TypedDict):
    """What a country allows, by which source, and who signed it."""

    country: Country | Literal["strictest"]
    """`strictest` is what holds where nobody has signed anything."""
    name: str
    sends: bool
    """Whether anything is sent there."""
    signed: Signed | None
    hours: dict[MessageClass, HoursAllowed]
    holidays: dict[str, list[str]]
    """By part of the country; empty for all of it."""
    holidays_source: str
    senders: list[SenderRule]
    carts: CartsAllowed | None


class CountryWithHistory(CountryTold):
    """The same with everything that was ever signed."""

    signatures: list[SignatureTold]
