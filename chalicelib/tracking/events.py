"""What a page, a pixel or a back end may tell: event names and fields are those of GA4's e-commerce events.

Unknown fields are left out rather than stored: what is not kept cannot leak. Free text is scrubbed of whatever looks
like an e-mail, a phone or a link, since it ends in a table, and a product's name in an SMS.
"""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from chalicelib.clock import DAY, MINUTE
from chalicelib.errors import FieldError
from chalicelib.tracking.names import EventName, OrderStatus
from chalicelib.tracking.scrubbing import names_somebody, scrub

_LINK = re.compile(r"://|\bwww\.|\b[\w-]+\.[a-z]{2,}/", re.IGNORECASE)
SITE_ID = re.compile(r"^site_[0-9A-Z]{26}$")
_MICRO = 1_000_000
_LARGEST_AMOUNT = 10**9 * _MICRO


def _title(text: str) -> str | None:
    clean = scrub(text)
    return None if not clean or _LINK.search(clean) else clean


def _page(url: str) -> str | None:
    """A page's address where it is http(s), without credentials, fragment, or parameters that name somebody.

    None where its path names somebody: what would be left of it leads nowhere.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    pieces = (parts.netloc, *parts.path.split("/"), parts.path.replace("/", " "))
    if " " in parts.geturl() or any(names_somebody(piece) for piece in pieces):
        return None
    query = "&".join(pair for pair in parts.query.split("&") if not _pair_names_somebody(pair))
    return parts._replace(query=query, fragment="").geturl()


def _pair_names_somebody(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return names_somebody(name) or names_somebody(value)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _is_told(value: Any) -> Any:
    return bool(value.strip()) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _micro_units(amount: Any) -> int:
    """Money in integer micro-units, from a number or its text; ValueError for anything else."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        raise ValueError("an amount is a number")
    try:
        # Held to its bounds before it becomes an integer: the integer of 1e999990 takes many seconds to make.
        scaled = min(max(Decimal(str(amount)) * _MICRO, Decimal(-1)), Decimal(_LARGEST_AMOUNT + 1))
        return int(scaled.quantize(Decimal(1), ROUND_FLOOR))
    except (ArithmeticError, ValueError):
        raise ValueError("an amount is a number") from None


Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""A random id that the sender made: a visitor, an event, a click."""
Reference = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,100}$")]
"""An id out of the shop's catalogue or order book."""
Title = Annotated[str, StringConstraints(max_length=500), AfterValidator(_title)]
Page = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_page)]
Amount = Annotated[int, BeforeValidator(_micro_units), Field(ge=0, le=_LARGEST_AMOUNT)]
Sha256 = Annotated[str, BeforeValidator(_lower), StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """Errors never quote the input: it may be somebody's phone."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True)


class LineItem(Strict):
    """A product in an event."""

    item_id: Reference
    item_name: Title | None = None
    item_category: Title | None = None
    price: Amount | None = None
    quantity: Annotated[int, Field(ge=0, le=100_000)] = 1


class Params(Strict):
    """What an event says beside its name."""

    items: Annotated[list[LineItem], Field(max_length=50)] = []
    value: Amount | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    transaction_id: Reference | None = None
    coupon: Annotated[bool, BeforeValidator(_is_told)] | None = None
    """Whether a coupon was used, of a `purchase`. GA4's field names it; the name is not kept."""
    channel: Literal["store"] | None = None
    """Where it was bought, where that was not on the web."""
    page_location: Page | None = None
    dwell_ms: Annotated[int, Field(ge=0, le=DAY)] | None = None
    """How long the product's page has been visible so far, in milliseconds: of a `view_item` alone."""
    status: OrderStatus | None = None
    """`order_updated`: what has become of the order."""
    order_number: Reference | None = None
    """The order as its buyer knows it, where that is not the transaction id."""
    tracking_url: Page | None = None
    """Where the parcel can be followed."""
    step: Reference | None = None
    """`onboarding_step`: which one was reached."""
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    """`review_submitted`: the stars."""


_NEEDED: dict[str, tuple[str, ...]] = {"order_updated": ("transaction_id", "status"), "onboarding_step": ("step",)}


class Identifiers(Strict):
    """What the sender knows of the visitor: hashes of normalised values, and ids of its own."""

    email_sha256: Sha256 | None = None
    phone_sha256: Sha256 | None = None
    customer_id: Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=200)] | None = (
        None
    )
    click_id: Token | None = None
    """The click that brought the browser to the page; from a back end, the one that led to what it tells."""
    last_click_id: Token | None = None
    """The click that the browser remembers from an earlier page."""


class IncomingEvent(Strict):
    """One event as it is sent."""

    id: Token
    event: EventName
    time: Annotated[int, Field(ge=0)]
    params: Params = Params()

    @property
    def lacking(self) -> tuple[FieldError, ...]:
        """What an event of this name says nothing without, and what is not there."""
        return tuple(
            FieldError(f"params.{name}", "required", f"{self.event} says nothing without it")
            for name in _NEEDED.get(self.event, ())
            if getattr(self.params, name) is None
        )


class Envelope(Strict):
    """The body of `POST /e`. Events are checked one by one, so that a bad one does not take the others with it."""

    site: Annotated[str, StringConstraints(pattern=SITE_ID.pattern)]
    visitor: Token | None = None
    ids: Identifiers = Identifiers()
    consent: Literal["grant", "deny"]
    events: Annotated[list[Any], Field(min_length=1, max_length=100)]


def browser_time(claimed: int, received: int) -> int:
    """When a browser's event happened: its own word within a day, else ours. A wrong clock must not lose an event."""
    return claimed if received - DAY <= claimed <= received + 5 * MINUTE else received
