"""What a user agent's own words say: a person's browser, something that fetches for a preview, or a machine.

The maintained list of `crawler-user-agents` comes first, with its tag for previews; then what no browser is called.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

Kind = Literal["person", "preview", "bot"]

_PREVIEWS = re.compile(
    r"meta-external|^WhatsApp/|^Viber/|^Pinterest/|Cardyb|kakaotalk-scrap|line-poker|GoogleMessages|MobileSMS"
    r"|Google-PageRenderer|/web/snippet|CFNetwork/|^Dalvik/|(?:link|url|web|uri)[ -]?preview|preview service"
    r"|BingPreview|Mattermost|RocketChat|Rocket\.Chat|Zulip|Threema|Embedly|unfurl",
    re.IGNORECASE,
)
"""Messengers and phones' own apps, which fetch what a card or a widget shows."""
_NAMED = (
    r"jsdom|catchpoint|dareboost|dmbrowser|dejaclick|datanyze|iplabel|functionize|assetnote|cybaaagent|whatcms|mixnode"
    r"|sparkler|convertify|karnoprospecting|inspici|yunjiankong|daumoa|webmoney advisor|quiterss|feeder\.co|outbrain"
    r"|safelinks|evaliant|morningscore|jorgee|googleweblight|duplexweb|google (?:favicon|search console)"
    r"|\b(?:rigor|hydra|daum)\b| HLB/"
)
"""Machines that look like browsers but for their name, which the maintained list does not have."""
_MACHINES = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider[/;)-]|slurp|scrap[ey]|scanner|monitor|uptime|fetcher|validator|checker|archiver"
    r"|headless|phantomjs|selenium|webdriver|puppeteer|playwright|cypress|lighthouse|page ?speed|diagnostics"
    r"|observatory|inspect|synthetic|transcoder|measurement|(?:image|mail) ?proxy|geckotrail| Time/\d{9}|\(via |https?://"
    r"|[\w.+-]+@[\w-]+\.[a-z]{2,}|\b(?:compatible|like Gecko); (?!MSIE|Konqueror|Windows|Linux|IE |U;)[a-z]"
    rf"|{_NAMED}",
    re.IGNORECASE,
)
"""What crawlers call themselves, and what they tell of whom to ask: no browser names an address. A Cubot is a phone."""
_BROWSERS = re.compile(
    r"Mozilla/\d+\.\d ?\(.+?\) ?.*(?:AppleWebKit|Gecko|Trident|Presto|KHTML|Goanna)"
    r"|Mozilla/\d\.\d \(.*(?:MSIE|Trident|rv:)"
    r"|Mozilla/\d\.\d \(?(?:iPhone|iPad|iPod|Linux; (?:U; )?Android|Android|Mobile|PDA|PLAYSTATION|PSP|PlayStation)"
    r"|Mozilla/\d\.\d \(Nintendo"
    r"|Opera/|UCWEB|QwantMobile/|(?:Nokia|SAMSUNG-|BlackBerry|SonyEricsson|LG-|LGE-|MOT-|SEC-|ZTE-|Alcatel|HUAWEI)"
    r"|.*(?:\bMIDP|\bCLDC|UP\.Browser|NetFront|Obigo|Teleca|\bMAUI\b|MQQBrowser|Mobile Safari)",
    re.IGNORECASE,
)
"""How browsers begin, and what those of old phones name somewhere."""
_APPS = frozenset(("Viber", "WhatsApp"))
"""On the list for their previews, which begin with the name: their own browser has it at its end."""
_NO_MACHINES = frozenset((r"AP3A\.240617\.008",))
"""On the list by mistake: the build of Android 15 that Oppo's, Realme's and OnePlus's phones came with."""
_PHONES_OWN = re.compile(
    r"(?<=Android )([^;()]*);(?: ?[a-z]{2}[-_][A-Za-z]{2};)?(?! ?(?:compatible|Catchpoint))"
    r"[^;()]*(?:\([^)]*\)[^;()]*)?(?:; *Build/[^;)]*)?"
    r"|Sogou(?:MSE|Mobile|Search)\S*"
)
"""What a phone is called and which build it runs, and a browser that shares its maker's name with a crawler."""


@lru_cache(maxsize=1024)
def judge(agent: str) -> tuple[Kind, str]:
    """The kind of an agent, and the reason: empty for a person's browser."""
    agent = agent.strip(" \t\"'")
    if len(agent) < 2:
        return "bot", "no_agent"
    # Phones are called M Bot, Butterfly, Sonic or Expanse, as machines are; their builds are on the list of them too.
    agent = _PHONES_OWN.sub(r"\1", agent)
    named = _listed(agent)
    if named == "preview" or _PREVIEWS.search(agent):
        return "preview", "known_preview"
    if named == "bot":
        return "bot", "known_bot"
    if _MACHINES.search(agent):
        return "bot", "calls_itself_a_machine"
    if not _BROWSERS.match(agent):
        return "bot", "not_a_browser"
    return "person", ""


def is_mobile(agent: str) -> bool:
    """Whether a phone's or a tablet's browser says so: what SMS are opened on."""
    return re.search(r"Mobi|Android|iPad|iPhone|Opera Mini|Silk/", agent) is not None


def _listed(agent: str) -> Kind | None:
    browser = agent.startswith("Mozilla/")
    found: Kind | None = None
    for pattern, name, kind in _patterns():
        if name in _APPS and browser:
            continue
        if pattern.search(agent):
            if kind == "preview":
                return kind
            found = kind
    return found


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, Kind], ...]:
    """Chunks of the list, those of previews first: a few searches instead of 1,500."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    several: dict[Kind, list[str]] = {"preview": [], "bot": []}
    alone: list[tuple[re.Pattern[str], str, Kind]] = []
    for entry in CRAWLER_USER_AGENTS_DATA:
        pattern: str = entry["pattern"]
        kind: Kind = "preview" if "social-preview" in entry.get("tags", ()) else "bot"
        if pattern in _NO_MACHINES:
            continue
        if pattern in _APPS:
            alone.append((re.compile(pattern), pattern, kind))
        else:
            several[kind].append(pattern)
    joined = tuple(
        (re.compile("|".join(patterns[at : at + 100])), "", kind)
        for kind, patterns in several.items()
        for at in range(0, len(patterns), 100)
    )
    return (*alone, *joined)
