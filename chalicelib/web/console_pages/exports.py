"""`/console/exports`: everything that was counted, as files; `/console/exports/days.csv`: a table of the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.reports.periods import clock_of
from chalicelib.web.console_pages.api import Answer, Refused, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.results_words import Numbers
from chalicelib.web.sessions import elsewhere

TABLES: Mapping[str, tuple[str, str]] = {
    "messages": ("SMS : un par ligne, tel qu’il est maintenant", "SMS: one a row, as it is now"),
    "clicks": ("Clics : un par ligne, personnes et machines", "Clicks: one a row, persons and machines"),
    "conversions": ("Achats : un par ligne, avec ce qui y a mené", "Purchases: one a row, with what led to it"),
    "replies": ("Réponses : une par ligne, telle qu’elle a été comprise", "Replies: one a row, as it was understood"),
    "events": ("Tout ce qui a été compté : un mouvement par ligne", "All that was counted: one movement a row"),
}
STATES: Mapping[str, tuple[tuple[str, str], str]] = {
    "waiting": (("en préparation", "being written"), "wait"),
    "running": (("en préparation", "being written"), "wait"),
    "done": (("prêt", "ready"), "good"),
    "failed": (("échoué", "failed"), "bad"),
}
_REPORTS = frozenset({"campaigns.csv", "days.csv", "hours.csv", "traffic.csv"})
_DAYS = ("since", "until")
_NOTICES = {"asked": ("C’est demandé : prêt en une minute ou deux.", "It is asked for: ready in a minute or two.")}


def show(desk: Desk, *rest: str) -> Response:
    """All exports; a table of the results; or a file, at an address that is good for an hour."""
    match rest:
        case ():
            return _all(desk)
        case (name,) if name in _REPORTS:
            return _table(desk, name)
        case (export, file):
            return _file(desk, export, file)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Ask for an export."""
    if rest:
        raise NotFound("form")
    given = {name: desk.fields.get(name, "") for name in ("what", "format", *_DAYS)}
    told = desk.api("POST", "exports", given)
    return desk.go("exports", "asked") if told.ok else _all(desk, given, told)


def _all(desk: Desk, given: Mapping[str, str] | None = None, refused: Answer | None = None) -> Response:
    exports = desk.read("exports")["exports"]
    days = desk.read("reports/campaigns", {n: desk.parameters[n] for n in _DAYS if desk.parameters.get(n)})
    return desk.page(
        "exports",
        refused.status if refused else 200,
        notices=_NOTICES,
        exports=[one | _days(one, desk.advertiser.zone) for one in exports],
        going=any(one["ended_at"] is None for one in exports),
        tables=[(name, desk.say(*words)) for name, words in TABLES.items()],
        forms=[("csv", desk.say("CSV, pour un tableur", "CSV, for a spreadsheet")), ("ndjson", "NDJSON")],
        words={name: desk.say(*words).partition(":")[0].strip() for name, words in TABLES.items()},
        states=STATES,
        numbers=Numbers(desk.language),
        may_ask=desk.may("POST", "exports"),
        errors=refused.errors if refused else {},
        given=given or {"what": "messages", "format": "csv", **{name: days[name] for name in _DAYS}},
    )


def _days(export: Mapping[str, Any], zone: str) -> dict[str, str]:
    """Its first and its last day."""
    ends = {"first": export["since"], "last": export["until"] - 1}
    return {name: clock_of(at, zone).date().isoformat() for name, at in ends.items()}


def _table(desk: Desk, name: str) -> Response:
    told = desk.api("GET", f"reports/{name}", query={n: desk.parameters[n] for n in _DAYS if desk.parameters.get(n)})
    if not told.ok:
        raise Refused(told)
    kept = ("content-type", "content-disposition", "cache-control")
    return Response(told.body, headers={one.title(): told.headers[one] for one in kept})


def _file(desk: Desk, export: str, file: str) -> Response:
    told: Any = desk.read(f"exports/{segment(export)}")
    url = next((one["url"] for one in told["files"] if one["name"] == file), None)
    if not url:
        raise NotFound("file")
    return elsewhere(url)
