"""What a template costs for an audience before it is sent: for the worst recipient, on average, and spelt GSM-safe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chalicelib.messaging.compose import Composed, compose
from chalicelib.messaging.sms_text import cut
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.values import Values
from chalicelib.sms_providers.prices import Money
from chalicelib.storage.templates import Template

PriceOf = Callable[[int], Money | None]
"""What so many parts cost, or None where that is not known."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Recipients whose text could not be made, for one reason."""

    reason: str
    message: str
    recipients: int
    row: int
    """The first of them, counted from 0."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way of writing costs the audience."""

    worst_row: int
    """The recipient with the longest text, counted from 0."""
    text: str
    encoding: str
    units: int
    parts: int
    cut: tuple[str, ...]
    """What each SMS of the worst text holds."""
    price: Money | None
    average_parts: float
    average_price: Money | None
    total_price: Money | None
    recipients_by_parts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a template makes of an audience."""

    recipients: int
    written: Cost | None
    """As the template is set; None where no text could be made."""
    safe: Cost | None
    """The same with the GSM-safe spelling."""
    culprits: dict[str, int]
    """Characters outside GSM-7, to how many recipients' texts have them."""
    refused: tuple[Refused, ...]


def preview(template: Template, audience: Iterable[Values], stop_number: str | None, price_of: PriceOf) -> Preview:
    """Fill the template in for each of the audience, and count."""
    safe_template = replace(template, gsm_safe=True)
    written: dict[int, Composed] = {}
    safe: dict[int, Composed] = {}
    culprits: Counter[str] = Counter()
    refused: dict[str, Refused] = {}
    row = -1
    for row, values in enumerate(audience):
        try:
            written[row] = compose(template, values, stop_number)
            safe[row] = compose(safe_template, values, stop_number)
        except NotComposable as error:
            before = refused.get(error.reason) or Refused(error.reason, error.errors[0].message, 0, row)
            refused[error.reason] = replace(before, recipients=before.recipients + 1)
            continue
        culprits.update(written[row].count.culprits)
    return Preview(
        recipients=row + 1,
        written=_cost(written, price_of),
        safe=_cost(safe, price_of),
        culprits=dict(culprits.most_common()),
        refused=tuple(refused.values()),
    )


def _cost(texts: dict[int, Composed], price_of: PriceOf) -> Cost | None:
    if not texts:
        return None
    row, worst = max(texts.items(), key=lambda item: (item[1].count.parts, item[1].count.units))
    total = sum(composed.count.parts for composed in texts.values())
    each = price_of(1)
    return Cost(
        worst_row=row,
        text=worst.text,
        encoding=worst.count.encoding,
        units=worst.count.units,
        parts=worst.count.parts,
        cut=cut(worst.text),
        price=price_of(worst.count.parts),
        average_parts=round(total / len(texts), 3),
        average_price=Money(each.micro * total // len(texts), each.currency) if each else None,
        total_price=each.times(total) if each else None,
        recipients_by_parts=dict(sorted(Counter(composed.count.parts for composed in texts.values()).items())),
    )
