"""Playbooks as an advertiser switches them on, and the agent who signs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.journeys.playbooks import installation, playbook_of
from chalicelib.messaging.agents import seal_name
from chalicelib.storage.sending_hours import Agent, Window
from chalicelib.storage.templates import Language
from tests.support.journeys import forget_journeys
from tests.support.shop import Shop

OFFICE = (Window(9 * 60, 18 * 60, (0, 1, 2, 3, 4)),)


def switch_on(shop: Shop, playbook_id: str, language: Language = "fr", **answers: Any) -> None:
    """Install a playbook and start it, through every check of its saving."""
    services = shop.world.services
    playbook = playbook_of(playbook_id)
    assert playbook is not None
    journey, templates = installation(playbook, language, answers, shop.world.clock.now())
    for template in templates:
        services.templates.save(shop.advertiser.id, template)
    services.sender_book.register_default(shop.advertiser, verified=True)
    services.journey_desk.save(shop.advertiser, playbook_id, journey, "test")
    services.journey_desk.start(shop.advertiser, playbook_id, "test", "test")
    forget_journeys(shop)


def name_agent(shop: Shop, name: str = "Zoé", hours: tuple[Window, ...] = OFFICE) -> None:
    """Have somebody sign, and answer in these hours."""
    sealed = seal_name(shop.world.services.vault, shop.advertiser.id, name)
    shop.advertiser = replace(shop.advertiser, agent=Agent(hours), agent_name=sealed)
    shop.world.services.advertisers.save(shop.advertiser)
