"""Advertisers; who may ask for what, and who has changed it."""

from __future__ import annotations

from chalicelib.storage.keys.table import Key


def advertiser(advertiser_id: str) -> Key:
    """An advertiser's settings."""
    return advertiser_partition(advertiser_id), "ADV"


def advertiser_partition(advertiser_id: str) -> str:
    """An advertiser, and what it has set up: journeys, segments, templates, keys and the like, each by its prefix."""
    return f"ADV#{advertiser_id}"


def advertiser_of(partition: str) -> str:
    """Whose partition that is."""
    return partition.removeprefix("ADV#")


def admin_key(digest: str) -> Key:
    """An admin key, by the SHA-256 of its secret."""
    return f"KEY#{digest}", "KEY"


def admin_key_row(key_id: str = "") -> str:
    """The beginning of the sort keys of a scope's keys, or of one key's secrets."""
    return f"KEY#{key_id}#" if key_id else "KEY#"


def admin_key_listed(scope: str, key_id: str, digest: str) -> Key:
    """A secret of a key in the list of its scope."""
    return advertiser_partition(scope), f"{admin_key_row(key_id)}{digest}"


def answered_once(name: str) -> Key:
    """What a request with an Idempotency-Key was answered."""
    return f"ONCE#{name}", "ONCE"


def turn(place: str) -> Key:
    """Who is changing what an address shows."""
    return f"TURN#{place}", "TURN"


def limit(scope: str, start: int) -> Key:
    """How much a scope has used of the window that began at `start`."""
    return f"LIMIT#{scope}#{start}", "LIMIT"


def audit_partition(scope: str) -> str:
    """The partition of a scope's audit log."""
    return f"AUDIT#{scope}"


def audit(scope: str, at: int, entry: str) -> Key:
    """An entry of the audit log; they sort by time."""
    return audit_partition(scope), f"{at:013d}#{entry}"
