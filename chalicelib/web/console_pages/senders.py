"""`/console/senders`: what SMS come from, what each sender may do in its country, and whether it was verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.limit_words import Both

_NOTICES = {
    "registered": (
        "L’expéditeur est enregistré. L’opérateur le vérifie avant le premier envoi.",
        "The sender is registered. The operator verifies it before anything is sent.",
    ),
    "verified": ("L’expéditeur est vérifié.", "The sender is verified."),
    "removed": ("Rien ne part plus de cet expéditeur.", "Nothing comes from this sender any more."),
}
_COUNTRIES: Mapping[str, Both] = {
    "FR": ("France", "France"),
    "BE": ("Belgique", "Belgium"),
    "CH": ("Suisse", "Switzerland"),
    "LU": ("Luxembourg", "Luxembourg"),
    "ES": ("Espagne", "Spain"),
    "GB": ("Royaume-Uni", "United Kingdom"),
}
_KINDS: Mapping[str, Both] = {
    "alphanumeric": ("Nom", "Name"),
    "short_code": ("Numéro court", "Short code"),
    "conversational": ("Numéro où l’on répond", "Number that can be answered"),
}
_CLASSES: Mapping[str, Both] = {
    "marketing": ("offres", "offers"),
    "notification": ("messages de service", "service messages"),
    "authorisation": ("codes", "codes"),
}
_WRONG: Mapping[str, Both] = {
    "generic_word": (
        "Ce mot pourrait être de n’importe qui : prenez le nom de votre marque.",
        "This word could be anybody’s: take your brand’s name.",
    ),
    "unknown_number": (
        "La France ne prend pas ce numéro pour des SMS d’entreprise : un numéro court en 36 ou 38, ou un 09.",
        "France does not take this number for business SMS: a short code in 36 or 38, or an 09 number.",
    ),
    "max_length": ("Un nom a 11 lettres et chiffres au plus.", "A name has at most 11 letters and digits."),
    "letters_and_digits": (
        "Un nom n’a que des lettres sans accent et des chiffres, sans espace.",
        "A name has letters without accents and digits only, and no space.",
    ),
    "country_unsigned": ("Rien n’est encore envoyé dans ce pays.", "Nothing is sent to this country yet."),
    "of_a_name": ("Un numéro reçoit ses STOP lui-même.", "A number takes its STOPs itself."),
    "short_code": ("C’est un numéro court en 36 qui reçoit les STOP.", "A short code in 36 takes STOPs."),
    "string_pattern_mismatch": ("Un numéro court de 3 à 8 chiffres.", "A short code of 3 to 8 digits."),
    "409": (
        "C’est l’expéditeur habituel : changez-le d’abord dans les réglages.",
        "This is the usual sender: change it in the settings first.",
    ),
    "403": ("Votre clé ne permet pas cela.", "Your key does not go so far."),
}


def show(desk: Desk, *rest: str) -> Response:
    """The senders, and the form for another."""
    if rest:
        raise NotFound("page")
    return _page(desk)


def act(desk: Desk, *rest: str) -> Response:
    """Register a sender, verify one with the operator's key, or take one off."""
    fields = desk.fields
    value, country = fields.get("value", "").strip(), fields.get("country", "FR")
    match rest:
        case ():
            if not value:
                return _page(desk, problems={"value": desk.say("Écrivez l’expéditeur.", "Write the sender.")})
            body = {"stop_number": stop} if (stop := fields.get("stop_number", "").strip()) else {}
            told = desk.api("PUT", f"senders/{segment(country)}/{segment(value)}", body)
            return desk.go("senders", "registered") if told.ok else _page(desk, told)
        case ("verify",):
            body = {"stop_number": stop} if (stop := fields.get("stop_number", "")) else {}
            told = desk.api("PUT", f"senders/{segment(country)}/{segment(value)}", body | {"verified": True})
            return desk.go("senders", "verified") if told.ok else _page(desk, told)
        case ("remove",):
            told = desk.api("DELETE", f"senders/{segment(country)}/{segment(value)}")
            return desk.go("senders", "removed") if told.ok else _page(desk, told)
    raise NotFound("form")


def _page(desk: Desk, refused: Answer | None = None, problems: dict[str, str] | None = None) -> Response:
    problems = dict(problems or {})
    for name, problem in (refused.errors if refused else {}).items():
        words = _WRONG.get(problem.rule)
        problems["stop_number" if name == "stop_number" else "value"] = desk.say(*words) if words else problem.message
    return desk.page(
        "senders",
        (refused.status if refused else 422) if problems else 200,
        notices=_NOTICES,
        senders=[_shown(desk, one) for one in desk.read("senders")["senders"]],
        countries=[(code, desk.say(*words)) for code, words in _COUNTRIES.items()],
        problems=problems,
        given=desk.fields,
        may_register=desk.may("PUT", "senders"),
        may_verify=desk.role == "operator",
    )


def _shown(desk: Desk, sender: Mapping[str, Any]) -> dict[str, Any]:
    country = _COUNTRIES.get(sender["country"])
    return dict(sender) | {
        "where": desk.say(*country) if country else sender["country"],
        "what": desk.say(*_KINDS[sender["kind"]]),
        "carries": ", ".join(desk.say(*_CLASSES[name]) for name in sender["classes"]),
    }
