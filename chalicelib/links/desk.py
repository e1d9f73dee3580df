"""Makes standalone links and edits every kind, for the API and the command line. Every target is checked here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from chalicelib.clock import Clock
from chalicelib.errors import FieldError, InvalidInput, NotFound, StorageUnavailable
from chalicelib.links.codes import new_standalone
from chalicelib.links.names import RESERVED, SLUG
from chalicelib.links.targets import TargetRefused, check_target, host_of, rules_for
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.link_domains import LinkDomains
from chalicelib.storage.link_settings import PLAIN, LinkSettings
from chalicelib.storage.links import Link, Links

_APP = re.compile(r"[a-z][a-z0-9+.-]{1,30}://[!-~]{1,500}")
_NOT_APPS = ("javascript", "data", "vbscript", "file", "blob", "filesystem", "view-source", "content", "intent", "http")
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link shall do."""

    target: str
    utm: Mapping[str, str] = field(default_factory=dict)
    tracked: bool = True
    settings: LinkSettings = PLAIN


class LinkDesk:
    """Makes, finds and edits links."""

    def __init__(self, links: Links, domains: LinkDomains, advertisers: Advertisers, clock: Clock, origin: str) -> None:
        self._links = links
        self._domains = domains
        self._advertisers = advertisers
        self._clock = clock
        self._origin = origin

    def make(self, advertiser: str, wanted: Wanted, *, domain: str = "", slug: str = "") -> Link:
        """Make a standalone link: with a slug, on one of the advertiser's own domains. Raises InvalidInput."""
        if domain and self._domains.owner(domain) != advertiser:
            raise InvalidInput([FieldError("domain", "unknown", "a domain that the operator has given you")])
        if slug and not domain:
            raise InvalidInput([FieldError("slug", "own_domain", "a slug stands on a domain of your own")])
        if slug and (not SLUG.fullmatch(slug) or slug in RESERVED):
            raise InvalidInput([FieldError("slug", "format", "1 to 64 of a-z, 0-9 and -, and no word that is in use")])
        made = Link("", "", advertiser, "", "", "", "", self._clock.now())
        checked = self._checked(made, wanted)
        for _ in range(_ROUNDS):
            name = slug or new_standalone()
            link = replace(checked, code=f"{domain}/{name.lower()}" if domain else name)
            if self._links.add(link):
                return link
            if slug:
                raise InvalidInput([FieldError("slug", "taken", "a slug that no link of this domain has")])
        raise StorageUnavailable("no code was free")

    def find(self, advertiser: str, name: str) -> Link:
        """A link of this advertiser's; NotFound for any other, whose it may be."""
        link = self._links.get(name)
        if link is None or link.advertiser != advertiser:
            raise NotFound("link")
        return link

    def edit(self, advertiser: str, name: str, change: Callable[[Wanted], Wanted]) -> Link:
        """Change a link as it stands when it is written. The next click lands by it."""
        for _ in range(_ROUNDS):
            link = self.find(advertiser, name)
            wanted = change(Wanted(link.target, link.utm, link.tracked, link.settings))
            if edited := self._links.edit(self._checked(link, wanted)):
                return edited
        raise StorageUnavailable("others edited this link each time")

    def check(self, target: str, origins: Collection[str] | None = None) -> str:
        """A target as links keep it: of these origins where some are given. Raises TargetRefused."""
        kept = check_target(target, rules_for(self._origin), origins)
        if origins is None and self._domains.owner(host_of(kept)):
            raise TargetRefused("ourselves")
        return kept

    def url(self, link: Link) -> str:
        """What to open, or print."""
        return f"https://{link.code}" if "/" in link.code else f"{self._origin}/{link.code}"

    def _origins(self, site_id: str) -> tuple[str, ...]:
        site = self._advertisers.site(site_id)
        return site.origins if site else ()

    def _checked(self, link: Link, wanted: Wanted) -> Link:
        """The link as wanted, its targets as links keep them. Raises InvalidInput that names each wrong one."""
        errors: list[FieldError] = []
        origins = None if link.standalone else self._origins(link.site)

        def checked(name: str, target: str) -> str:
            try:
                return self.check(target, origins)
            except TargetRefused as refused:
                errors.append(FieldError(name, refused.reason, str(refused)))
                return target

        settings = wanted.settings
        if settings.since is not None and settings.until is not None and settings.since >= settings.until:
            errors.append(FieldError("until", "order", "later than since"))
        if settings.variants and sum(variant.share for variant in settings.variants) != 100:
            errors.append(FieldError("variants", "shares", "shares that make 100"))
        for place, rule in enumerate(settings.rules):
            if rule.app is not None and not _opens_an_app(rule.app):
                errors.append(FieldError(f"rules.{place}.app", "app", "an app's own scheme, such as shop://cart"))
        result = replace(
            link,
            target=checked("target", wanted.target),
            utm=dict(wanted.utm),
            tracked=wanted.tracked,
            settings=replace(
                settings,
                expired_target=settings.expired_target and checked("expired_target", settings.expired_target),
                rules=tuple(
                    replace(rule, target=checked(f"rules.{place}.target", rule.target))
                    for place, rule in enumerate(settings.rules)
                ),
                variants=tuple(
                    replace(variant, target=checked(f"variants.{place}.target", variant.target))
                    for place, variant in enumerate(settings.variants)
                ),
            ),
        )
        if errors:
            raise InvalidInput(errors)
        return result


def _opens_an_app(address: str) -> bool:
    return bool(_APP.fullmatch(address)) and not address.startswith(_NOT_APPS)
