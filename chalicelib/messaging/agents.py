"""Who signs an advertiser's messages: a real person, named by a first name, who answers in staffed hours."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.sending_hours import Agent
from chalicelib.vault import Vault


def staffed(agent: Agent | None, at: int) -> bool:
    """Whether somebody answers at a moment (epoch ms). Nobody does where no agent is named."""
    if agent is None:
        return False
    local = datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(agent.zone))
    minute = local.hour * 60 + local.minute
    return any(window.contains(local.weekday(), minute) for window in agent.hours)


def seal_name(vault: Vault, advertiser: str, name: str) -> bytes:
    """As `Advertiser.agent_name` holds it."""
    return vault.seal(name, _place(advertiser))


def open_name(vault: Vault, advertiser: Advertiser) -> str | None:
    """The first name that signs, or None where there is no agent."""
    return vault.open(advertiser.agent_name, _place(advertiser.id)) if advertiser.agent_name else None


def _place(advertiser: str) -> str:
    return f"agent/{advertiser}"
