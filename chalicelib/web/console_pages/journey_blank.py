"""A journey from a blank page: its name, what begins it, and its first SMS. The rest is changed on its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.web.console_pages import journey_edits as edits
from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.fact_words import STATUSES, Both
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.slugs import free
from chalicelib.web.console_pages.text_choices import text_choices

_MOST_OF_A_BASKET = 500
"""Above it people take their time, and a journey about carts may not be saved (journeys/restraint.py)."""
_LASTING = ("reply", "unsubscribe")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What can begin a journey, and what then makes sense of it."""

    says: Both
    kind: str
    """Of a text that is an offer."""
    about: str
    events: tuple[str, ...]
    minutes: int
    """After which the first SMS goes, unless something else is said."""
    since: str = "trigger"
    ends: tuple[str, ...] = ()
    service: str = ""
    """The kind where its text is a service message, where it may be one."""
    audience: tuple[Mapping[str, Any], ...] = ()


_OF_A_VISIT = ("page_view", "identify", "view_item", "add_to_cart", "begin_checkout", "purchase")
BEGINNINGS: Mapping[str, Beginning] = {
    "cart": Beginning(
        ("Un panier est laissé", "A cart is left"),
        "cart",
        "cart",
        ("add_to_cart", "begin_checkout"),
        45,
        "last_activity",
        ("purchase",),
        audience=({"fact": "cart.value", "op": "at_most", "value": _MOST_OF_A_BASKET},),
    ),
    "product": Beginning(
        ("Une page de produit est quittée", "A product’s page is left"),
        "browse",
        "product",
        ("view_item",),
        240,
        "last_activity",
        ("add_to_cart", "purchase"),
    ),
    "purchase": Beginning(
        ("Une commande est passée", "An order is placed"),
        "offer",
        "order",
        ("purchase",),
        10 * edits.UNITS["days"],
        ends=("refund",),
        service="order_status",
    ),
    "delivered": Beginning(
        ("Une commande est livrée", "An order is delivered"),
        "offer",
        "order",
        ("delivered",),
        edits.UNITS["days"],
        ends=("refund",),
        service="order_status",
    ),
    "person": Beginning(
        ("Un client ne revient plus", "A customer does not come back"),
        "win_back",
        "person",
        _OF_A_VISIT,
        90 * edits.UNITS["days"],
        "last_activity",
        audience=({"fact": "history.purchases", "op": "at_least", "value": 1},),
    ),
    "trial_started": Beginning(
        ("Un essai commence", "A trial begins"),
        "offer",
        "account",
        ("trial_started",),
        edits.UNITS["days"],
        ends=("purchase",),
        service="onboarding",
    ),
    "trial_ending": Beginning(
        ("Un essai se termine bientôt", "A trial ends soon"),
        "offer",
        "account",
        ("trial_ending",),
        0,
        ends=("purchase",),
        service="trial",
    ),
}
_STATUS = "status."
"""Of a choice that is a status of an order: `status.shipped`."""
_USUAL = {"name": "", "begins": "cart", "template": "", "minutes": "", "minutes.unit": "minutes"}


def document_of(name: str, begins: str, template: str, message_class: str, wait: object) -> dict[str, Any]:
    """A journey of one SMS, as the API takes it. Pure. `wait`: minutes, or what was typed; None for what is usual.

    A text that is no offer makes a service journey, where what begins it can be told of at all.
    """
    status = begins.removeprefix(_STATUS) if begins.startswith(_STATUS) else ""
    beginning = _of_a_status(status) if status else BEGINNINGS.get(begins, BEGINNINGS["cart"])
    is_service = message_class == "notification" and bool(beginning.service)
    when = [{"fact": "order.status", "op": "is", "value": status}] if status else []
    usual = {"minutes": beginning.minutes if wait is None else wait, "since": beginning.since}
    return {
        "name": name,
        "kind": beginning.service if is_service else beginning.kind,
        "trigger": {"about": beginning.about, "events": list(beginning.events), "when": when},
        "audience": [dict(one) for one in beginning.audience],
        "steps": [{"id": "sms_1", "wait": usual, "texts": [{"template": template or None, "when": []}]}],
        "exits": [{"on": event} for event in (*beginning.ends, *_LASTING)],
    }


def _of_a_status(status: str) -> Beginning:
    told = STATUSES.get(status, ("", ""))
    return Beginning(told, "offer", "order", ("order_updated",), 0, service="order_status")


def show(desk: Desk) -> Response:
    """The form."""
    return _form(desk)


def act(desk: Desk) -> Response:
    """Save it as a draft, and go on with its picture."""
    given = desk.fields
    name, chosen = given.get("name", "").strip(), given.get("template", "")
    template = next((one for one in everything(desk, "templates", "templates") if one["template"] == chosen), None)
    wait = edits.minutes(desk.posted, "minutes") if given.get("minutes", "").strip() else None
    message_class = template["message_class"] if template else "marketing"
    document = document_of(name, given.get("begins", ""), chosen, message_class, wait)
    taken = {one["journey"] for one in everything(desk, "journeys", "journeys")}
    taken |= {one["id"] for one in read(desk, "playbooks")["playbooks"]} | {"new"}
    journey = free(name, taken, desk.say("parcours", "journey"))
    saved = desk.api("PUT", f"journeys/{journey}", {"document": document})
    return desk.go(f"journeys/{journey}", "begun") if saved.ok else _form(desk, saved)


def _form(desk: Desk, refused: Answer | None = None) -> Response:
    asked = {"template": desk.parameters["template"]} if "template" in desk.parameters else {}
    return desk.page(
        "journey_new",
        refused.status if refused else 200,
        beginnings=[(name, desk.say(*one.says)) for name, one in BEGINNINGS.items()],
        statuses=[
            (f"{_STATUS}{name}", desk.say(f"La commande est : {french}", f"The order is: {english}"))
            for name, (french, english) in STATUSES.items()
        ],
        templates=text_choices(desk),
        given=_USUAL | asked | desk.fields,
        errors=_errors(desk, refused) if refused else {},
    )


def _errors(desk: Desk, refused: Answer) -> dict[str, Problem]:
    """By the form's own fields."""
    named = {}
    for whole, problem in refused.errors.items():
        place = whole.removeprefix("document.")
        field = "template" if ".texts." in place else "minutes" if ".wait" in place else place
        named[field] = problem
    return said_problems(named, desk)
