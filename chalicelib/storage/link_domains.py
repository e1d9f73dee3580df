"""Domains that advertisers have for their own short links."""

from __future__ import annotations

from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table


class LinkDomains:
    """A domain is one advertiser's, for good: slugs hang on it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def give(self, domain: str, advertiser: str) -> bool:
        """Let an advertiser make links on a domain; False where it is another's. To say it again changes nothing."""
        item = {"type": "link_domain", "v": 1, "advertiser": advertiser}
        condition = "attribute_not_exists(pk) OR #advertiser = :advertiser"
        try:
            self._table.put(Put(keys.link_domain(domain), item, condition, {"advertiser": advertiser}))
        except ConditionFailed:
            return False
        return True

    def owner(self, domain: str) -> str | None:
        """The advertiser whose domain it is, or None."""
        item = self._table.get(keys.link_domain(domain))
        return str(item["advertiser"]) if item else None
