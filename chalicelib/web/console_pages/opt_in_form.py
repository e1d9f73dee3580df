"""The fields of an opt-in form's settings, from the API and to it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from chalicelib.web.console_pages.form_words import Own
from chalicelib.web.console_pages.typed import lines

MOST_QUESTIONS = 5
FIELDS: Mapping[str, str] = {
    "incentive.text.fr": "incentive_fr",
    "incentive.text.en": "incentive_en",
    "incentive.code": "incentive_code",
    "notice.fr": "notice_fr",
    "notice.en": "notice_en",
    "wording.fr": "wording_fr",
    "wording.en": "wording_en",
    "texts.sms_marketing": "own_sms",
    "texts.matching": "own_matching",
    **{
        f"fields.{number}.{name}": f"{field}_{number}"
        for number in range(MOST_QUESTIONS)
        for name, field in (
            ("name", "label_fr"),
            ("label.fr", "label_fr"),
            ("label.en", "label_en"),
            ("options", "options"),
        )
    },
}
"""The API's names of what the form calls otherwise."""
_CODE = ("De 3 à 40 lettres sans accent, chiffres et tirets.", "3 to 40 letters without accents, digits and hyphens.")
_ADDRESS = ("Une adresse qui commence par https://", "An address that begins with https://")
WRONG: Own = {
    ("incentive_code", "string_pattern_mismatch"): _CODE,
    **{(f"notice_{code}", "string_pattern_mismatch"): _ADDRESS for code in ("fr", "en")},
    ("number", "string_pattern_mismatch"): (
        "Un numéro court de 5 ou 6 chiffres, ou un numéro qui commence par +.",
        "A short code of 5 or 6 digits, or a number that begins with +.",
    ),
    ("number", "taken"): ("Ce numéro est à un autre annonceur.", "This number is another advertiser’s."),
    ("poster", "registered"): ("Écrivez le texte de l’affiche.", "Write the poster’s text."),
    **{
        (name, "max_length"): ("De 1 à 5 000 caractères.", "1 to 5,000 characters.")
        for name in ("own_sms", "own_matching")
    },
}


def asked(fields: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the API takes it. A text that is there in one language only is the other's too."""
    given = {name: value.strip() for name, value in fields.items()}
    offer, code = _both(given, "incentive_{}"), given.get("incentive_code", "").upper()
    questions = [one for number in range(MOST_QUESTIONS) if (one := _question(given, number))]
    return {
        "wording": {language: given.get(f"wording_{language}") or None for language in ("fr", "en")},
        "notice": {language: given.get(f"notice_{language}") or None for language in ("fr", "en")},
        "incentive": {"text": offer, "code": code} if any(offer.values()) or code else None,
        "fields": questions,
    }


def shown_form(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the page shows them, with an empty question behind the others."""
    offer = settings["incentive"] or {"text": {"fr": "", "en": ""}, "code": ""}
    questions = [
        {
            "name": one["name"],
            "label_fr": one["label"]["fr"],
            "label_en": one["label"]["en"],
            "options": "\n".join(one["options"]),
        }
        for one in settings["fields"]
    ]
    if len(questions) < MOST_QUESTIONS:
        questions.append({"name": "", "label_fr": "", "label_en": "", "options": ""})
    told = {"incentive_code": offer["code"], "questions": questions}
    for language in ("fr", "en"):
        told |= {
            f"incentive_{language}": offer["text"][language],
            f"notice_{language}": (settings["notice"] or {}).get(language) or "",
            f"wording_{language}": (settings["wording"] or {}).get(language) or "",
        }
    return told


def fits(wording: Mapping[str, Any], language: str) -> bool:
    """Whether a registered wording can stand beside the form's two boxes (audience/wordings.py says so for good)."""
    return bool(wording["language"] == language and {"sms_marketing", "matching"} <= wording["texts"].keys())


def text_id(kind: str, language: str, text: str) -> str:
    """The id of a text: another text is another id, the same again the same."""
    return f"{kind}-{language}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _question(given: Mapping[str, str], number: int) -> dict[str, Any] | None:
    label, options = _both(given, f"label_{{}}_{number}"), lines(given.get(f"options_{number}", ""))
    if not any(label.values()):
        return None
    name = given.get(f"field_{number}") or _named(label["fr"])
    return {"name": name, "label": label, "type": "select" if options else "text", "options": options}


def _both(given: Mapping[str, str], name: str) -> dict[str, str]:
    typed = {code: given.get(name.format(code), "") for code in ("fr", "en")}
    return {code: text or typed["en" if code == "fr" else "fr"] for code, text in typed.items()}


def _named(label: str) -> str:
    """The name of a contact's field from its question: `Votre pointure ?` is `votre_pointure`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", "_", plain))[:40].strip("_")
