"""What kind of device a browser runs on."""

from __future__ import annotations

from functools import lru_cache

from user_agents import parse

from chalicelib.storage.link_settings import Device


@lru_cache(maxsize=1_024)
def device(agent: str) -> Device:
    """By its user agent. An iPad that asks for desktop pages says that it is a Mac, and is taken for one."""
    family = parse(agent).os.family
    if family == "iOS":
        return "ios"
    return "android" if family == "Android" else "desktop"
