"""Domains that advertisers have for their own short links."""

from __future__ import annotations

from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table, Update


class LinkDomains:
    """A domain is one advertiser's, for good: slugs hang on it, also once no more are made."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def give(self, domain: str, advertiser: str) -> bool:
        """Let an advertiser make links on a domain; False where it is another's. To say it again changes nothing."""
        item = {"type": "link_domain", "v": 1, "advertiser": advertiser, "domain": domain}
        item |= keys.listed("link_domains", advertiser, domain)
        condition = "attribute_not_exists(pk) OR #advertiser = :advertiser"
        try:
            self._table.put(Put(keys.link_domain(domain), item, condition, {"advertiser": advertiser}))
        except ConditionFailed:
            return False
        return True

    def close(self, domain: str, advertiser: str) -> bool:
        """Let no more links be made on a domain; those that were go on landing. False where it is not the advertiser's.

        It stays the advertiser's: nobody else may be given what its slugs lead to.
        """
        try:
            self._table.update(
                Update(
                    keys.link_domain(domain),
                    "SET #closed = :yes REMOVE #listed, #listed_place",
                    {"yes": True, "advertiser": advertiser},
                    "#advertiser = :advertiser",
                )
            )
        except ConditionFailed:
            return False
        return True

    def owner(self, domain: str) -> str | None:
        """The advertiser that may make links on a domain, or None."""
        item = self._table.get(keys.link_domain(domain))
        return str(item["advertiser"]) if item and not item.get("closed") else None
