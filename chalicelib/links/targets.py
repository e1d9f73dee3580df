"""Whether a link may lead somewhere. Decided when a target is made or changed, never while somebody waits to land.

A browser, not we, opens the target: what is refused here is what deceives people (schemes, credentials, look-alikes of
ourselves), what attacks their network (addresses and local names), and what goes round in circles. A public name that
its owner points at a private address cannot be told from its text, and is not looked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from chalicelib.errors import FieldError, InvalidInput

Reason = Literal[
    "too_long",
    "characters",
    "scheme",
    "credentials",
    "host",
    "port",
    "address",
    "local",
    "ourselves",
    "look_alike",
    "shortener",
    "not_registered",
]

_WORDS: dict[Reason, str] = {
    "too_long": "at most 2,000 characters",
    "characters": "no spaces, backslashes, control or invisible characters",
    "scheme": "http:// or https://, then a host",
    "credentials": "no user name or password",
    "host": "a host name with a dot, such as shop.example",
    "port": "a port from 1 to 65535",
    "address": "a host name, not an IP address in any writing",
    "local": "a host that everybody reaches, not one of a private network",
    "ourselves": "not a short link or page of this service",
    "look_alike": "a host name in one script, that does not look like another one",
    "shortener": "the page itself, not another short link to it",
    "not_registered": "a page of one of the site's registered origins",
}

_LONGEST = 2_000
_URL = re.compile(r"(https?)://([^/?#]+)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[0-9]{1,5}")
_LOCAL = frozenset(
    {"localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "host", "docker"}
    | {"arpa", "invalid", "onion", "alt"}
)
_LOCAL_BY_NAME = ("nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com")
"""Public names that anybody may put a private address into, or that stand for one."""
_SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "v.gd", "buff.ly", "cutt.ly", "rebrand.ly", "rb.gy"}
    | {"shorturl.at", "t.ly", "s.id", "tiny.cc", "lnkd.in", "urlz.fr"}
)
_GATEWAY = re.compile(r"\.execute-api\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)(?:\.cn)?$")
"""This service answers under such a name beside its own, without knowing it."""
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_SAFE = "!#$%&'()*+,/:;=?@[]~-._\"<>^`{|}"
# Letters of other scripts that look like Latin ones in the usual typefaces (Unicode TS 39, the common part of it).
_LOOKS_LIKE = str.maketrans(
    "асԁеһіјӏорԛѕԝхугкмтвнαβεηικνορτυχωɡıłøđ", "acdehijlopqswxyrkmtbhaßenikvoptuxwgilod".replace("ß", "b")
)


class TargetRefused(ValueError):
    """A target that no link may have; the text says what is right instead."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_WORDS[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all targets of a stage."""

    ours: frozenset[str]
    """The hosts that this service answers under, lower-case."""
    rehearsal: bool
    """Whether local names and addresses are in order, because the service itself stands on one."""


def rules_for(origin: str, domains: Collection[str] = ()) -> Rules:
    """The rules of a service at `origin` that serves short links under `domains` too."""
    host = origin.partition("://")[2].partition("/")[0].lower()
    name = host if host.startswith("[") else host.partition(":")[0]
    # On one machine, service and shop differ by port alone: there the port belongs to who we are.
    rehearsal = _local(name) is not None
    return Rules(frozenset({host if rehearsal else name, *domains}), rehearsal)


