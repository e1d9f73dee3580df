"""Where the link of a step's SMS leads that is about no visit: the parcel, the page that was told, the shop."""

from __future__ import annotations

from chalicelib.links.targets import Rules, TargetRefused, check_target
from chalicelib.storage.advertisers import Site
from chalicelib.storage.enrolments import Enrolment


def landing(enrolment: Enrolment, site: Site | None, rules: Rules) -> str | None:
    """The first page that a link may lead to; None where there is none, not even the shop's front page.

    A back end may name a page of anybody's, such as a carrier's. What a browser named is a page of the site's, and so
    is what is offered.
    """
    told, product = enrolment.facts, enrolment.product
    pages = (told.get("tracking_url"), told.get("page_location")) if not enrolment.offer else ()
    front = f"{site.origins[0]}/" if site else None
    own = site.origins if site else ()
    anywhere = told.get("via") == "server" and not enrolment.offer
    for page in (*pages, product.url if product else None, front):
        try:
            return check_target(page or "", rules, None if anywhere else own)
        except TargetRefused:
            continue
    return None
