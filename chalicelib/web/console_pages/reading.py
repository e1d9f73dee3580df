"""What a page reads of the API before it can show anything: the thing that it is about, and lists to their end."""

from __future__ import annotations

from typing import Any

from chalicelib.web.console_pages.api import Answer, Refused
from chalicelib.web.console_pages.desk import Desk

_A_PAGE = "200"


def read(desk: Desk, path: str, **query: str) -> dict[str, Any]:
    """What is at an address. Raises Refused."""
    told: dict[str, Any] = desk.read(path, query)
    return told


def read_of(answer: Answer) -> dict[str, Any]:
    """What an answer holds; raises as above."""
    if not answer.ok:
        raise Refused(answer)
    body: dict[str, Any] = answer.body
    return body


def everything(desk: Desk, path: str, name: str) -> list[dict[str, Any]]:
    """All of a list, page by page; empty where the reader may not see it."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = desk.api("GET", path, query={"limit": _A_PAGE} | ({"after": after} if after else {}))
        if answer.status == 403:
            return []
        page = read_of(answer)
        found += page[name]
        after = page.get("next") or ""
        if not after:
            return found
