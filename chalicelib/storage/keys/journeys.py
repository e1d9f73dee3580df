"""Journeys, and where contacts stand in them."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.audience import contact_partition
from chalicelib.storage.keys.table import Key

JOURNEY_PREFIX = "JOURNEY#"
REHEARSAL_PREFIX = "REHEARSED#"
ENROLMENT_PREFIX = "ENROL#"
PARTICIPANT_PREFIX = "ARM#"
ORDERED_PREFIX = "ORDERED#"


def journey(advertiser_id: str, journey_id: str) -> Key:
    """A journey as it is now."""
    return advertiser_partition(advertiser_id), f"{JOURNEY_PREFIX}{journey_id}"


def definition(advertiser_id: str, journey_id: str, version: int) -> Key:
    """A journey as it was defined in one of its versions."""
    return advertiser_partition(advertiser_id), f"{definitions_of(journey_id)}{version:06d}"


def definitions_of(journey_id: str) -> str:
    """What the keys of a journey's versions begin with."""
    return f"DEFINED#{journey_id}#"


def journey_rehearsal(advertiser_id: str, journey_id: str) -> Key:
    """The last rehearsal of a journey that looks at everybody."""
    return advertiser_partition(advertiser_id), f"{REHEARSAL_PREFIX}{journey_id}"


def enrolment(base: str, person: str, journey_id: str, subject: str) -> Key:
    """A contact's place in a journey, about a site or an order."""
    return contact_partition(base, person), f"{enrolments_in(journey_id)}{subject}"


def enrolments_in(journey_id: str) -> str:
    """What the keys of a contact's enrolments in a journey begin with."""
    return f"{ENROLMENT_PREFIX}{journey_id}#"


def begun(base: str, person: str, advertiser_id: str, journey_id: str) -> Key:
    """When a contact began a journey of an advertiser's."""
    return contact_partition(base, person), f"BEGUN#{advertiser_id}#{journey_id}"


def sent_step(base: str, person: str, advertiser_id: str, journey_id: str, step: str) -> Key:
    """When a contact was sent a step of such a journey."""
    return contact_partition(base, person), f"STEP#{advertiser_id}#{journey_id}#{step}"


def participant(base: str, person: str, advertiser_id: str, journey_id: str, version: int) -> Key:
    """A contact's part in what a version of an advertiser's journey compares."""
    return contact_partition(base, person), f"{PARTICIPANT_PREFIX}{advertiser_id}#{journey_id}#{version}"


def ordered(base: str, person: str, site_id: str, order: str) -> Key:
    """What a contact has ordered."""
    return contact_partition(base, person), f"{ORDERED_PREFIX}{site_id}#{order}"


def sold(site_id: str, item: str) -> Key:
    """A thing that a site has sold, and what with it."""
    return f"SOLD#{site_id}#{item}", "SOLD"


def complements(advertiser_id: str) -> Key:
    """What an advertiser offers to whoever has bought something."""
    return advertiser_partition(advertiser_id), "COMPLEMENTS"
