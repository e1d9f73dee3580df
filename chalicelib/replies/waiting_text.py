"""What an e-mail about conversations that wait says, in the advertiser's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage.notices import Language
from chalicelib.webhooks.payload import conversation_url

_SUBJECT = {
    "fr": ("1 conversation attend une réponse", "{} conversations attendent une réponse"),
    "en": ("1 conversation waits for an answer", "{} conversations wait for an answer"),
}
_SINCE = {
    "fr": "depuis {}",
    "en": "for {}",
}
_UNITS = {
    "fr": (("1 jour", "{} jours"), ("1 heure", "{} heures"), ("1 minute", "{} minutes"), "moins d'une minute"),
    "en": (("1 day", "{} days"), ("1 hour", "{} hours"), ("1 minute", "{} minutes"), "less than a minute"),
}
_FLAGS = {
    "fr": {"problem": "problème", "stop_probable": "STOP probable", "stop_doubtful": "STOP à confirmer"},
    "en": {"problem": "problem", "stop_probable": "probable STOP", "stop_doubtful": "STOP to be confirmed"},
}
_END = {
    "fr": "Le texte de la personne ne se lit que dans Relance.",
    "en": "What the person wrote is read in Relance only.",
}


@dataclass(frozen=True, slots=True)
class Waits:
    """A thread that waits, since when (epoch ms), and what is to be known of it."""

    thread: str
    since: int
    flags: frozenset[str] = frozenset()


def written(waiting: Sequence[Waits], language: Language, origin: str, now: int) -> tuple[str, str]:
    """Subject and text: a line for each, who waits longest first."""
    one, many = _SUBJECT[language]
    subject = one if len(waiting) == 1 else many.format(len(waiting))
    lines = []
    for waits in sorted(waiting, key=lambda waits: waits.since):
        since = _SINCE[language].format(_length(now - waits.since, language))
        named = [_FLAGS[language][flag] for flag in sorted(waits.flags) if flag in _FLAGS[language]]
        flags = f" ({', '.join(named)})" if named else ""
        lines.append(f"- {since}{flags}\n  {conversation_url(origin, waits.thread)}")
    return subject, "\n\n".join([f"{subject}.", *lines, _END[language]]) + "\n"


def _length(ms: int, language: Language) -> str:
    *units, short = _UNITS[language]
    for unit, words in zip((DAY, HOUR, MINUTE), units, strict=True):
        if count := ms // unit:
            one, many = words
            return one if count == 1 else many.format(count)
    return str(short)
