"""`/console`: where the advertiser stands today, and what is left to do before the first SMS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.sections import SECTIONS

_SHOWN = "50"
_WAYS_OUT = ("stop", "unsubscribe", "objection", "carrier")


def show(desk: Desk, *_: str) -> Response:
    """The last day in figures, and the way to begin."""
    counts: dict[str, int] = desk.read("counts")["counts"]
    return desk.page(
        "overview",
        figures=_figures(desk, counts),
        steps=_steps(desk),
        waiting=_waiting(desk),
        may_see_more=desk.may("GET", "reports"),
    )


def _figures(desk: Desk, counts: dict[str, int]) -> list[tuple[str, int]]:
    return [
        (desk.say("SMS partis", "SMS sent"), counts.get("message.sent", 0)),
        (desk.say("Remis", "Delivered"), counts.get("message.delivered", 0)),
        (desk.say("Clics", "Clicks"), counts.get("click.person", 0)),
        (desk.say("Désabonnements", "Unsubscribes"), sum(counts.get(f"opposed.{way}", 0) for way in _WAYS_OUT)),
    ]


def _waiting(desk: Desk) -> list[tuple[str, str]]:
    """What wants somebody today, each with its page: people who have written, and codes that run out."""
    found = []
    told = desk.api("GET", "conversations", query={"state": "waiting", "limit": _SHOWN}).body
    if people := len(told.get("conversations", [])):
        many = f"{people}{'+' if told['next'] else ''}"
        one = desk.say("1 personne attend une réponse", "1 person waits for an answer")
        more = desk.say(f"{many} personnes attendent une réponse", f"{many} people wait for an answer")
        found.append((one if many == "1" else more, "inbox"))
    for pool in desk.api("GET", "promo-pools").body.get("pools", []):
        if pool["low"] and not pool["closed"]:
            left = desk.say(f"« {pool['name']} » : bientôt plus de codes", f"“{pool['name']}”: nearly out of codes")
            found.append((left, f"promo-codes/{pool['pool']}"))
    return found


def _steps(desk: Desk) -> list[dict[str, Any]]:
    """What an advertiser does before the first SMS, in order, with what is seen to be done."""
    known = {one.name for one in SECTIONS if desk.may("PUT", one.about)}
    return [
        {"place": step.place, "title": desk.say(*step.title), "why": desk.say(*step.why), "done": step.done(desk)}
        for step in _BEGINNING
        if step.place in known
    ]


@dataclass(frozen=True, slots=True)
class _Step:
    place: str
    title: tuple[str, str]
    why: tuple[str, str]
    done: Callable[[Desk], bool]


def _seen(desk: Desk) -> bool:
    return any(one.get("last_event_at") for one in desk.api("GET", "sites").body.get("sites", []))


def _loaded(desk: Desk) -> bool:
    return bool(desk.api("GET", "contacts", query={"limit": "1"}).body.get("contacts"))


def _live(desk: Desk) -> bool:
    return any(one.get("state") == "live" for one in desk.api("GET", "journeys").body.get("journeys", []))


_BEGINNING = (
    _Step(
        "sites",
        ("Poser le code sur votre boutique", "Put the code on your shop"),
        ("Deux lignes ; la première visite s’affiche aussitôt.", "Two lines; you see the first visit at once."),
        _seen,
    ),
    _Step(
        "contacts",
        ("Charger vos contacts", "Load your contacts"),
        ("Ceux qui ont accepté vos SMS.", "Those who have agreed to your SMS."),
        _loaded,
    ),
    _Step(
        "caps",
        ("Choisir limites et horaires", "Choose limits and hours"),
        ("Combien de SMS au plus, et quand.", "How many SMS at most, and when."),
        lambda desk: desk.advertiser.limits_chosen,
    ),
    _Step(
        "journeys",
        ("Allumer un parcours", "Switch a journey on"),
        ("Le panier abandonné, pour commencer.", "The abandoned cart, to begin with."),
        _live,
    ),
)
