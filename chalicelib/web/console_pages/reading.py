"""What a page reads of the API before it can show anything: the thing that it is about, and lists to their end."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import Conflict, Forbidden, NotFound, RelanceError, StorageUnavailable
from chalicelib.web.console_pages.api import Answer
from chalicelib.web.console_pages.desk import Desk

_KINDS: dict[int, type[RelanceError]] = {403: Forbidden, 404: NotFound, 503: StorageUnavailable}
_A_PAGE = "200"


def read(desk: Desk, path: str, **query: str) -> dict[str, Any]:
    """What is at an address. Raises the error that the API tells of."""
    return read_of(desk.api("GET", path, query=query))


def read_of(answer: Answer) -> dict[str, Any]:
    """What an answer holds; raises as above."""
    if not answer.ok:
        told = "; ".join(problem.message for problem in answer.errors.values())
        raise _KINDS.get(answer.status, Conflict)(told)
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
