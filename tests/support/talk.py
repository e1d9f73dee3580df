"""What people write, as their threads take it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from chalicelib.replies.spoken import Spoken, seal_phone, seal_said
from chalicelib.storage.threads import Heard, Thread
from chalicelib.wiring import Services
from tests.support.shop import CAMILLE, Shop

NUMBER = "36123"
_numbers = count(1)


def write(shop: Shop, text: str, phone: str = CAMILLE, *, at: int | None = None, **more: Any) -> Thread:
    """A person's text to a shop."""
    return written(shop.world.services, shop.advertiser.id, text, phone, at, **more)


def written(services: Services, advertiser: str, text: str, phone: str, at: int | None = None, **more: Any) -> Thread:
    """A person's text to an advertiser of any stage."""
    one = heard(services, advertiser, text, phone, f"text-{next(_numbers)}", at)
    return services.threads.heard(replace(one, **more), services.clock.now())


def heard(services: Services, advertiser: str, text: str, phone: str, text_id: str, at: int | None = None) -> Heard:
    """A question, before its thread has taken it."""
    person = services.vault.person(phone)
    thread_id = services.threads.id_of(advertiser, person)
    written_at = at or services.clock.now()
    spoken = Spoken(text_id, written_at, "in", text, intent="question", stop="no", because=("est-ce",))
    said = seal_said(services.vault, thread_id, spoken)
    phone_sealed = seal_phone(services.vault, thread_id, phone)
    return Heard(advertiser, person, advertiser, phone_sealed, NUMBER, said, language="fr")
