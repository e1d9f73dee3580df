"""What providers report, and whether they answer."""

from __future__ import annotations

from chalicelib.storage.keys.table import Key


def breaker(provider: str) -> Key:
    """Whether a provider answers."""
    return f"BREAKER#{provider}", "BREAKER"


def receipt(provider: str, digest: str) -> Key:
    """That a provider's report was taken."""
    return f"RECEIPT#{provider}#{digest}", "RECEIPT"


def handed(provider: str, digest: str) -> Key:
    """Which message a provider's own id stands for."""
    return f"HANDED#{provider}#{digest}", "HANDED"


def opt_outs(provider: str) -> Key:
    """How far the pull of a provider's opt-out list came."""
    return f"OPTOUTS#{provider}", "OPTOUTS"


def outbox(at: int, entry_id: str) -> Key:
    """A message or a reply kept for the phone simulator."""
    return "OUTBOX", f"{at:013d}#{entry_id}"
