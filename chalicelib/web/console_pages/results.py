"""`/console/results`: what came of visits, journeys and SMS; `/console/results/<campaign>`: of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.results_words import Numbers

_SPANS = (1, 7, 28, 92)
_NOTICES = {"saved": ("C’est enregistré.", "It is saved.")}


def show(desk: Desk, *rest: str) -> Response:
    """Results of the days that were chosen."""
    days = {name: desk.parameters[name] for name in ("since", "until") if desk.parameters.get(name)}
    if len(rest) > 1:
        raise NotFound("page")
    return _campaign(desk, rest[0], days) if rest else _everything(desk, days)


def act(desk: Desk, *rest: str) -> Response:
    """What the reports go by was changed."""
    if rest != ("settings",):
        raise NotFound("page")
    told = {name: desk.fields.get(name, "").strip() for name in ("zone", "margin_percent")}
    margin = told["margin_percent"]
    body = {"zone": told["zone"], "margin_percent": int(margin) if margin.isdecimal() else margin or None}
    answer = desk.api("PUT", "reports/settings", body)
    return desk.go("results", "saved") if answer.ok else _everything(desk, {}, told, answer)


def _everything(
    desk: Desk, days: dict[str, str], told: dict[str, str] | None = None, refused: Answer | None = None
) -> Response:
    """The page; `told` is what was filled in, and `refused` what the API says of that."""
    answer = desk.api("GET", "reports", query=days)
    if not answer.ok:
        return desk.page("results", answer.status, report=None, errors=answer.errors, asked=days)
    known = desk.api("GET", "reports/settings").body
    report, journeys = answer.body, _journeys(desk)
    return desk.page(
        "results",
        refused.status if refused else 200,
        notices=_NOTICES,
        report=report,
        errors=refused.errors if refused else {},
        settings=told or {name: value or "" for name, value in known.items()},
        may_change=desk.may("PUT", "reports/settings"),
        may_export=desk.may("POST", "exports"),
        spans=_spans(report),
        named=_broadcasts(desk) | {row["journey"]: row["document"]["name"] for row in journeys},
        compares=[row for row in journeys if _compares(row["document"])],
        numbers=Numbers(desk.language),
        groups=_groups(report["stages"]),
    )


def _campaign(desk: Desk, campaign: str, days: dict[str, str]) -> Response:
    asked = days | {"campaign": campaign}
    of_all = asked | {"class": "all"}
    results = desk.api("GET", "reports/results", query=of_all)
    if not results.ok:
        return desk.page("results", results.status, report=None, errors=results.errors, asked=days)
    journey = next((row["document"] for row in _journeys(desk) if row["journey"] == campaign), None)
    numbers = Numbers(desk.language)
    compared = desk.api("GET", f"journeys/{segment(campaign)}/results") if journey and _compares(journey) else None
    return desk.page(
        "results_campaign",
        report=results.body,
        spans=_spans(results.body),
        campaign=campaign,
        name=journey["name"] if journey else _broadcasts(desk).get(campaign, campaign),
        growth=desk.api("GET", "reports/growth", query=asked).body,
        compared=compared.body if compared and compared.ok else None,
        bought=_bought(compared.body["arms"], numbers) if compared and compared.ok else [],
        numbers=numbers,
        groups=_groups(desk.api("GET", "reports/funnel", query=of_all).body["stages"]),
    )


def _bought(arms: Iterable[Mapping[str, Any]], numbers: Numbers) -> list[tuple[str, Any]]:
    """Each group that has people, with the share of them who bought."""
    return [(numbers.arm(arm["arm"]), arm["buyers"]) for arm in arms if arm["buyers"]["value"] is not None]


def _groups(stages: Iterable[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """The stages by what they count, each with how wide it is drawn: in percent of the first of its kind."""
    groups: list[list[dict[str, Any]]] = []
    for stage in stages:
        if not groups or groups[-1][0]["unit"] != stage["unit"]:
            groups.append([])
        first = groups[-1][0]["number"] if groups[-1] else stage["number"]
        width = min(100.0, 100 * stage["number"] / first) if first else 0.0
        groups[-1].append({**stage, "width": round(width, 2)})
    return groups


def _spans(report: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Some numbers of days that end where the report does: how many, the first, the last."""
    last = date.fromisoformat(report["until"])
    return [(days, (last - timedelta(days=days - 1)).isoformat(), last.isoformat()) for days in _SPANS]


def _broadcasts(desk: Desk) -> dict[str, str]:
    """Their names, by id."""
    rows = desk.api("GET", "broadcasts").body.get("broadcasts", [])
    return {row["broadcast"]: row["name"] for row in rows}


def _journeys(desk: Desk) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.api("GET", "journeys").body.get("journeys", [])
    return rows


def _compares(document: Mapping[str, Any]) -> bool:
    """Whether a journey has variants or a holdout."""
    return document["holdout"] > 0 or any(step["variants"] for step in document["steps"])
