"""Whatever the command line can do, the API can; where it cannot, docs/api.md says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app as application
from tests.cli.test_every_command import COMMANDS

_OF = "/v1/advertisers/{advertiser}"
_TOLD = Path("docs/api.md").read_text(encoding="utf-8").partition("## What only the command line does")[2]
_COLUMN = re.findall(r"^\| (`[^|]*)\|", _TOLD.partition("\n## ")[0], re.MULTILINE)
HAS_NONE = set(re.findall("`([^`]+)`", "".join(_COLUMN)))
REACHED = {
    "broadcasts cancel": f"POST {_OF}/broadcasts/{{broadcast}}/cancel",
    "broadcasts differences": f"GET {_OF}/broadcasts/{{broadcast}}/differences",
    "broadcasts list": f"GET {_OF}/broadcasts",
    "broadcasts pause": f"POST {_OF}/broadcasts/{{broadcast}}/pause",
    "broadcasts rehearse": f"POST {_OF}/broadcasts/{{broadcast}}/rehearse",
    "broadcasts resume": f"POST {_OF}/broadcasts/{{broadcast}}/resume",
    "contacts import": f"POST {_OF}/imports/uploads",
    "conversations answer": f"POST {_OF}/conversations/{{conversation}}/messages",
    "conversations close": f"PUT {_OF}/conversations/{{conversation}}/state",
    "conversations list": f"GET {_OF}/conversations",
    "conversations show": f"GET {_OF}/conversations/{{conversation}}/messages",
    "countries list": "GET /v1/countries",
    "countries sign": "PUT /v1/countries/{country}",
    "countries take-back": "DELETE /v1/countries/{country}",
    "hours check": "POST /v1/hours/check",
    "journeys approve": f"POST {_OF}/journeys/{{journey}}/approve",
    "journeys list": f"GET {_OF}/journeys",
    "journeys playbooks": f"GET {_OF}/playbooks",
    "journeys put": f"PUT {_OF}/journeys/{{journey}}",
    "journeys rehearse": f"POST {_OF}/journeys/{{journey}}/rehearse",
    "journeys results": f"GET {_OF}/journeys/{{journey}}/results",
    "journeys show": f"GET {_OF}/journeys/{{journey}}",
    "journeys start": f"POST {_OF}/journeys/{{journey}}/start",
    "journeys stop": f"POST {_OF}/journeys/{{journey}}/stop",
    "links create": f"POST {_OF}/links",
    "links edit": f"PATCH {_OF}/links/{{code}}",
    "links qr": f"GET {_OF}/links/{{code}}/qr.svg",
    "links show": f"GET {_OF}/links/{{code}}",
    "person erase": f"POST {_OF}/people/{{person}}/erase",
    "person export": f"POST {_OF}/people/{{person}}/export",
    "person object": f"POST {_OF}/people/{{person}}/object",
    "person show": f"POST {_OF}/people/{{person}}/view",
    "queue inspect": "GET /v1/dead-letters",
    "queue redrive": "POST /v1/dead-letters/redrive",
    "replies strays": "GET /v1/strays",
    "reports export": f"POST {_OF}/exports",
    "resume": f"DELETE {_OF}/halt",
    "segments build": f"POST {_OF}/segments/{{segment}}/build",
    "segments list": f"GET {_OF}/segments",
    "segments people": f"GET {_OF}/segments/{{segment}}/members",
    "segments size": f"POST {_OF}/segments/{{segment}}/size",
    "sms count": "POST /v1/sms/check",
    "sms preview": f"POST {_OF}/templates/preview",
    "stop": f"PUT {_OF}/halt",
    "surveys create": f"POST {_OF}/surveys",
    "surveys draw": f"POST {_OF}/surveys/{{survey}}/draws",
    "surveys export": f"GET {_OF}/surveys/{{survey}}/answers.csv",
    "surveys list": f"GET {_OF}/surveys",
    "surveys results": f"GET {_OF}/surveys/{{survey}}/statistics",
    "webhooks add": f"POST {_OF}/webhooks",
    "webhooks deliveries": f"GET {_OF}/webhooks/{{webhook}}/deliveries",
    "webhooks list": f"GET {_OF}/webhooks",
    "webhooks remove": f"DELETE {_OF}/webhooks/{{webhook}}",
    "webhooks replay": f"POST {_OF}/webhooks/{{webhook}}/deliveries/{{delivery}}/replay",
    "webhooks rotate": f"POST {_OF}/webhooks/{{webhook}}/rotate",
    "webhooks test": f"POST {_OF}/webhooks/{{webhook}}/test",
    "why": "GET /v1/messages/{message}",
    "wordings add": f"PUT {_OF}/wordings/{{wording}}",
    "wordings list": f"GET {_OF}/wordings",
}


@pytest.mark.parametrize("command", sorted(map(" ".join, COMMANDS)))
def test_a_command_has_its_route_or_the_reason_why_not(command: str) -> None:
    if command in REACHED:
        method, path = REACHED[command].split()
        assert method in application.app.routes[path]
    else:
        assert {command, command.partition(" ")[0]} & HAS_NONE, "docs/api.md: What only the command line does"
