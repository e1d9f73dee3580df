"""Sites, what is sold there, and what their visitors do."""

from __future__ import annotations

from chalicelib.storage.keys.table import Key

EVENT_PREFIX = "EVENT#"
PURCHASE_PREFIX = "EVENT#purchase#"
TIE_PREFIX = "TIE#"


def site(site_id: str) -> Key:
    """A site of an advertiser."""
    return f"SITE#{site_id}", "SITE"


def shop_source(source_id: str) -> Key:
    """A shop platform that tells of a site's orders."""
    return f"SHOPS#{source_id}", "SHOPS"


def product(site_id: str, product_id: str) -> Key:
    """A product that a site sells."""
    return f"CATALOGUE#{site_id}", product_id


def watched(site_id: str) -> Key:
    """Until when somebody looks at what arrives from a site."""
    return f"SITE#{site_id}", "WATCHED"


def seen(site_id: str, at: int, name: str) -> Key:
    """Something that arrived meanwhile."""
    return seen_partition(site_id), f"{at:013d}#{name}"


def seen_partition(site_id: str) -> str:
    """All that did lately, in the order of time."""
    return f"SEEN#{site_id}"


def trail(site_id: str, visitor: str) -> str:
    """The partition of one visitor's events and state."""
    return f"TRAIL#{site_id}#{visitor}"


def event(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """One event: its name comes first, so that a visitor's purchases are one query."""
    return trail(site_id, visitor), f"{EVENT_PREFIX}{name}#{event_id}"


def counted(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """The mark that an event has been counted."""
    return trail(site_id, visitor), f"COUNTED#{name}#{event_id}"


def visitor(site_id: str, visitor_id: str) -> Key:
    """What is known of a visitor: cart and tie to a contact."""
    return trail(site_id, visitor_id), "VISITOR"


def tie(site_id: str, visitor_id: str, at: int, rank: int, person: str) -> Key:
    """That a browser came to be held for a person, or for nobody (`-`)."""
    return trail(site_id, visitor_id), f"{TIE_PREFIX}{at:013d}#{rank}#{person}"
