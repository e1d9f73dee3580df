"""A list of contacts in the words of who loads it: its columns, and why a row was refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Say = Callable[[str, str], str]
Words = tuple[str, str]

MAPPED = (
    "phone",
    "email",
    "first_name",
    "last_name",
    "city",
    "customer_id",
    "consent.sms_marketing",
    "consent.matching",
    "consent.sms_notification",
    "consent_at",
    "source",
)
FIELD_WORDS: dict[str, Words] = {
    "phone": ("Mobile", "Mobile"),
    "email": ("E-mail", "E-mail"),
    "first_name": ("Prénom", "First name"),
    "last_name": ("Nom", "Last name"),
    "city": ("Ville", "City"),
    "customer_id": ("Numéro de client", "Customer number"),
    "consent.sms_marketing": ("Accepte les offres par SMS (oui/non)", "Agrees to offers by SMS (yes/no)"),
    "consent.matching": (
        "Accepte que ses visites soient reconnues (oui/non)",
        "Agrees to be recognised on visits (yes/no)",
    ),
    "consent.sms_notification": ("Accepte les SMS de service (oui/non)", "Agrees to service SMS (yes/no)"),
    "consent_at": ("Date de l’accord", "Day of the consent"),
    "source": ("Où l’accord a été donné", "Where consent was given"),
}
STANDINGS: dict[str, Words] = {
    "consented": ("Peuvent recevoir vos offres", "May get your offers"),
    "refused": ("Ont dit non aux offres", "Have said no to offers"),
    "never_asked": ("Jamais questionnés", "Were never asked"),
    "opposed": ("Ont dit STOP", "Have said STOP"),
    "unreachable": ("Numéro qui n’existe plus", "Number that nobody has"),
}
_NO_COLUMN = (
    "Aucune colonne ne le dit : choisissez-la, ou dites-le pour toute la liste.",
    "No column says so: choose it, or say it for the whole list.",
)
WRONG: dict[tuple[str, str], Words] = {
    ("phone", "column"): ("Aucune colonne de mobiles : choisissez-la.", "No column of mobiles: choose it."),
    ("consent_at", "column"): _NO_COLUMN,
    ("source", "column"): _NO_COLUMN,
    ("consent", "column"): _NO_COLUMN,
    ("language", "language"): ("Ce texte n’est pas accepté.", "This text is not taken."),
    ("texts", "required"): (
        "Écrivez le texte que ces personnes ont lu.",
        "Write the text that these people have read.",
    ),
}
_REASONS: dict[tuple[str, str], Words] = {
    ("phone", "phone_number"): ("ce n’est pas un numéro de téléphone", "this is no phone number"),
    ("phone", "valid_number"): ("ce numéro ne peut pas exister", "this number cannot exist"),
    ("phone", "mobile"): ("ce n’est pas un mobile", "this is no mobile"),
    ("phone", "spreadsheet_number"): (
        "le tableur a arrondi ce numéro : exportez la colonne en texte",
        "the spreadsheet has rounded this number: export the column as text",
    ),
    ("email", "email"): ("ce n’est pas une adresse e-mail", "this is no e-mail address"),
    ("source", "required"): ("il manque où l’accord a été donné", "where consent was given is missing"),
    ("consent_at", "date"): ("date illisible : écrivez 2026-03-31", "the day cannot be read: write 2026-03-31"),
    ("consent_at", "not_in_future"): ("cette date est dans le futur", "this day is in the future"),
    ("consent_at", "retention"): (
        "accord trop ancien : redemandez-le à la personne",
        "consent too old: ask the person again",
    ),
    ("consent", "required"): ("ni oui ni non n’est dit", "neither yes nor no is said"),
}
_BY_RULE: dict[str, Words] = {
    "yes_or_no": ("écrivez oui ou non", "write yes or no"),
    "max_length": ("trop long", "too long"),
    "personal": (
        "contient un e-mail ou un numéro : ces colonnes sont en clair",
        "holds an e-mail or a number: these columns lie in the clear",
    ),
    "cells": ("pas le même nombre de cellules que la ligne des titres", "not as many cells as the line of titles"),
    "csv": ("un guillemet n’est pas fermé", "a quote is not closed"),
    "characters": ("des caractères illisibles", "characters that cannot be read"),
    "no_rows": ("la liste n’a que sa ligne de titres", "the list has nothing but its titles"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken."""

    line: int
    field: str
    words: str


def in_words(error: dict[str, Any], say: Say) -> Refused:
    """Why a row was refused."""
    name, rule = error["field"], error["rule"]
    words = _REASONS.get((name, rule)) or _BY_RULE.get(rule)
    named = say(*FIELD_WORDS[name]) if name in FIELD_WORDS else name
    return Refused(error["line"], named.partition(" (")[0], say(*words) if words else error["message"])


def csv_of(errors: list[dict[str, Any]], rows: str, say: Say) -> str:
    """The refused rows as a file to correct and load again, as a link's address."""
    lines = rows.splitlines()
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([say("ligne", "line"), say("champ", "field"), say("raison", "reason"), say("la ligne", "the row")])
    for error in errors:
        told = in_words(error, say)
        at = told.line - 1
        writer.writerow([told.line, told.field, told.words, lines[at] if 0 <= at < len(lines) else ""])
    return "data:text/csv;charset=utf-8," + quote(written.getvalue())
