"""The events that Relance knows: GA4's e-commerce names, and what a shop's back end adds (design.md, §6)."""

from __future__ import annotations

from typing import Literal

EventName = Literal[
    "page_view",
    "identify",
    "view_item",
    "add_to_cart",
    "remove_from_cart",
    "begin_checkout",
    "purchase",
    "refund",
    "order_updated",
    "delivered",
    "review_submitted",
    "trial_ending",
]
SERVER_ONLY: frozenset[str] = frozenset({"refund", "order_updated", "delivered", "review_submitted", "trial_ending"})
"""What a browser is not believed: these come from the back end, with the site's secret."""
