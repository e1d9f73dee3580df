"""A survey's form: what was typed as the API takes it, and a survey as the form shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from chalicelib.web.console_pages.api import Answer
from chalicelib.web.console_pages.typed import lines, moment, moment_field, number

MOST_QUESTIONS = 10
SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5)}
"""What the first question of these kinds takes."""
_CHOICE = re.compile(r"([A-Za-z0-9]{1,10})\s*[=:]\s*(.*)")
_NOTHING = ("questions", "too_short")
_PLACE = re.compile(r"questions\.(\d+)(?:\.(\w+).*)?")
_FIELDS = {"text": "text", "choices": "choices", "low": "low", "high": "high", "correct": "correct", "": "kind"}
EMPTY: Mapping[str, str] = {"text": "", "kind": "choice", "choices": "", "low": "0", "high": "10", "correct": ""}


def asked(given: Mapping[str, str], zone: str, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What was typed. What the form does not show stays as it is `known`."""
    kind = given.get("kind", "survey")
    questions = [_question(one) for one in typed_questions(given) if one["text"].strip()]
    if questions and kind in SCALES:
        low, high = SCALES[kind]
        questions[0] |= {"kind": "score", "choices": [], "low": low, "high": high}
    language = given.get("language", "fr")
    texts = {name: dict(of) for name, of in (known["texts"] if known else {}).items()}
    thanks = texts.get("thanks", {}) | {language: given.get("thanks", "").strip()}
    texts["thanks"] = {code: text for code, text in thanks.items() if text}
    return {
        "name": given.get("name", ""),
        "kind": kind,
        "language": language,
        "questions": questions,
        "closes_at": moment(given.get("closes_at", ""), zone),
        "winners": (number(given.get("winners", "")) or 0) if kind == "contest" else 0,
        "counts": known["counts"] if known else "last",
        "texts": {name: of for name, of in texts.items() if of},
    }


def typed_questions(given: Mapping[str, str]) -> list[dict[str, str]]:
    """The questions of a form, in their order, empty ones too."""
    many = sum(f"text_{at}" in given for at in range(MOST_QUESTIONS))
    return [{name: given.get(f"{name}_{at}", usual) for name, usual in EMPTY.items()} for at in range(many)]


def shown(survey: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A survey as its form shows it."""
    told = {name: survey[name] for name in ("name", "kind", "language")}
    told |= {"closes_at": moment_field(survey["closes_at"], zone), "winners": str(survey["winners"] or 1)}
    told["thanks"] = survey["texts"].get("thanks", {}).get(survey["language"], "")
    questions = [
        {
            "text": one["text"],
            "kind": one["kind"],
            "choices": "\n".join(_line(choice) for choice in one["choices"]),
            "low": str(one.get("low", 0)),
            "high": str(one.get("high", 10)),
            "correct": one["correct"] or "",
        }
        for one in survey["questions"]
    ]
    return told | {"questions": questions}


def by_field(told: Answer) -> Answer:
    """What the API refused, under the form's names: a choice's error is its question's."""
    errors = [
        one | {"field": "text_0" if (one["field"], one["rule"]) == _NOTHING else _field(one["field"])}
        for one in told.body.get("errors", [])
    ]
    return Answer(told.status, told.body | {"errors": errors}, told.headers)


def _field(name: str) -> str:
    found = _PLACE.fullmatch(name)
    if found is None:
        return {"questions": "kind", "texts.thanks.fr": "thanks", "texts.thanks.en": "thanks"}.get(name, name)
    return f"{_FIELDS.get(found[2] or '', 'text')}_{found[1]}"


def _question(typed: Mapping[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {"text": typed["text"], "kind": typed["kind"]}
    if typed["kind"] == "choice":
        asked["choices"] = [_choice(line, at) for at, line in enumerate(lines(typed["choices"]))]
    if typed["kind"] == "score":
        asked |= {name: number(typed[name]) if typed[name].strip() else int(EMPTY[name]) for name in ("low", "high")}
    if typed["kind"] == "choice" and (right := typed["correct"].strip()):
        labels = {choice["label"].casefold(): choice["code"] for choice in asked["choices"]}
        asked["correct"] = labels.get(right.casefold(), right.upper())
    return asked


def _choice(line: str, at: int) -> dict[str, str]:
    """`A = Rouge`, or `Rouge`, which then has the letter of its place."""
    found = _CHOICE.fullmatch(line)
    letter = ascii_uppercase[at % len(ascii_uppercase)]
    return {"code": found[1], "label": found[2]} if found else {"code": letter, "label": line}


def _line(choice: Mapping[str, str]) -> str:
    return f"{choice['code']} = {choice['label']}" if choice["label"] else f"{choice['code']} ="
