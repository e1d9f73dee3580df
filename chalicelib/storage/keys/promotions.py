"""Promo codes and the pools that they wait in."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.table import Key

POOL_PREFIX = "POOL#"
STOCK_PREFIX = "STOCK#"
FREE_PREFIX = "FREE#"


def promo_pool(advertiser_id: str, pool: str) -> Key:
    """A pool of promo codes."""
    return advertiser_partition(advertiser_id), f"{POOL_PREFIX}{pool}"


def promo_stock(pool: str) -> str:
    """The partition of a pool's stock and of its codes that wait."""
    return f"POOL#{pool}"


def promo_stock_shard(pool: str, shard: int) -> Key:
    """A shard of a pool's stock."""
    return promo_stock(pool), f"{STOCK_PREFIX}{shard}"


def promo_waiting(pool: str, place: str, code: str) -> Key:
    """A code that waits in its pool."""
    return promo_stock(pool), f"{FREE_PREFIX}{place}#{code}"


def promo_code(advertiser_id: str, code: str) -> Key:
    """A promo code of an advertiser."""
    return f"PROMO#{advertiser_id}#{code}", "CODE"


def promo_redemption(advertiser_id: str, code: str, order: str) -> Key:
    """That an order used a promo code."""
    return f"PROMO#{advertiser_id}#{code}", f"ORDER#{order}"
