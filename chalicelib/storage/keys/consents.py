"""What people agree to, and the ledgers of who did."""

from __future__ import annotations

from chalicelib.storage.keys.table import Key

WORDING_PREFIX = "WORDING#"
REGISTER_SHARDS = 16
ROOTS = "ROOTS"
PROOF_PREFIX = "PROOF#"


def wordings(base: str) -> str:
    """The partition of a base's wordings: an advertiser's own, or the operator's for the partner base."""
    return f"ADV#{base}"


def wording(base: str, wording_id: str) -> Key:
    """A text that people agree to."""
    return wordings(base), f"{WORDING_PREFIX}{wording_id}"


def chain(chain_id: str) -> str:
    """The consent ledger of one contact."""
    return f"CHAIN#{chain_id}"


def chain_entry(chain_id: str, sequence: int) -> Key:
    """One entry of a consent ledger."""
    return chain(chain_id), f"{sequence:06d}"


def register_partition(day: str, shard: int) -> str:
    """A shard of what the consent ledgers took on a day (`20260302`, UTC)."""
    return f"CHAINS#{day}#{shard}"


def register(partition: str, chain_id: str, sequence: int) -> Key:
    """That a ledger took an entry on a day."""
    return partition, f"{chain_id}#{sequence:06d}"


def root(day: str) -> Key:
    """The root over everything that the consent ledgers took on a day."""
    return ROOTS, day


def proof(person: str, base: str, chain_id: str) -> Key:
    """What stays of a consent ledger after an erasure, for disputes."""
    return f"{PROOF_PREFIX}{person}", f"{base}#{chain_id}"
