"""`/console/audit`: who changed what, and who looked whom up, the newest first."""

from __future__ import annotations

import json

from chalice.app import Response

from chalicelib.web.console_pages.desk import Desk

_OWN = "/v1/advertisers/{advertiser}"


def show(desk: Desk, *_: str) -> Response:
    """A page of the audit log."""
    after = desk.parameters.get("after", "")
    told = desk.read("audit", {"limit": "50"} | ({"after": after} if after else {}))
    named = {key["id"]: key["name"] or key["email"] for key in desk.api("GET", "keys").body.get("keys", [])}
    entries = [
        entry
        | {
            "who": named.get(entry["key"]) or entry["key"],
            "what": entry["route"].removeprefix(_OWN) or "/",
            "details": json.dumps(
                {name: entry[name] for name in ("target", "asked", "before", "after") if entry.get(name)},
                ensure_ascii=False,
                indent=1,
            ),
        }
        for entry in told["entries"]
    ]
    return desk.page("audit", entries=entries, next=told["next"])
