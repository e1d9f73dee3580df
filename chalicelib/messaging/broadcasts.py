"""A broadcast's rules: which message each person gets and when, and what stands against its launch. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from chalicelib.clock import DAY, MINUTE
from chalicelib.ids import derived_id
from chalicelib.messaging.approval import limits_passed
from chalicelib.messaging.given import Given, seal_given
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.broadcasts import Broadcast
from chalicelib.storage.messages import Message, Step
from chalicelib.storage.templates import Template
from chalicelib.vault import Vault

REHEARSAL_HOLDS = 7 * DAY
AgainstLaunch = Literal[
    "not_rehearsed", "template_changed", "rehearsal_too_old", "nobody", "needs_approval", "needs_another_person"
]
IN_WORDS: Mapping[AgainstLaunch, str] = {
    "not_rehearsed": "rehearse it as it is now, then launch it",
    "template_changed": "its template was changed since: rehearse it again",
    "rehearsal_too_old": "its rehearsal is more than a week old: rehearse it again",
    "nobody": "its rehearsal found nobody who would get it",
    "needs_approval": "it is larger than the advertiser lets one person launch: another key has to approve it",
    "needs_another_person": "it was approved with the key that launches it: another one has to",
}


def slot(anchor: int, number: int, pace: int) -> int:
    """The moment (epoch ms) of a message by its number from 0, at so many a minute from `anchor` on."""
    return anchor + number * MINUTE // pace


def message_id(vault: Vault, broadcast: Broadcast, person: str) -> str:
    """The one message of a person in a broadcast: asked for twice, it is the same."""
    return derived_id("msg", vault.sign(f"broadcast|{broadcast.advertiser}|{broadcast.id}|{person}"))


def message_for(vault: Vault, broadcast: Broadcast, person: str, at: int, now: int) -> Message:
    """What is meant for a person at a moment."""
    plan, name = broadcast.plan, message_id(vault, broadcast, person)
    return Message(
        id=name,
        state="scheduled",
        version=1,
        message_class=plan.message_class,
        advertiser=broadcast.advertiser,
        journey="flash_sale" if plan.message_class == "marketing" else "broadcast",
        base=broadcast.advertiser,
        person=person,
        created_at=now,
        expires_at=at + plan.expires_ms,
        due_at=at,
        campaign=broadcast.id,
        template=plan.template,
        data=seal_given(vault, name, Given(link=plan.link, sender=plan.sender)),
        history=(Step("scheduled", now),),
    )


def fingerprint(template: Template | None) -> str:
    """Of all that a template says: what was rehearsed and approved is what goes."""
    return hashlib.sha256(repr(template).encode()).hexdigest()[:32]


def needs_approval(broadcast: Broadcast, safeguards: Safeguards) -> bool:
    """Whether a second person has to agree: for its audience or cost, or a cost that is limited and not known."""
    found = broadcast.rehearsed
    return bool(limits_passed(found["audience"], found["sends"]["people"], found["price"], safeguards))


def against_launch(
    broadcast: Broadcast, template: Template | None, safeguards: Safeguards, key: str, now: int
) -> AgainstLaunch | None:
    """What stands against the launch with a key, told by its fingerprint; None where nothing does."""
    if broadcast.state != "rehearsed":
        return "not_rehearsed"
    found = broadcast.rehearsed
    if found["template"] != fingerprint(template):
        return "template_changed"
    if now - found["rehearsed_at"] > REHEARSAL_HOLDS:
        return "rehearsal_too_old"
    if not found["sends"]["people"]:
        return "nobody"
    if not needs_approval(broadcast, safeguards):
        return None
    if not broadcast.approved_by:
        return "needs_approval"
    return "needs_another_person" if broadcast.approved_by == key else None
