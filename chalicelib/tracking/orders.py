"""The trail of an order: where its events stand that name nobody."""

from __future__ import annotations

from chalicelib.vault import Vault, identifier_digest


def order_trail(vault: Vault, site: str, transaction: str) -> str:
    """An order's own trail, by a keyed hash: no browser can say that it is this visitor."""
    return vault.identifier(identifier_digest(f"order:{site}:{transaction}"))[:40]
