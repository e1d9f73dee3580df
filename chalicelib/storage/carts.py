"""What a browser put into its cart, took out of it and looked at, as the newest word on each thing.

Every part is a register that the later moment wins, or a maximum: whoever merges the same events in any order and any
number of times (tracking/carts.py) ends with the same state, and the cart is read off it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar, get_args

from chalicelib.storage.codec import Item

MOST_LINES = 20
MOST_SAID = 3 * MOST_LINES
"""How much is kept of what was said of a cart, the newest first: each line may have been said three things of."""

T = TypeVar("T")
How = Literal["put_in", "checked_out", "taken_out", "recoverable"]


@dataclass(frozen=True, slots=True)
class Product:
    """What a message can name and link to."""

    id: str
    name: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """The newest thing of its kind that was said of an item; of the cart as a whole where it names no item."""

    how: How
    item: str
    """The shop's id of it, or empty."""
    at: int
    """When it happened, by the sender's clock, and no later than it was accepted."""
    received: int
    """When it was accepted, by ours."""
    name: str | None = None
    price_micro: int | None = None
    """Of one; of the whole cart where no item is named."""
    currency: str | None = None
    quantity: int = 1
    category: str | None = None
    url: str | None = None
    """The page on which it was put in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a cart."""

    id: str
    at: int
    """When it was put in, the last time; when it was checked out, where nothing told that before."""
    name: str | None = None
    price_micro: int | None = None
    """Of one."""
    currency: str | None = None
    quantity: int = 1
    category: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Viewed:
    """The product that was looked at longest, on the last day on which any was."""

    id: str
    at: int
    """When it was seen last, of the times it was seen this long."""
    dwell_ms: int = 0
    """How long its page was visible; 0 where nothing told."""
    name: str | None = None
    url: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a cart held when its message was meant: product facts, which name nobody."""

    lines: tuple[Line, ...] = ()
    value_micro: int | None = None
    currency: str | None = None
    recovery: str | None = None
    """The page on which the shop's back end has it ready."""


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that is not bought yet."""

    started_at: int
    """The first filling that something is known of, by the sender's clock."""
    changed_at: int
    """The last time that something was put in or checkout was begun, by the sender's clock."""
    filled_at: int
    """When that was accepted, by ours."""
    active_at: int
    """The last sign of the visitor, whatever it was, by our own clock."""
    lines: tuple[Line, ...] = ()
    """The newest first, at most 20. None where no event named what was put in."""
    value_micro: int | None = None
    """What it is worth, where that is known of all of it."""
    currency: str | None = None
    at_checkout: bool = False
    recovery: str | None = None
    """The page on which the back end has it ready, where nothing was put in or taken out since that was told."""

    @property
    def product(self) -> Product | None:
        """The thing put in last, of what is in it."""
        return Product(self.lines[0].id, self.lines[0].name, self.lines[0].url) if self.lines else None

    @property
    def contents(self) -> Contents:
        """What a message about it may tell."""
        lines = tuple(replace(line, url=None) for line in self.lines)
        return Contents(lines, self.value_micro, self.currency, self.recovery)