def check_target(url: str, rules: Rules, registered: Collection[str] | None = None) -> str:
    """The target as links keep it: ASCII, its host in lower case, everything behind it as it was written.

    With `registered`, only pages of these origins. Raises TargetRefused.
    """
    if len(url) > _LONGEST:
        raise TargetRefused("too_long")
    if any(c == "\\" or unicodedata.category(c)[0] in "CZ" for c in url):
        raise TargetRefused("characters")
    match = _URL.fullmatch(url)
    if match is None:
        raise TargetRefused("scheme")
    scheme, authority, rest, fragment = match[1].lower(), match[2], match[3], match[4] or ""
    if "@" in authority:
        raise TargetRefused("credentials")
    host, port = _split(authority)
    name = _host(host, rules)
    authority = f"{name}:{port}" if port and port != _DEFAULT_PORTS[scheme] else name
    if name in rules.ours or f"{name}:{port or _DEFAULT_PORTS[scheme]}" in rules.ours:
        raise TargetRefused("ourselves")
    origin = f"{scheme}://{authority}"
    if registered is not None and origin not in registered:
        raise TargetRefused("not_registered")
    return origin + quote(rest + fragment, safe=_SAFE)


def check_origins(origins: Collection[str], rules: Rules) -> None:
    """Raise InvalidInput where a site's origin is no place to land: its personal links lead there."""
    errors = []
    for place, origin in enumerate(origins):
        try:
            check_target(origin, rules)
        except TargetRefused as refused:
            errors.append(FieldError(f"origins.{place}", refused.reason, str(refused)))
    if errors:
        raise InvalidInput(errors)


def host_of(target: str) -> str:
    """The host of a target that was checked, without its port."""
    return _split(target.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0])[0]


def _split(authority: str) -> tuple[str, str]:
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return authority, ""
    if not _PORT.fullmatch(port) or not 1 <= int(port) <= 65_535:
        raise TargetRefused("port")
    return host, str(int(port))


def _host(host: str, rules: Rules) -> str:
    if host.startswith("["):
        if rules.rehearsal:
            return host.lower()
        raise TargetRefused("address")
    try:
        name = host.encode("idna").decode().lower().removesuffix(".")
        shown = name.encode().decode("idna")
    except UnicodeError:
        raise TargetRefused("host") from None
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise TargetRefused("host")
    reason = _local(name)
    if reason and not rules.rehearsal:
        raise TargetRefused(reason)
    if _deceives(shown, rules.ours):
        raise TargetRefused("look_alike")
    if _is_under(name, _LOCAL_BY_NAME):
        raise TargetRefused("local")
    if _is_under(name, _SHORTENERS):
        raise TargetRefused("shortener")
    if _GATEWAY.search(name):
        raise TargetRefused("ourselves")
    return name


def _is_under(name: str, domains: Collection[str]) -> bool:
    return any(name == domain or name.endswith("." + domain) for domain in domains)


def _local(name: str) -> Reason | None:
    """Why a host is not one that everybody reaches. Browsers take a name that ends in a number for an IPv4 address."""
    labels = name.split(".")
    if name.startswith("[") or _NUMBER.fullmatch(labels[-1]):
        return "address"
    if labels[-1] in _LOCAL:
        return "local"
    return "host" if len(labels) == 1 else None


def _deceives(shown: str, ours: Collection[str]) -> bool:
    """Whether a name shows letters that are read as others: of several scripts in a label, or of all look-alikes."""
    if shown.isascii():
        return False
    looks = _skeleton(shown)
    if any(looks == our.partition(":")[0] or looks.endswith("." + our) for our in ours):
        return True
    return any(_mixed(label) or _whole_look_alike(label) or _phonetic(label) for label in shown.split("."))


def _skeleton(text: str) -> str:
    plain = (c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return "".join(plain).translate(_LOOKS_LIKE)


def _mixed(label: str) -> bool:
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in label if c.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def _phonetic(label: str) -> bool:
    """`ᴘaypal`: Latin letters of no alphabet, which sounds are written with (Unicode's IPA and phonetic blocks)."""
    return any("\u0250" <= c <= "\u02af" or "\u1d00" <= c <= "\u1dbf" or "\ua720" <= c <= "\ua7ff" for c in label)


def _whole_look_alike(label: str) -> bool:
    """`аррӏе`: a word of another script of which every letter passes for a Latin one."""
    foreign = [c for c in label if c.isalpha() and not unicodedata.name(c, "").startswith("LATIN")]
    return bool(foreign) and _skeleton(label).isascii()
