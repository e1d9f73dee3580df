"""A text as it is composed: from the form to the API's template, and what a phone would show of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.messaging.sms_text import count, gsm_safe
from chalicelib.web.console_pages.composer_words import finding_in_words
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.rehearsal_view import money

_TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_LINK = re.compile(r"(https?://\S+)")
_MOST_LOOKED_AT = 100
"""Contacts whose texts are made for the longest of them."""
USUAL: Mapping[str, Any] = {
    "text": "",
    "message_class": "marketing",
    "journey": "cart",
    "language": "fr",
    "sender": "",
    "gsm_safe": False,
    "budget": 1,
    "max_parts": 3,
    "promo_pool": "",
    "survey": "",
}
_EXAMPLE = {"first_name": "Camille", "product": "Lampe Nova", "code": "NOVA2345", "order_number": "2026-1042"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds."""

    template: dict[str, Any]
    example: dict[str, str]
    audience: str
    """How many people it is priced for, as it was typed."""

    @property
    def body(self) -> dict[str, Any]:
        """The template for the API: what is empty is left out."""
        told = {name: value for name, value in self.template.items() if value != ""}
        return {"text": ""} | told


@dataclass(slots=True)
class Shown:
    """What a phone would show, what it costs, and what is found."""

    text: list[tuple[str, bool]] = field(default_factory=list)
    """Pieces of the text, and whether each is a link."""
    parts: int = 0
    units: int = 0
    room: int = 0
    encoding: str = ""
    cut: list[str] = field(default_factory=list)
    price: str = ""
    total: str = ""
    worst: dict[str, Any] | None = None
    marks: list[tuple[str, str | None]] = field(default_factory=list)
    """Pieces of the template, and for a costly character how it would be written; None where it costs nothing."""
    costly: list[dict[str, Any]] = field(default_factory=list)
    saved_parts: int = 0
    """SMS that the cheap spelling would save each person."""
    findings: list[dict[str, str]] = field(default_factory=list)


def typed(desk: Desk) -> Draft:
    """What was posted. A character that was to be replaced is, and a value that was to be put in stands at the end."""
    fields = desk.fields
    template: dict[str, Any] = {name: fields.get(name, usual) for name, usual in USUAL.items()}
    template["gsm_safe"] = fields.get("gsm_safe") == "yes"
    for name in ("budget", "max_parts"):
        template[name] = int(template[name]) if str(template[name]).isdigit() else template[name]
    text = str(template["text"]).replace("\r\n", "\n")
    if "replace" in fields:
        text = _outside_tags(text, lambda part: part.replace(fields["replace"], gsm_safe(fields["replace"])))
    if fields.get("do") == "safe":
        text = _outside_tags(text, gsm_safe)
    if "insert" in fields:
        text = f"{text.rstrip()} {fields['insert']}".lstrip()
    if "use" in fields:
        text = fields["use"]
    template["text"] = text
    return Draft(template, {name: fields.get(f"as_{name}", "") for name in _EXAMPLE}, fields.get("audience", ""))


def example_row() -> dict[str, str]:
    """Somebody made up, whom a text is tried for."""
    return dict(_EXAMPLE)


def of_template(known: Mapping[str, Any], audience: str) -> Draft:
    """A template as the API tells it."""
    told = {name: usual if known.get(name) is None else known[name] for name, usual in USUAL.items()}
    return Draft(told, example_row(), audience)


def shown(desk: Desk, draft: Draft) -> Shown:
    """Ask the API what it would look like, cost, and be refused for."""
    told = Shown(marks=_marks(str(draft.template["text"])))
    if not str(draft.template["text"]).strip():
        return told
    checked = desk.api("POST", "templates/check", draft.body)
    findings = checked.body["findings"] if checked.ok else _problems(checked.errors)
    told.findings = [
        {"severity": one["severity"], "words": finding_in_words(one["rule"], one["message"], desk.say)}
        for one in findings
    ]
    row = {name: value for name, value in draft.example.items() if value.strip()}
    made = desk.api("POST", "templates/preview", {"template": draft.body, "rows": [row]})
    if not made.ok or made.body["written"] is None:
        refused = made.body.get("refused", []) if made.ok else []
        told.findings += [
            {"severity": "error", "words": finding_in_words(one["reason"], one["message"], desk.say)}
            for one in refused
            if not told.findings
        ]
        return told
    _fill(desk, told, draft, made.body)
    _longest(desk, told, draft)
    return told


