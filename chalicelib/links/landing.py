"""Where a click lands: the link's target, with the campaign's parameters and the click's id merged in."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

CLICK_PARAMETER = "rl_click"


def landing_url(target: str, utm: Mapping[str, str], click_id: str) -> str:
    """The address to send the browser to. A parameter that the target has already is the target's to decide."""
    parts = urlsplit(target)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != CLICK_PARAMETER]
    present = {name for name, _ in query}
    query += [(f"utm_{name}", value) for name, value in utm.items() if f"utm_{name}" not in present]
    query.append((CLICK_PARAMETER, click_id))
    return parts._replace(query=urlencode(query)).geturl()
