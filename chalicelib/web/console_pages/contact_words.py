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
ASKED = frozenset({"consent", "consent_at", "source"})
"""What can be said for a whole list where no column says it."""
STANDINGS: dict[str, Words] = {
    "consented": ("Peuvent recevoir vos offres", "May get your offers"),
    "refused": ("Ont dit non aux offres", "Have said no to offers"),
    "never_asked": ("Jamais questionnés", "Were never asked"),
    "opposed": ("Ont dit STOP", "Have said STOP"),
    "unreachable": ("Numéro hors service", "Number out of service"),
}
WRONG: dict[tuple[str, str], Words] = {
    ("phone", "column"): ("Aucune colonne de mobiles : choisissez-la.", "No column of mobiles: choose it."),
    ("consent", "column"): (
        "Qui a accepté vos SMS ? Aucune colonne ne le dit : dites-le pour toute la liste, ou choisissez la colonne.",
        "Who has agreed to your SMS? No column says so: say it for the whole list, or choose the column.",
    ),
    ("consent_at", "column"): (
        "Quand ont-ils accepté ? Dites-le pour toute la liste, ou choisissez la colonne.",
        "When did they agree? Say it for the whole list, or choose the column.",
    ),
    ("source", "column"): (
        "Où ont-ils accepté ? Dites-le pour toute la liste, ou choisissez la colonne.",
        "Where did they agree? Say it for the whole list, or choose the column.",
    ),
    ("file", "column_name"): (
        "Une colonne n’a pas de titre. La première ligne doit porter les titres : mobile, prénom, opt-in sms…",
        "A column has no title. The first line must hold the titles: mobile, first name, opt-in sms…",
    ),
    ("file", "duplicate_column"): (
        "Deux colonnes ont le même titre : renommez-en une.",
        "Two columns have one title: rename one of them.",
    ),
    ("file", "max_columns"): (
        "Trop de colonnes : gardez celles qui servent, 30 en plus des usuelles.",
        "Too many columns: keep those that are of use, 30 beside the usual ones.",
    ),
    ("file", "empty"): ("La liste est vide.", "The list is empty."),
    ("file", "csv"): (
        "Ce n’est pas une liste CSV lisible. Depuis Excel : Fichier, Enregistrer sous, « CSV UTF-8 ».",
        "This is no CSV list that can be read. In Excel: File, Save as, “CSV UTF-8”.",
    ),
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
    ("consent_at", "day_or_month"): (
        "jour ou mois d’abord ? Cochez « Les dates commencent par le jour », ou écrivez 2026-03-31",
        "day or month first? Tick “Days come first in dates”, or write 2026-03-31",
    ),
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
