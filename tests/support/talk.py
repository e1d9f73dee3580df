"""What people write, as their threads take it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from chalicelib.replies.spoken import Spoken, seal_phone, seal_said
from chalicelib.storage.threads import Heard, Thread
from tests.support.shop import CAMILLE, Shop

NUMBER = "36123"
_numbers = count(1)


def write(shop: Shop, text: str, phone: str = CAMILLE, *, at: int | None = None, **more: Any) -> Thread:
    """A person's text to a shop."""
    services = shop.world.services
    now = shop.world.clock.now()
    person = services.vault.person(phone)
    thread_id = services.threads.id_of(shop.advertiser.id, person)
    spoken = Spoken(f"text-{next(_numbers)}", at or now, "in", text, intent="question", stop="no", because=("est-ce",))
    said = seal_said(services.vault, thread_id, spoken)
    heard = Heard(
        shop.advertiser.id,
        person,
        shop.advertiser.id,
        seal_phone(services.vault, thread_id, phone),
        NUMBER,
        said,
        language="fr",
    )
    return services.threads.heard(replace(heard, **more), now)
