"""Short links, their clicks, and the purchases that came of them."""

from __future__ import annotations

from chalicelib.storage.keys.audience import contact_partition
from chalicelib.storage.keys.table import Key
from chalicelib.storage.keys.tracking import trail

LINK_COPIES = 8
PERSONAL_CODE = 8
"""The fewest characters that a personal code ever had."""
CLICK_PREFIX = "CLICK#"
CONVERSION_PREFIX = "CONV#"
BOUGHT_PREFIX = "BOUGHT#"


def link(code: str) -> Key:
    """A personal short link."""
    return f"LINK#{code}", "LINK"


def is_shared(name: str) -> bool:
    """Whether a link's name is a standalone one's: on a domain of its own, or shorter than any personal code."""
    return "/" in name or len(name) < PERSONAL_CODE


def link_copies(name: str) -> tuple[Key, ...]:
    """Where a link stands: a standalone one in several places, so that a click by thousands throttles none."""
    if not is_shared(name):
        return (link(name),)
    return tuple((f"LINK#{name}#{copy}", "LINK") for copy in range(LINK_COPIES))


def link_scope(name: str) -> str:
    """The scope of what is counted of one standalone link."""
    return f"link/{name}"


def link_domain(domain: str) -> Key:
    """An advertiser's own domain for short links."""
    return f"DOMAIN#{domain}", "DOMAIN"


def domain_of(key: Key) -> str:
    """The domain that a key of one names."""
    return key[0].partition("#")[2]


def click(click_id: str) -> Key:
    """One click on a short link."""
    return f"{CLICK_PREFIX}{click_id}", "CLICK"


def first_click(code: str) -> Key:
    """The mark that a person has clicked a personal link."""
    return f"LINK#{code}", "FIRST"


def first_visit(code: str, browser: str, day: int) -> Key:
    """The mark that a browser, by its hash, has come by a standalone link on a day, counted from the epoch.

    A partition each: a link that thousands click at once does not throttle one.
    """
    return f"LINK#{code}#{browser}", f"FIRST#{day}"


def contact_clicked(base: str, person: str, campaign: str) -> Key:
    """The mark that a contact has clicked a link of a campaign."""
    return contact_partition(base, person), f"CLICKED#{campaign}"


def click_of(base: str, person: str, at: int, click_id: str) -> Key:
    """That a contact clicked."""
    return contact_partition(base, person), f"{CLICK_PREFIX}{at:013d}#{click_id}"


def click_shown(site_id: str, visitor_id: str, click_id: str) -> Key:
    """That a browser came by a click."""
    return trail(site_id, visitor_id), f"{CLICK_PREFIX}{click_id}"


def conversion(site_id: str, transaction: str) -> Key:
    """A purchase, by the shop's own number for it."""
    return f"{CONVERSION_PREFIX}{site_id}#{transaction}", "CONV"


def bought(base: str, person: str, site_id: str, transaction: str) -> Key:
    """That a purchase was a contact's, or came of a link to it."""
    return contact_partition(base, person), f"{BOUGHT_PREFIX}{site_id}#{transaction}"
