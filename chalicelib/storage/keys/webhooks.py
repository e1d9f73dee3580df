"""Webhooks, and what they are told."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.table import Key

WEBHOOK_PREFIX = "WEBHOOK#"
DELIVERY_PREFIX = "DELIVERY#"


def webhook(advertiser_id: str, webhook_id: str) -> Key:
    """An address that an advertiser is told events at."""
    return advertiser_partition(advertiser_id), f"{WEBHOOK_PREFIX}{webhook_id}"


def deliveries(webhook_id: str) -> str:
    """The partition of what a webhook was told."""
    return f"{WEBHOOK_PREFIX}{webhook_id}"


def delivery(webhook_id: str, delivery_id: str) -> Key:
    """One event on its way to a webhook; their ids are in the order of time."""
    return deliveries(webhook_id), f"{DELIVERY_PREFIX}{delivery_id}"


def announced(webhook_id: str, digest: str) -> Key:
    """The mark that an event was announced to a webhook."""
    return deliveries(webhook_id), f"ANNOUNCED#{digest}"