def _fill(desk: Desk, told: Shown, draft: Draft, made: Mapping[str, Any]) -> None:
    written = made["written"]
    told.text = [(piece, bool(_LINK.fullmatch(piece))) for piece in _LINK.split(written["text"]) if piece]
    told.parts, told.units, told.encoding = written["parts"], written["units"], written["encoding"]
    alone, joined = (160, 153) if written["encoding"] == "GSM-7" else (70, 67)
    told.room = alone if told.parts == 1 else joined * told.parts
    told.cut = list(written["cut"])
    told.price = money(written["price"], desk.say)
    if draft.audience.isdigit() and written["price"]:
        whole = {"micro": written["price"]["micro"] * int(draft.audience), "currency": written["price"]["currency"]}
        told.total = money(whole, desk.say)
    own = set(count("".join(_TAG.sub("", str(draft.template["text"])))).culprits)
    told.costly = [
        {"character": one, "name": _named(one, desk), "safe": gsm_safe(one), "own": one in own}
        for one in made["culprits"]
    ]
    if made["safe"]:
        told.saved_parts = max(0, told.parts - made["safe"]["parts"])


def _longest(desk: Desk, told: Shown, draft: Draft) -> None:
    """The contact with the longest text, of those who were added last."""
    listed = desk.api("GET", "contacts", query={"limit": str(_MOST_LOOKED_AT)})
    people = [one["person"] for one in listed.body["contacts"]] if listed.ok else []
    if not people:
        return
    made = desk.api("POST", "templates/preview", {"template": draft.body, "people": people})
    if not made.ok or made.body["written"] is None:
        return
    written = made.body["written"]
    told.worst = {
        "text": written["text"],
        "parts": written["parts"],
        "units": written["units"],
        "price": money(written["price"], desk.say),
        "looked_at": made.body["recipients"],
        "average": desk.say(f"{written['average_parts']:g}".replace(".", ","), f"{written['average_parts']:g}"),
        "refused": sum(one["recipients"] for one in made.body["refused"]),
    }
    if draft.audience.isdigit() and written["average_price"]:
        price = written["average_price"]
        whole = {"micro": price["micro"] * int(draft.audience), "currency": price["currency"]}
        told.total = money(whole, desk.say)


def _problems(errors: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"severity": "error", "rule": one.rule, "message": one.message} for one in errors.values()]


def _marks(text: str) -> list[tuple[str, str | None]]:
    """The template with its costly characters apart; what is between braces costs nothing by itself."""
    marks: list[tuple[str, str | None]] = []
    for part in _TAG.split(text):
        costly = set() if _TAG.fullmatch(part) else set(count(part).culprits)
        for character in part:
            if character in costly:
                marks.append((character, gsm_safe(character)))
            elif marks and marks[-1][1] is None:
                marks[-1] = (marks[-1][0] + character, None)
            else:
                marks.append((character, None))
    return marks


def _outside_tags(text: str, written: Any) -> str:
    return "".join(part if _TAG.fullmatch(part) else written(part) for part in _TAG.split(text))


def _named(character: str, desk: Desk) -> str:
    """How a character that cannot be seen is called."""
    unseen = {
        "\u00a0": ("espace insécable", "no-break space"),
        "\u202f": ("espace fine insécable", "narrow no-break space"),
        "\u200b": ("espace invisible", "invisible space"),
    }
    return desk.say(*unseen[character]) if character in unseen else character
