"""Puts things into their lists that were made before there were lists: an operator's pass over the table, once."""

from __future__ import annotations

from contextlib import suppress

from chalicelib.storage import keys
from chalicelib.storage.click_records import record_from
from chalicelib.storage.codec import Item
from chalicelib.storage.links import from_item as link_from
from chalicelib.storage.table import ConditionFailed, Table, Update

_OWNED: dict[str, tuple[keys.Listing, str]] = {
    "site": ("sites", "advertiser"),
    "lead_source": ("lead_sources", "advertiser"),
    "shop_source": ("shops", "site"),
    "upload": ("uploads", "base"),
}
"""What has its id for its place: its list, and the attribute that says whose it is."""


def enlist(table: Table, segment: int, segments: int) -> int:
    """List what is in no list yet, of one of `segments` parts of the table. Returns how many things that were."""
    found = 0
    for item in table.scan(segment, segments):
        added = {} if "listed" in item else listed_as(item)
        if not added:
            continue
        sets = ", ".join(f"#{name} = :{name}" for name in added)
        key = (item["pk"], item["sk"])
        with suppress(ConditionFailed):  # It is gone, or was listed meanwhile.
            table.update(Update(key, f"SET {sets}", added, "attribute_exists(pk) AND attribute_not_exists(#listed)"))
            found += 1
    return found


def listed_as(item: Item) -> dict[str, str]:
    """The attributes that an item has in its list; none where it belongs to no list."""
    kind = item["type"]
    if kind in _OWNED:
        listing, owner = _OWNED[kind]
        return keys.listed(listing, item[owner], item["id"])
    match kind:
        case "advertiser":
            return keys.listed("advertisers", "", item["id"])
        case "message":
            return keys.listed("messages", item["advertiser"], keys.listed_at(item["created_at"], item["id"]))
        case "click" if "link" in item:
            made = record_from(item)
            return keys.listed("clicks", made.advertiser, keys.listed_at(made.click.at, made.click.id))
        case "link":
            link = link_from(item)
            is_first = link.standalone and keys.link_copies(link.code)[0] == (item["pk"], item["sk"])
            return keys.listed("links", link.advertiser, keys.listed_at(link.sent_at, link.code)) if is_first else {}
        case "link_domain" if not item.get("closed"):
            domain = keys.domain_of((item["pk"], item["sk"]))
            return keys.listed("link_domains", item["advertiser"], domain) | {"domain": domain}
    return {}