@dataclass(frozen=True, slots=True)
class Browsing:
    """What a browser has done in the shop, as far as a cart or a look goes."""

    said: tuple[Said, ...] = ()
    """The newest first; of each item one of each kind, and nothing of before the last purchase."""
    purchased_at: int = 0
    """When the last purchase was, by the sender's clock; 0: none."""
    active_at: int = 0
    viewed: Viewed | None = None

    @property
    def cart(self) -> Cart | None:
        """What is in the cart now; None where nothing was put in since the last purchase, or all was taken out."""
        fills = [said for said in self.said if said.how != "taken_out"]
        if not fills:
            return None
        items = dict.fromkeys(said.item for said in self.said if said.item)
        known = [line for item in items if (line := self._line(item))]
        lines = tuple(sorted(known, key=lambda line: (line.at, line.id), reverse=True))[:MOST_LINES]
        unnamed = any(said.how == "put_in" and not said.item for said in fills)
        if not lines and not unnamed and len(fills) < len(self.said):
            return None
        value, currency = self._value(lines)
        return Cart(
            started_at=fills[-1].at,
            changed_at=fills[0].at,
            filled_at=max(said.received for said in fills),
            active_at=self.active_at,
            lines=lines,
            value_micro=value,
            currency=currency,
            at_checkout=self._of("")["checked_out"] is not None,
            recovery=self._recovery(),
        )

    def _recovery(self) -> str | None:
        told = self._of("")["recoverable"]
        changes = [said.at for said in self.said if said.how in ("put_in", "taken_out")]
        return told.url if told and told.at >= max(changes, default=0) else None

    def _line(self, item: str) -> Line | None:
        known = self._of(item)
        put_in, taken_out = known["put_in"], known["taken_out"]
        # Where both were said at once, it was taken out: too few messages rather than too many.
        fills = [
            said for said in (put_in, known["checked_out"]) if said and not (taken_out and taken_out.at >= said.at)
        ]
        if not fills:
            return None
        newest_first = sorted(fills, key=lambda said: said.at, reverse=True)
        return Line(
            id=item,
            at=fills[0].at,
            name=_first(said.name for said in newest_first),
            price_micro=_first(said.price_micro for said in newest_first),
            currency=_first(said.currency for said in newest_first if said.price_micro is not None),
            quantity=newest_first[0].quantity,
            category=_first(said.category for said in newest_first),
            url=put_in.url if put_in else None,  # Checkout has a page of its own, which is not the product's.
        )

    def _of(self, item: str) -> dict[How, Said | None]:
        known: dict[How, Said | None] = dict.fromkeys(get_args(How))
        return known | {said.how: said for said in self.said if said.item == item}

    def _value(self, lines: tuple[Line, ...]) -> tuple[int | None, str | None]:
        """As the checkout told it, where nothing has changed since; else added up, where each price is known."""
        whole = self._of("")
        checkout = whole["checked_out"]
        if checkout and checkout.price_micro is not None and checkout.at == self.said[0].at:
            return checkout.price_micro, checkout.currency
        prices = [line.price_micro * line.quantity for line in lines if line.price_micro is not None]
        currencies = {line.currency for line in lines}
        unknown = not lines or whole["put_in"] or len(prices) < len(lines) or len(currencies) > 1
        return (None, None) if unknown else (sum(prices), currencies.pop())


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def bought(time: int, received: int, *, started_at: int, changed_at: int) -> bool:
    """Whether a purchase makes a message about a cart pointless: by its own time, or by its acceptance.

    One that happened since the cart was begun bought some of it. One that was accepted after the last filling may
    have, whatever its sender's clock says.
    """
    return min(time, received) >= started_at or received >= changed_at


def to_item(browsing: Browsing) -> Item | None:
    """As the table holds it; None where there is nothing."""
    return asdict(browsing) if browsing != Browsing() else None


def from_item(item: Mapping[str, Any]) -> Browsing:
    """As the table holds it."""
    viewed = item.get("viewed")
    return Browsing(
        said=tuple(Said(**said) for said in item["said"]),
        purchased_at=item["purchased_at"],
        active_at=item["active_at"],
        viewed=Viewed(**viewed) if viewed else None,
    )


def from_first_version(cart: Mapping[str, Any] | None) -> Browsing:
    """A cart as it was kept once: its moments, by our own clock, and the thing put in last."""
    if cart is None:
        return Browsing()
    started, changed, product = cart["started_at"], cart["changed_at"], cart.get("product")
    said = [Said("put_in", "", started, started)]
    if product:
        last = Said("put_in", product["id"], changed, changed, product.get("name"), url=product.get("url"))
        said.insert(0, last)
    elif changed > started:
        said.insert(0, Said("checked_out", "", changed, changed))
    return Browsing(tuple(said), active_at=cart["active_at"])


def contents_from(item: Mapping[str, Any] | None) -> Contents | None:
    """A message's cart, as the table holds it."""
    if item is None:
        return None
    lines = tuple(Line(**line) for line in item["lines"])
    return Contents(lines, item.get("value_micro"), item.get("currency"), item.get("recovery"))
