"""Short links, their codes, and promo codes.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.links.recent import RecentLinks
from chalicelib.stores import Stores

if TYPE_CHECKING:
    from chalicelib.links.codes import Codes
    from chalicelib.links.desk import LinkDesk
    from chalicelib.promotions.desk import PromoDesk


class LinkServices(Stores):
    """Short links, their codes, and promo codes."""

    @cached_property
    def recent_links(self) -> RecentLinks:
        return RecentLinks()

    @cached_property
    def link_desk(self) -> LinkDesk:
        from chalicelib.links.desk import LinkDesk

        return LinkDesk(self.links, self.link_domains, self.advertisers, self.clock, self.settings.origin)

    @cached_property
    def promo_desk(self) -> PromoDesk:
        from chalicelib.promotions.desk import PromoDesk
        from chalicelib.storage.promo_codes import PromoCodes

        return PromoDesk(self.promo_pools, PromoCodes(self.table), self.clock)

    @cached_property
    def codes(self) -> Codes:
        from chalicelib.links.codes import Codes

        return Codes(self.vault.link_salt)
