"""Identifiers: prefixed ULIDs (sortable by time), and plain random ones."""

from __future__ import annotations

import secrets

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix: str, now: int) -> str:
    """A ULID under a prefix, such as `msg_01JD…`: 48 bits of time in milliseconds, then 80 random bits.

    Format: https://github.com/ulid/spec
    """
    return _written(prefix, (now << 80) | secrets.randbits(80))


def derived_id(prefix: str, digest: str) -> str:
    """The id of what is named by a keyed hash (hex): as long as the others, and the same for the same hash."""
    return _written(prefix, int(digest[:32], 16))


def random_token() -> str:
    """128 random bits in 22 characters that are safe in a URL."""
    return secrets.token_urlsafe(16)


def _written(prefix: str, number: int) -> str:
    return f"{prefix}_" + "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
