"""An order's phone: what is to be told of the order may be told to it, and nothing else (docs/adr/0021)."""

from __future__ import annotations

from chalicelib.audience.statements import Statement
from chalicelib.vault import Vault


def order_proof(vault: Vault, advertiser: str, number: str) -> str:
    """The keyed fingerprint of an order, by which its messages and the ledger's entry know each other."""
    return vault.sign(f"order|{advertiser}|{number}")


def order_statement(proof: str, number: str, at: int) -> Statement:
    """That an order was placed. It is no consent: what the person says stands above it."""
    return Statement({"sms_notification": True}, at, "order", proof=proof, evidence={"order": number}, basis="contract")
