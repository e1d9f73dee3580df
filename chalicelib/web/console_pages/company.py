"""`/console/company…`: who the shop is, what it may spend and what stops by itself; what goes with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer
from chalicelib.web.console_pages.company_words import FIELDS, TARGETS, WRONG, minutes_said
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.reading import read_of
from chalicelib.web.console_pages.typed import amount_micro, lines, number

_NOTICES: Notices = {
    "saved": ("C’est enregistré, et appliqué en dix secondes.", "It is saved, and holds within ten seconds."),
}
_DAY_S = 86_400
_TABS = (
    ("company", ("Votre entreprise", "Your company"), "settings"),
    ("company/complements", ("Ce qui va ensemble", "What goes together"), "complements"),
)
_MOST_RULES = 40


def show(desk: Desk, *rest: str) -> Response:
    """The settings, or what goes with what."""
    match rest:
        case ():
            return _settings(desk)
        case ("complements",):
            return _complements(desk)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Save them."""
    match rest:
        case ():
            return _save_settings(desk)
        case ("complements",):
            return _save_complements(desk)
    raise NotFound("form")


def _settings(desk: Desk, refused: Answer | None = None) -> Response:
    answer = desk.api("GET", "")
    known, typed = read_of(answer), refused is not None and refused.status != 412
    return _page(
        desk,
        "company",
        refused,
        given=desk.fields if typed else _shown(known),
        currency=(known["safeguards"]["daily_budget"] or {"currency": "EUR"})["currency"],
        targets=[(str(seconds), minutes_said(seconds, desk.say)) for seconds in TARGETS],
        errors=problems(desk, refused, WRONG, FIELDS) if refused else {},
        tag=desk.fields.get("tag", "") if typed else answer.etag,
        may_change=desk.may("PUT", "settings"),
    )


def _save_settings(desk: Desk) -> Response:
    """What the page does not show stays as it is."""
    known = {name: value for name, value in read_of(desk.api("GET", "")).items() if name != "advertiser"}
    given, guards = desk.fields, known["safeguards"]
    budget, days = amount_micro(given.get("budget", "")), number(given.get("attribution_days", ""))
    currency = (guards["daily_budget"] or {"currency": "EUR"})["currency"]
    told = desk.api(
        "PUT",
        "",
        known
        | {
            "name": given.get("name", ""),
            "brand": given.get("brand", ""),
            "contact": given.get("contact", ""),
            "answer_target_s": number(given.get("answer_target_s", "")),
            "attribution_s": days * _DAY_S if isinstance(days, int) else days,
            "safeguards": guards
            | {
                "stop_percent": number(given.get("stop_percent", "")),
                "daily_budget": None if budget is None else {"micro": budget, "currency": currency},
                "approve_people": number(given.get("approve_people", "")),
                "approve_micro": amount_micro(given.get("approve_amount", "")),
            },
        },
        headers={"If-Match": given.get("tag") or '""'},
    )
    return desk.go("company", "saved") if told.ok else _settings(desk, told)


def _shown(known: Mapping[str, Any]) -> dict[str, str]:
    guards = known["safeguards"]
    budget = guards["daily_budget"]
    return {
        "name": known["name"],
        "brand": known["brand"],
        "contact": known["contact"],
        "answer_target_s": str(known["answer_target_s"]),
        "attribution_days": f"{known['attribution_s'] / _DAY_S:g}",
        "stop_percent": str(guards["stop_percent"]),
        "budget": _units(budget["micro"]) if budget else "",
        "approve_people": "" if guards["approve_people"] is None else str(guards["approve_people"]),
        "approve_amount": "" if guards["approve_micro"] is None else _units(guards["approve_micro"]),
    }


def _complements(desk: Desk, refused: Answer | None = None) -> Response:
    answer = desk.api("GET", "complements")
    rules = read_of(answer)["complements"]
    typed = refused is not None and refused.status != 412
    return _page(
        desk,
        "complements",
        refused,
        rules=_typed_rules(desk.fields)
        if typed
        else [*map(_shown_rule, rules), {"what": "", "of": "category", "offers": ""}],
        errors={_rule_field(name): one for name, one in problems(desk, refused, WRONG).items()} if refused else {},
        tag=desk.fields.get("tag", "") if typed else answer.etag,
        may_change=desk.may("PUT", "complements"),
    )


def _save_complements(desk: Desk) -> Response:
    rules = [_rule(one) for one in _typed_rules(desk.fields) if one["what"].strip() or one["offers"].strip()]
    tag = desk.fields.get("tag", "")
    told = desk.api("PUT", "complements", {"complements": rules}, headers={"If-Match": tag} if tag else None)
    return desk.go("company/complements", "saved") if told.ok else _complements(desk, told)


def _typed_rules(given: Mapping[str, str]) -> list[dict[str, str]]:
    many = sum(f"what_{at}" in given for at in range(_MOST_RULES))
    return [{name: given.get(f"{name}_{at}", "") for name in ("what", "of", "offers")} for at in range(many)]


def _rule(typed: Mapping[str, str]) -> dict[str, Any]:
    """`helmet = Casque Ville = https://…` a line: the shop's own number, its name, its page."""
    offers = []
    for line in lines(typed["offers"]):
        item, name, page = (part.strip() for part in [*line.split("=", 2), "", ""][:3])
        offers.append({"item_id": item, "item_name": name or item, "page_location": page or None})
    named = "item_id" if typed["of"] == "item" else "item_category"
    return {named: typed["what"].strip(), "offers": offers}


def _shown_rule(rule: Mapping[str, Any]) -> dict[str, str]:
    offers = [
        " = ".join(part for part in (one["item_id"], one["item_name"], one["page_location"]) if part)
        for one in rule["offers"]
    ]
    item = rule.get("item_id")
    return {
        "what": item or rule["item_category"],
        "of": "item" if item else "category",
        "offers": "\n".join(offers),
    }


def _rule_field(name: str) -> str:
    """`complements.2.offers.0.item_id` is the third rule's offers."""
    parts = name.split(".")
    if len(parts) < 3:
        return name
    return f"{'offers' if parts[2] == 'offers' else 'what'}_{parts[1]}"


def _units(micro: int) -> str:
    return f"{micro / 1_000_000:.2f}".removesuffix(".00")


def _page(desk: Desk, template: str, refused: Answer | None, **values: Any) -> Response:
    tabs = [(place, desk.say(*words)) for place, words, about in _TABS if desk.may("GET", about)]
    return desk.page(template, refused.status if refused else 200, notices=_NOTICES, tabs=tabs, **values)
