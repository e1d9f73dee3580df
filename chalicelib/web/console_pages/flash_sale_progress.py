"""How far a flash sale is: how many had left, how many wait, how many never leave, as the reports count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.live import mark
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.rehearsal_view import money

_MAKES_MORE = ("scheduled", "running", "paused")
_MOVES = ("scheduled", "running", "cancelling")
_WAITS_FOR = {
    "opt_outs": ("Elle attend la liste des STOP de l’opérateur.", "It waits for the provider’s list of opt-outs."),
    "template_changed": ("Son texte a changé : elle s’est mise en pause.", "Its text was changed: it has paused."),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """SMS of a sale, each counted in one of three."""

    left: int
    waiting: int
    never: int

    @property
    def of(self) -> int:
        """All of them."""
        return self.left + self.waiting + self.never


def progress(sale: Mapping[str, Any], sent: Mapping[str, Any]) -> Progress:
    """Where its SMS are, by the funnel's stage `sent`. Who is not written to yet waits, unless it was cancelled. Pure.

    What the funnel has not counted yet of what was made, seconds old, waits as well.
    """
    foreseen = sale["rehearsal"]["audience"] if sale["rehearsal"] else 0
    meant = max(foreseen, sale["made"]) if sale["state"] in _MAKES_MORE else sale["made"]
    left, never = sent["number"], sum(fall["number"] for fall in sent["falls"])
    return Progress(left, max(0, meant - left - never), never)


def live(desk: Desk, sale: Mapping[str, Any], *, filling: bool) -> dict[str, Any]:
    """What moves while its page is open. `filling`: its segment is not ready yet.

    `page_mark` tells what the page's buttons hang on: where it is another, the whole page has to be loaded.
    """
    told = _reported(desk, sale) if sale["launched_at"] else {"progress": None}
    going: Progress | None = told["progress"]
    waits = going is not None and going.waiting > 0
    leaves = sale["state"] in _MOVES or (sale["state"] == "done" and waits)
    besides = {"filling": filling, "waits": waits, "halted": bool(sale["halt"])}
    shown = {"sale": dict(sale), "told": told | {"progress": asdict(going) if going else None}}
    return told | {
        "sale": sale,
        "filling": filling,
        "leaves": leaves,
        "stands_alone": bool(sale["halt"]) and sale["halt"].endswith(f"#{sale['broadcast']}"),
        "every_s": 2 if sale["state"] in _MOVES or filling else 10 if waits else None,
        "page_mark": "-".join([sale["state"], *(name for name, holds in besides.items() if holds)]),
        "mark": mark(shown),
        "waits_for": desk.say(*_WAITS_FOR[sale["waits_for"]]) if sale["waits_for"] in _WAITS_FOR else "",
    }


def _reported(desk: Desk, sale: Mapping[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(desk.advertiser.zone)
    since = datetime.fromtimestamp(sale["launched_at"] / SECOND, zone).date().isoformat()
    asked = {"campaign": sale["broadcast"], "class": "all", "since": since}
    told = desk.read("reports/funnel", query=asked)
    stages = {stage["stage"]: stage for stage in told["stages"]}
    earned = desk.read("reports/results", query=asked)["purchases"]["confirmed"]["revenue_micro"]
    return {
        "progress": progress(sale, stages["sent"]),
        "delivered": stages["delivered"]["number"],
        "clicked": stages["clicked"]["number"],
        "converted": stages["converted"]["number"],
        "revenue": [money({"micro": micro, "currency": name}, desk.say) for name, micro in earned.items()],
        "falls": [
            (said_reason(fall["reason"], desk.say), fall["number"])
            for name in ("sent", "delivered")
            for fall in stages[name]["falls"]
        ],
    }
