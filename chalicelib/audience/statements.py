"""What a person said about being written to and being matched: one entry of the consent ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.storage.contacts import Basis, Consent, Purpose
from chalicelib.vault import compact

DOUBLE_OPT_IN = "confirmed_opt_in"
"""As Shopify calls it (tracking/shops/shopify_payloads.py)."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Statement(NamedTuple):
    """What was said, when and where, and what proves it."""

    given: Mapping[Purpose, bool]
    """For each purpose that the person spoke about: given, or withdrawn."""
    at: int
    """When it was said (epoch ms)."""
    source: str
    """`checkout`, `widget`, `keyword`, `import`, `paper`, `loyalty`, `lead_form`, …"""
    wording: str | None = None
    """Version of the text that was agreed to."""
    wording_hash: str | None = None
    """SHA-256 of that text."""
    proof: str | None = None
    """Fingerprint (SHA-256) of the form or file that carries it."""
    advertisers: tuple[str, ...] = ()
    """In the partner base: the advertisers that were named."""
    brokers: tuple[str, ...] = ()
    """Who passed it on, the first one first."""
    evidence: Mapping[str, str] = _NOTHING
    """What else is kept of that moment: truncated address, agent, message id, order, line of the file."""
    basis: Basis = "consent"

    def consents(self, entry: int) -> dict[Purpose, Consent]:
        """The statement as the current state holds it, purpose by purpose; `entry` is its place in the ledger."""
        named = (self.wording, self.proof, self.advertisers, self.wording_hash, self.basis, entry, self.confirmed)
        return {purpose: Consent(given, self.at, self.source, *named) for purpose, given in self.given.items()}

    @property
    def confirmed(self) -> bool:
        """Whether the person has said it twice: by a code that the phone got, or by the double opt-in of a shop."""
        return "code" in self.evidence or self.evidence.get("level") == DOUBLE_OPT_IN


def canonical(statement: Statement) -> bytes:
    """The writing of a statement that its commitment is made of. The commitment is to these very bytes."""
    return compact(statement._asdict())


def from_data(data: Mapping[str, Any]) -> Statement:
    """A statement out of its canonical data."""
    return Statement(**{**data, "advertisers": tuple(data["advertisers"]), "brokers": tuple(data["brokers"])})


def identity(statement: Statement, person: str) -> str:
    """The same for the same statement of the same person, so that it is taken once however often it is sent.

    Where it stood in a file is no part of it: the same row may come in another file's order.
    """
    given, at, source, wording, _, proof, advertisers, brokers, evidence, _ = statement
    kept = sorted([said for said in evidence.items() if said[0] != "line"])
    said = (person, sorted(given.items()), at, source, wording, proof, advertisers, brokers, kept)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def newest(known: Mapping[Purpose, Consent], stated: Mapping[Purpose, Consent]) -> dict[Purpose, Consent]:
    """Both sets of statements, the newer one for each purpose; at the same moment a refusal wins.

    What the person said, yes or no, stands above an order, whichever is newer.
    """
    merged = dict(known)
    for purpose, statement in stated.items():
        before = merged.get(purpose)
        if before is None or _weight(statement) > _weight(before):
            merged[purpose] = statement
    return merged


def _weight(statement: Consent) -> tuple[bool, int, bool]:
    return statement.basis == "consent", statement.at, not statement.given
