"""What an advertiser may spend in a day. A day begins at midnight in Paris."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.messaging.share import Allowed, Share
from chalicelib.sms_providers.prices import Money
from chalicelib.storage.allowances import Allowances

_ZONE = ZoneInfo("Europe/Paris")
_BLOCKS = 100
"""A day's budget is leased in so many blocks: what a worker leaves unspent of its last one is lost for that day."""

NotAffordable = Literal["price_unknown", "budget_spent"]


def day_of(now: int) -> tuple[str, int]:
    """The day of a moment (ISO 8601) and its end, epoch ms."""
    today = datetime.fromtimestamp(now / SECOND, UTC).astimezone(_ZONE).date()
    end = datetime.combine(today + timedelta(days=1), datetime.min.time(), _ZONE)
    return today.isoformat(), int(end.timestamp()) * SECOND


class Budget:
    """A worker's part in what the day's budgets leave."""

    def __init__(self, allowances: Allowances) -> None:
        self._share = Share(allowances)

    def spend(self, advertiser: str, budget: Money, price: Money | None, now: int) -> NotAffordable | None:
        """Spend the price of an SMS, or say why not. Raises StorageUnavailable where it cannot be asked.

        A price that is not known, or in another currency, is none that a budget could hold.
        """
        if price is None or price.currency != budget.currency:
            return "price_unknown"
        return None if self._share.take(_allowed(advertiser, budget, now), price.micro) else "budget_spent"

    def give_back(self, advertiser: str, budget: Money, price: Money, now: int) -> None:
        """The SMS did not leave."""
        self._share.give_back(_allowed(advertiser, budget, now), price.micro)


def _allowed(advertiser: str, budget: Money, now: int) -> Allowed:
    day, end = day_of(now)
    return Allowed(f"budget#{advertiser}", f"{day}#{budget.currency}", budget.micro, budget.micro // _BLOCKS, end)
