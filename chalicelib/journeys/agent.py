"""What conditions can ask of the person who signs an advertiser's messages: whether there is one, and is there now."""

from __future__ import annotations

from chalicelib.audience.conditions import Fact
from chalicelib.messaging.agents import staffed
from chalicelib.storage.advertisers import Advertiser


def agent_facts(advertiser: Advertiser, now: int) -> dict[str, Fact]:
    """Facts of the agent at a moment."""
    return {"agent.named": advertiser.agent is not None, "agent.staffed": staffed(advertiser.agent, now)}
