"""What is right and wrong about a page that shall carry the snippet: each finding says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from cli.site_page import NotFetched, Page, Script

Level = Literal["ok", "warn", "fail"]
Fetch = Callable[[str], Page]

_INIT = re.compile(r"""relance\(\s*['"]init['"]\s*,\s*['"]([^'"]*)['"]\s*(?:,\s*(\{[^}]*\}))?""")
_CONSENT = re.compile(r"""relance\(\s*['"]consent['"]""")
_CONSENT_OPTION = re.compile(r"""\bconsent['"]?\s*:\s*['"](\w+)['"]""")
_STUB = re.compile(r"relance\.q\b")
_SITE_ID = re.compile(r"site_[0-9A-Z]{26}")
_TOOLS = {
    "axeptio": re.compile(r"axept\.io|axeptioSettings|_axcb"),
    "didomi": re.compile(r"privacy-center\.org|didomiConfig|didomiOnReady"),
    "onetrust": re.compile(r"cookielaw\.org|otSDKStub|OptanonWrapper"),
    "tarteaucitron": re.compile(r"tarteaucitron"),
    "shopify": re.compile(r"cdn\.shopify\.com|Shopify\.theme"),
    "tcf": re.compile(r"__tcfapi"),
    "gcm": re.compile(r"""gtag\(\s*['"]consent['"]"""),
}
"""What gives a consent tool away in a page's source, the most telling first."""
_PUT_THERE = re.compile(r"/t\.js['\"`]")
_TAG_MANAGER = re.compile(r"googletagmanager\.com/gtm\.js|tags\.tiqcdn\.com|cdn\.tagcommander\.com|/container_\w+\.js")
_MOST_SCRIPTS = 20
_HIDES_ORIGIN = ("no-referrer", "same-origin")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    level: Level
    message: str


@dataclass(frozen=True)
class Known:
    """What the stage knows, where one is connected."""

    origins: Callable[[str], tuple[str, ...] | None] | None = None
    """A site's registered origins, None for an unknown site."""
    service: str | None = None
    """The service's own address."""


def check(page: Page, fetch: Fetch, known: Known) -> list[Finding]:
    """All findings about a page, in the order in which they matter."""
    scripts = page.html.scripts
    snippets = [script for script in scripts if script.src and _file(script.src) == "t.js"]
    source = "\n".join(script.text for script in scripts)
    if not snippets:
        return list(_without_element(page, source, fetch, known))
    snippet = snippets[0]
    return [
        *_snippet(snippets, known),
        *_served(snippet, fetch),
        *_stub(scripts),
        *_init(source, page, known),
        *_policy(page, snippet),
        *_consent(page, source),
        *_referrer(page),
        *_widget(scripts),
    ]


def _without_element(page: Page, source: str, fetch: Fetch, known: Known) -> Iterator[Finding]:
    """The page is read as it is served. What a script puts there later is told apart from what is missing."""
    for name, text in [("a script on the page", source), *_own_scripts(page, fetch)]:
        if _PUT_THERE.search(text):
            yield Finding("snippet", "warn", f"{name} puts it there: what comes of it shows in a browser only")
            if _INIT.search(text):
                yield from _init(text, page, known)
            yield from (*_consent(page, source + text), *_referrer(page), *_widget(page.html.scripts))
            return
    addresses = source + "\n".join(script.src or "" for script in page.html.scripts)
    if _TAG_MANAGER.search(addresses):
        yield Finding(
            "snippet", "warn", "not in the page's source; whether the tag manager puts it there cannot be seen"
        )
        return
    yield Finding("snippet", "fail", 'the page has no <script async src="…/t.js">: paste the installation code')
    yield from _init(source, page, known)


def _own_scripts(page: Page, fetch: Fetch) -> Iterator[tuple[str, str]]:
    """Name and text of the scripts that the page has from its own origin; those that cannot be read are left out."""
    sources = [script.src for script in page.html.scripts if script.src and script.src.startswith(f"{page.origin}/")]
    for src in sources[:_MOST_SCRIPTS]:
        with suppress(NotFetched):
            yield _file(src), fetch(src).body


def _file(src: str) -> str:
    return urlsplit(src).path.rsplit("/", 1)[-1]


def _snippet(snippets: list[Script], known: Known) -> Iterator[Finding]:
    first = snippets[0]
    if len(snippets) > 1:
        yield Finding("snippet", "warn", f"the page loads it {len(snippets)} times: once is enough")
    if first.waits:
        yield Finding("snippet", "warn", "it holds the page up: add async to its script element")
    if known.service and first.src and not first.src.startswith(known.service.rstrip("/") + "/"):
        yield Finding("snippet", "warn", f"it does not come from this stage's service, {known.service}")
    elif len(snippets) == 1 and not first.waits:
        yield Finding("snippet", "ok", "on the page, once, and the page does not wait for it")


def _served(snippet: Script, fetch: Fetch) -> Iterator[Finding]:
    try:
        script = fetch(str(snippet.src))
    except NotFetched as error:
        yield Finding("service", "fail", f"{error}: correct the address of t.js, or start the service")
        return
    if "Relance snippet" in script.body:
        yield Finding("service", "ok", "the snippet is served")
    else:
        yield Finding("service", "fail", "what is served as t.js is not Relance's snippet: correct its address")


def _stub(scripts: list[Script]) -> Iterator[Finding]:
    calls = [i for i, script in enumerate(scripts) if re.search(r"\brelance\(", script.text)]
    stubs = [i for i, script in enumerate(scripts) if _STUB.search(script.text)]
    if not stubs:
        message = "the stub is missing: calls that come before the snippet has loaded fail; paste the whole code"
        yield Finding("stub", "fail" if calls else "warn", message)
    elif calls and calls[0] < stubs[0]:
        yield Finding("stub", "fail", "relance(…) is called before the stub: move the installation code up")
    else:
        yield Finding("stub", "ok", "present")


def _init(source: str, page: Page, known: Known) -> Iterator[Finding]:
    sites = list(dict.fromkeys(match[1] for match in _INIT.finditer(source)))
    if not sites:
        yield Finding("init", "fail", "relance('init', SITE) is missing from the page")
        return
    if len(sites) > 1:
        yield Finding("init", "warn", f"{len(sites)} sites are named: only the first, {sites[0]}, counts")
    site = sites[0]
    if not _SITE_ID.fullmatch(site):
        yield Finding("init", "fail", f"{site!r} is no site id: they look like site_01J…")
        return
    if known.origins is None:
        yield Finding("init", "ok", f"{site}")
        yield Finding("origin", "warn", "no stage is connected: whether the site and its origin are registered is open")
        return
    origins = known.origins(site)
    if origins is None:
        yield Finding("init", "fail", f"{site} is not known to the stage: take the id of a registered site")
        return
    yield Finding("init", "ok", f"{site}")
    if page.origin in origins:
        yield Finding("origin", "ok", f"{page.origin} is registered")
    else:
        told = ", ".join(origins)
        yield Finding("origin", "fail", f"{page.origin} is not registered, its events are dropped; registered: {told}")


def _policy(page: Page, snippet: Script) -> Iterator[Finding]:
    policies = [page.headers.get("content-security-policy", "")]
    policies += [content for name, content in page.html.metas if name == "content-security-policy"]
    parsed = [_directives(policy) for text in policies for policy in text.split(",") if policy.strip()]
    service = urlsplit(str(snippet.src))
    wrong = [
        name
        for name in ("script-src", "connect-src", "img-src")
        if any(not _allows(policy, name, f"{service.scheme}://{service.netloc}", page.origin) for policy in parsed)
    ]
    for name in wrong:
        yield Finding("policy", "fail", f"the content policy blocks it: add {service.netloc} to {name}")
    if not wrong:
        yield Finding("policy", "ok", "allowed" if parsed else "the page has no content policy")


def _directives(policy: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        if words := directive.split():
            found.setdefault(words[0].lower(), [word.lower() for word in words[1:]])
    return found


def _allows(policy: dict[str, list[str]], name: str, service: str, page: str) -> bool:
    """Whether a policy lets the service's address through; a nonce or strict-dynamic is taken for a yes."""
    sources = policy.get("script-src-elem") if name == "script-src" else None
    sources = sources if sources is not None else policy.get(name, policy.get("default-src"))
    return sources is None or any(_covers(source, service, page) for source in sources)


def _covers(source: str, service: str, page: str) -> bool:
    if source == "*" or source.startswith("'nonce-") or source == "'strict-dynamic'":
        return True
    if source == "'self'":
        return service == page
    scheme, _, host = service.partition("://")
    if source.endswith(":"):
        return source == f"{scheme}:"
    wanted_scheme, separator, rest = source.rpartition("://")
    if separator and wanted_scheme != scheme and (wanted_scheme, scheme) != ("http", "https"):
        return False
    wanted = rest.partition("/")[0]
    if wanted.startswith("*."):
        return host.partition(":")[0].endswith(wanted[1:].partition(":")[0])
    return wanted == host


def _consent(page: Page, source: str) -> Iterator[Finding]:
    addresses = "\n".join(script.src or "" for script in page.html.scripts)
    present = [name for name, sign in _TOOLS.items() if sign.search(source + addresses)]
    init = _INIT.search(source)
    option = _CONSENT_OPTION.search(init[2]) if init and init[2] else None
    if option:
        named = option[1]
        if named not in _TOOLS:
            told = ", ".join(_TOOLS)
            yield Finding("consent", "fail", f"consent: {named!r} is not known, so nobody consents; known: {told}")
        elif named in present:
            yield Finding("consent", "ok", f"{named} is on the page and drives the snippet")
        else:
            yield Finding("consent", "warn", f"{named} drives the snippet and is not in the page's own source")
    elif _CONSENT.search(source):
        yield Finding("consent", "ok", "the page itself calls relance('consent', …)")
    elif present:
        message = f"{present[0]} is on the page and not wired: add {{consent: '{present[0]}'}} to init"
        yield Finding("consent", "fail", message)
    else:
        message = "no consent tool was found and relance('consent', …) is not called here: nothing is sent without it"
        yield Finding("consent", "warn", message)


def _referrer(page: Page) -> Iterator[Finding]:
    policy = page.headers.get("referrer-policy", "")
    for name, content in page.html.metas:
        policy = content if name == "referrer" else policy
    last = policy.split(",")[-1].strip().lower()
    if last in _HIDES_ORIGIN:
        message = f"Referrer-Policy {last} hides the page's origin from pixels: use strict-origin-when-cross-origin"
        yield Finding("referrer", "warn", message)
    else:
        yield Finding("referrer", "ok", "the page's origin can be seen")


def _widget(scripts: list[Script]) -> Iterator[Finding]:
    if any(script.src and _file(script.src) == "w.js" for script in scripts):
        yield Finding("widget", "ok", "the opt-in widget is on the page")
    else:
        yield Finding("widget", "ok", "the opt-in widget is not on this page, and need not be")
