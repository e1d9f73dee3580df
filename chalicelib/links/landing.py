"""Where a click lands: the target as it was written, with the campaign, the visitor's own query and the click's id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote_plus

CLICK_PARAMETER = "rl_click"
_LONGEST = 6_000
_KEPT = "!#$%&'()*+,/:;=?@[]~-._"


def landing_url(
    target: str, utm: Mapping[str, str], click_id: str | None, asked: Iterable[tuple[str, str]] = ()
) -> str:
    """The address to send the browser to; `asked` is the query of the short link itself, decoded.

    No name is there twice that was not so in the target or, but for a campaign's names, in `asked`. What the target has
    is the target's to decide, then comes the link's campaign, then what the short link was opened with. The target's
    own bytes and fragment stay as they are.
    """
    page, hash_sign, fragment = target.partition("#")
    path, _, query = page.partition("?")
    parts = [part for part in query.split("&") if part and _name(part) != CLICK_PARAMETER]
    present = {_name(part) for part in parts} | {CLICK_PARAMETER}
    tagged = [(f"utm_{name}", value) for name, value in utm.items() if f"utm_{name}" not in present]
    present |= {name for name, _ in tagged}
    added = [_tag(name, value) for name, value in tagged]
    room = _LONGEST - len(target)
    for name, value in asked:
        pair = _pair(name, value)
        room -= len(pair) + 1
        if name not in present and room > 0:
            added.append(pair)
            if name.startswith("utm_"):
                present.add(name)
    if click_id:
        added.append(f"{CLICK_PARAMETER}={click_id}")
    whole = "&".join(parts + added)
    url = f"{path}?{whole}" if whole else path
    # Targets are kept in ASCII since they are checked; a header takes nothing else.
    return quote(url + hash_sign + fragment, safe=_KEPT)


def landing_utm(target: str, utm: Mapping[str, str]) -> dict[str, str]:
    """The campaign that a browser lands with: the target's own parameters, then the link's."""
    query = target.partition("#")[0].partition("?")[2]
    own = {_name(part): unquote_plus(part.partition("=")[2]) for part in reversed(query.split("&"))}
    return dict(utm) | {name[4:]: value for name, value in own.items() if name.startswith("utm_")}


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


@lru_cache(maxsize=1_000)
def _tag(name: str, value: str) -> str:
    """A pair of a campaign's, which is the same for many clicks."""
    return _pair(name, value)


def _pair(name: str, value: str) -> str:
    return f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}"
