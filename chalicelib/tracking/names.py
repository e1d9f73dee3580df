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
    "trial_started",
    "trial_ending",
    "onboarding_step",
]
SERVER_ONLY: frozenset[str] = frozenset(
    {"refund", "order_updated", "delivered", "review_submitted", "trial_started", "trial_ending", "onboarding_step"}
)
"""What a browser is not believed: these come from the back end, with the site's secret."""
OF_ORDERS: frozenset[str] = frozenset({"refund", "order_updated", "delivered", "review_submitted"})
"""What happens to an order, and not before a browser."""

OrderStatus = Literal[
    "created",
    "unpaid",
    "on_hold",
    "paid",
    "shipped",
    "out_for_delivery",
    "delivered",
    "cancelled",
    "return_opened",
    "returned",
    "refunded",
    "complaint_opened",
    "complaint_closed",
]
"""What an `order_updated` says has become of the order."""
