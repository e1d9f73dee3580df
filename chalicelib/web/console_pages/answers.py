"""`/console/answers…`: what is answered by itself, what agents have at hand, who is told that somebody waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.answer_words import KINDS, LANGUAGES, NAMES, WRONG
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.reading import everything, read_of
from chalicelib.web.console_pages.slugs import slug
from chalicelib.web.console_pages.typed import lines, number

_NOTICES: Notices = {
    "saved": ("C’est enregistré.", "It is saved."),
    "removed": ("C’est supprimé.", "It is removed."),
}
_TABS = (
    ("answers", ("Automatiques", "Automatic"), "automatic-answers"),
    ("answers/quick", ("Toutes prêtes", "Ready-made"), "quick-replies"),
    ("answers/alerts", ("Alertes par e-mail", "Alerts by e-mail"), "notices"),
)
_TEXT = "text-"


def show(desk: Desk, *rest: str) -> Response:
    """Automatic answers, quick replies, or alerts."""
    match rest:
        case ():
            return _automatic(desk)
        case ("quick",):
            return _quick(desk)
        case ("alerts",):
            return _alerts(desk)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Save what a tab holds; remove a quick reply."""
    match rest:
        case ():
            return _save_automatic(desk)
        case ("quick",):
            return _save_quick(desk, "")
        case ("quick", reply):
            return _save_quick(desk, reply)
        case ("alerts",):
            return _save_alerts(desk)
    raise NotFound("form")


def _automatic(desk: Desk, refused: Answer | None = None) -> Response:
    answer = desk.api("GET", "automatic-answers")
    known, language = read_of(answer), _language(desk)
    own, ours = known["texts"].get(language, {}), known["usual_texts"].get(language) or known["usual_texts"]["en"]
    typed = refused is not None and refused.status != 412
    given = _texts(desk.fields) if typed else own
    wrong = problems(desk, refused, WRONG) if refused else {}
    return _page(
        desk,
        "answers",
        refused,
        kinds=[
            (name, desk.say(*words), desk.say(*why), name in (desk.posted.get("on", []) if typed else known["on"]))
            for name, (words, why) in KINDS.items()
        ],
        texts=[
            (_TEXT + name, desk.say(*words), given.get(name, ""), _as_shown(ours[name]))
            for name, words in NAMES.items()
        ],
        errors={re.sub(r"^texts\.[a-z]{2}\.", _TEXT, name): one for name, one in wrong.items()},
        language_of_texts=language,
        languages=[(code, desk.say(*words)) for code, words in LANGUAGES.items()],
        tag=desk.fields.get("tag", "") if typed else answer.etag,
        may_change=desk.may("PUT", "automatic-answers"),
    )


def _save_automatic(desk: Desk) -> Response:
    """The texts of one language; those of the others stay."""
    known, language = read_of(desk.api("GET", "automatic-answers")), _language(desk)
    texts = {code: named for code, named in known["texts"].items() if code != language}
    own = {name: text for name, text in _texts(desk.fields).items() if text}
    body = {"on": desk.posted.get("on", []), "texts": texts | ({language: own} if own else {})}
    told = desk.api("PUT", "automatic-answers", body, headers=desk.if_unchanged)
    return desk.go(f"answers?language={language}", "saved") if told.ok else _automatic(desk, told)


def _quick(desk: Desk, refused: Answer | None = None, of: str = "") -> Response:
    """All of them, each in a form of its own; `of`: the one whose change was refused, a new one's being empty."""
    wrong = problems(desk, refused, WRONG) if refused else {}
    typed = {"text": desk.fields.get(_TEXT + of, "")}
    replies = everything(desk, "quick-replies", "replies")
    return _page(
        desk,
        "answers_quick",
        refused,
        replies=[
            dict(one)
            | (typed if refused and one["reply"] == of else {})
            | {"errors": wrong if one["reply"] == of else {}}
            for one in replies
        ],
        given=desk.fields if refused and not of else {},
        errors={} if of else {"name" if name in ("", "reply") else name: one for name, one in wrong.items()},
        languages=[("fr", "Français"), ("en", "English")],
        may_change=desk.may("PUT", "quick-replies"),
    )


def _save_quick(desk: Desk, reply: str) -> Response:
    name = reply or slug(desk.fields.get("name", ""))
    if not name:
        return _quick(desk, _told_wrong("name", "missing"))
    place = f"quick-replies/{segment(name)}"
    if "remove" in desk.fields:
        told = desk.api("DELETE", place)
        return desk.go("answers/quick", "removed") if told.ok else _quick(desk, told, reply)
    if not reply and desk.api("GET", place).ok:
        return _quick(desk, _told_wrong("name", "taken"))
    text = desk.fields.get(_TEXT + reply if reply else "text", "")
    told = desk.api("PUT", place, {"text": text, "language": desk.fields.get("language", "fr")})
    return desk.go("answers/quick", "saved") if told.ok else _quick(desk, told, reply)


def _alerts(desk: Desk, refused: Answer | None = None) -> Response:
    known = read_of(desk.api("GET", "notices"))
    given = dict(desk.fields) if refused else known | {"emails": "\n".join(known["emails"])}
    return _page(
        desk,
        "answers_alerts",
        refused,
        given=given,
        is_on=known["mail"] == "on",
        errors=problems(desk, refused, WRONG) if refused else {},
        languages=[("fr", "Français"), ("en", "English")],
        may_change=desk.may("PUT", "notices"),
    )


def _save_alerts(desk: Desk) -> Response:
    given = desk.fields
    body = {
        "emails": lines(given.get("emails", "").replace(",", "\n").replace(";", "\n")),
        "after_minutes": number(given.get("after_minutes", "")) or 0,
        "every_minutes": number(given.get("every_minutes", "")) or 15,
        "language": given.get("language", "fr"),
    }
    told = desk.api("PUT", "notices", body)
    return desk.go("answers/alerts", "saved") if told.ok else _alerts(desk, told)


def _page(desk: Desk, template: str, refused: Answer | None, **values: Any) -> Response:
    tabs = [(place, desk.say(*words)) for place, words, about in _TABS if desk.may("GET", about)]
    return desk.page(template, refused.status if refused else 200, notices=_NOTICES, tabs=tabs, **values)


def _told_wrong(field: str, rule: str) -> Answer:
    """What the page knows without asking, as the API would tell it."""
    return Answer(422, {"errors": [{"field": field, "rule": rule, "message": rule}]})


def _language(desk: Desk) -> str:
    asked = desk.fields.get("language") or desk.parameters.get("language", desk.language)
    return asked if asked in LANGUAGES else "fr"


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(_TEXT): text.strip() for name, text in fields.items() if name.startswith(_TEXT)}


def _as_shown(text: str) -> str:
    """Our own text as somebody may take it over: a condition around the link is ours alone."""
    return re.sub(r"\{%.*?%\}", "", text)
