"""`/console/audit`: who changed what, and who looked whom up, the newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.web.console_pages.audit_words import OWN, said
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.keys import ROLES


def show(desk: Desk, *_: str) -> Response:
    """A page of the audit log."""
    after = desk.parameters.get("after", "")
    told = desk.read("audit", {"limit": "50"} | ({"after": after} if after else {}))
    named = {key["id"]: key["name"] or key["email"] for key in desk.api("GET", "keys").body.get("keys", [])}
    entries = [
        entry
        | {
            "who": _who(entry.get("agent"), named.get(entry["key"]) or _operator(desk, entry) or entry["key"]),
            "said": said(entry, desk.say),
            "role": desk.say(*ROLES[entry["role"]]).partition(":")[0].strip(),
            "what": entry["route"].removeprefix(OWN) or "/",
            "details": json.dumps(
                {name: entry[name] for name in ("target", "asked", "before", "after") if entry.get(name)},
                ensure_ascii=False,
                indent=1,
            ),
        }
        for entry in told["entries"]
    ]
    return desk.page("audit", entries=entries, next=told["next"])


def _operator(desk: Desk, entry: Mapping[str, Any]) -> str:
    """What stands for a key of the operator's, which is in no list of the advertiser's."""
    return desk.say("l’exploitant", "the operator") if entry["role"] == "operator" else ""


def _who(agent: str | None, key: str) -> str:
    """Whose key it is, behind who has signed in by it."""
    return f"{agent} ({key})" if agent and agent != key else key
