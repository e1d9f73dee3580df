"""The change log in plain words: what was done, and for which reason somebody was looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.web.console_pages.person_words import REASONS
from chalicelib.web.console_pages.sections import SECTIONS
from chalicelib.web.permissions import subject

Say = Callable[[str, str], str]
Words = tuple[str, str]
OWN = "/v1/advertisers/{advertiser}"
_DONE: Mapping[tuple[str, str], Words] = {
    ("POST", "/imports"): ("Liste de contacts vérifiée ou chargée", "List of contacts checked or loaded"),
    ("POST", "/sites"): ("Site ajouté", "Site added"),
    ("PUT", "/halt"): ("Envois arrêtés", "Sending stopped"),
    ("DELETE", "/halt"): ("Envois repris", "Sending started again"),
    ("POST", "/people/find"): ("Personne cherchée", "Person looked up"),
    ("POST", "/people/object"): ("Refus noté pour un numéro", "Refusal noted for a number"),
    ("POST", "/people/{person}/view"): ("Fiche d’une personne vue", "A person’s file seen"),
    ("POST", "/people/{person}/export"): ("Fiche d’une personne exportée", "A person’s file exported"),
    ("POST", "/people/{person}/object"): ("Refus d’une personne noté", "A person’s refusal noted"),
    ("POST", "/people/{person}/erase"): ("Personne effacée", "Person erased"),
    ("POST", "/keys"): ("Clé d’accès faite", "Access key made"),
}
_DID: Mapping[str, Words] = {
    "GET": ("consulté", "looked at"),
    "POST": ("ajouté ou lancé", "added or begun"),
    "PUT": ("changé", "changed"),
    "PATCH": ("changé", "changed"),
    "DELETE": ("supprimé", "removed"),
}


def said(entry: Mapping[str, Any], say: Say) -> str:
    """What an entry tells; by the console's section where it has no words of its own, and empty where there is none."""
    method, route = entry["method"], entry["route"]
    if words := _DONE.get((method, route.removeprefix(OWN))):
        asked = entry.get("asked")
        reason = asked.get("reason") if isinstance(asked, Mapping) else None
        return say(*words) + (f"{say(' : ', ': ')}{say(*REASONS[reason])}" if reason in REASONS else "")
    about = subject(route)
    those = [one for one in SECTIONS if one.about == about]
    section = next((one for one in those if one.name == about), those[0] if those else None)
    did = say(*_DID[method]) if method in _DID else ""
    return f"{say(section.french, section.english)}{say(' : ', ': ')}{did}" if section and did else ""
