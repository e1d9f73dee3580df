"""Switching a playbook on: what it does, the questions it asks with what each answer costs, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalice.app import Response

from chalicelib.journeys.playbooks import Playbook, installation, template_id
from chalicelib.web.console_pages.api import Answer
from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.journey_picture import Around, picture
from chalicelib.web.console_pages.journey_surroundings import around
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read

_NEW_POOL = "new"
_USUAL = {"percent": "10", "valid_for_h": "24"}
_ANSWERS = ("closing_hour", "promo_pool", "survey")


def show(desk: Desk, playbook_id: str) -> Response:
    """The questions, and the picture of what it becomes."""
    return _page(desk, playbook_id)


def act(desk: Desk, playbook_id: str) -> Response:
    """Switch it on with the answers that were given."""
    found = Playbook.model_validate(_of(read(desk, f"playbooks/{playbook_id}")))
    given = desk.fields
    answers: dict[str, Any] = {name: given[name] for name in _ANSWERS if given.get(name)}
    if answers.get("closing_hour", "").isdecimal():
        answers["closing_hour"] = int(answers["closing_hour"])
    if answers.get("promo_pool") == _NEW_POOL:
        pool = _make_pool(desk, found)
        if not pool.ok:
            return _page(desk, playbook_id, pool)
        answers["promo_pool"] = pool.body["pool"]
    body = {"language": given.get("language", desk.language), "answers": answers}
    switched = desk.api("POST", f"playbooks/{playbook_id}", body)
    return desk.go(f"journeys/{playbook_id}", "switched_on") if switched.ok else _page(desk, playbook_id, switched)


def needs(playbook: Mapping[str, Any], say: Say) -> list[str]:
    """What has to be there for a playbook, in words."""
    found = {
        "notification": say("une commande, ou l’accord pour des SMS de service", "an order, or consent to service SMS"),
        "marketing": say("l’accord pour vos offres par SMS", "consent to your offers by SMS"),
    }
    journey = Playbook.model_validate(_of(playbook)).journey
    told = [found[journey.message_class]]
    if "promo_pool" in playbook["asks"]:
        told.append(say("des codes promo", "promo codes"))
    if journey.trigger.about in ("order", "account"):
        told.append(say("votre boutique qui annonce les commandes", "your shop telling of its orders"))
    return told


def _of(playbook: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in playbook.items() if name != "choices"}


def _make_pool(desk: Desk, playbook: Playbook) -> Answer:
    """Codes made as they are needed: so much off, for so many hours."""
    given = _USUAL | desk.fields
    numbers = {name: int(given[name]) if given[name].isdecimal() else given[name] for name in _USUAL}
    body = {
        "name": f"{playbook.title[desk.language]} {given['percent']} %",
        "benefit": {"kind": "share", "percent": numbers["percent"]},
        "valid_for_h": numbers["valid_for_h"],
    }
    made = desk.api("POST", "promo-pools", body)
    if made.ok:
        desk.api("POST", f"promo-pools/{made.body['pool']}/codes", {"fill_up_to": FIRST_CODES})
    return made


FIRST_CODES = 200


def _page(desk: Desk, playbook_id: str, refused: Answer | None = None) -> Response:
    asked = read(desk, f"playbooks/{playbook_id}")
    playbook = Playbook.model_validate(_of(asked))
    pools = [one for one in everything(desk, "promo-pools", "pools") if not one["closed"]] if _asks_pool(asked) else []
    surveys = everything(desk, "surveys", "surveys") if "survey" in playbook.may_ask else []
    status = refused.status if refused else 200
    return desk.page(
        "switch_on",
        status,
        playbook=asked,
        needs=needs(asked, desk.say),
        pools=[one for one in pools if one["benefit"]["kind"] == "share"],
        surveys=[(one["survey"], one["name"]) for one in surveys if one["state"] != "closed"],
        new_pool=_NEW_POOL,
        given={"language": desk.language, **_USUAL} | desk.fields,
        errors=said_problems({name.removeprefix("answers."): one for name, one in refused.errors.items()}, desk)
        if refused
        else {},
        boxes=_picture(desk, playbook),
    )


def _asks_pool(playbook: Mapping[str, Any]) -> bool:
    return "promo_pool" in playbook["asks"]


def _picture(desk: Desk, playbook: Playbook) -> Any:
    """As it would be, with its own texts in the reader's language."""
    answers = dict.fromkeys(playbook.asks, "")
    journey, _ = installation(playbook, desk.language, answers, 0)
    named: Around = around(desk, journey.message_class)
    own = {template_id(playbook, name): written[desk.language].text for name, written in playbook.templates.items()}
    return picture(journey, desk.say, replace(named, texts=own | dict(named.texts)))
