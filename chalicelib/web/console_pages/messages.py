"""`/console/messages`: what SMS say. A list of texts, and the composer with its phone."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages import composer, composer_words
from chalicelib.web.console_pages.api import Answer, Refused, segment
from chalicelib.web.console_pages.composer import Draft
from chalicelib.web.console_pages.composer_words import finding_in_words, pieces, state_of, title_of
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.slugs import slug

NEW = "_new"
"""In the address of a text that has no name yet: no name begins so."""
_NOTICES = {
    "saved": ("Le texte est enregistré.", "The text is saved."),
    "deleted": ("Le texte est supprimé.", "The text is deleted."),
    "code_sent": ("Un code vient d’être envoyé à ce téléphone.", "A code was just sent to this phone."),
    "phone_added": ("Ce téléphone reçoit maintenant les essais.", "This phone now gets tests."),
    "phone_removed": ("Ce téléphone ne reçoit plus d’essais.", "This phone gets no more tests."),
}


def show(desk: Desk, *rest: str) -> Response:
    """The list, or a text in the composer."""
    match rest:
        case ():
            return _list(desk)
        case (name,) if name == NEW:
            return _begun(desk)
        case (name,):
            known = _known(desk, name)
            return _composer(desk, name, composer.of_template(known.body, _audience(desk)), known.etag)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Show again what was typed, save it, try it on a phone, or delete it."""
    match rest:
        case (name, "phones"):
            return _phones(desk, name)
        case (name, "test"):
            return _test(desk, name)
        case (name, "delete"):
            told = desk.api("DELETE", f"templates/{segment(name)}")
            if not told.ok:
                raise Refused(told)
            return desk.go("messages", "deleted")
        case (name,):
            return _typed(desk, name)
    raise NotFound("form")


def _typed(desk: Desk, name: str) -> Response:
    draft, do = composer.typed(desk), desk.fields.get("do", "")
    if do == "save":
        return _save(desk, name, draft)
    if desk.is_part:
        return desk.part("composer_preview", shown=composer.shown(desk, draft), draft=draft)
    suggested = _suggested(desk, draft) if do == "suggest" else None
    return _composer(desk, name, draft, desk.fields.get("tag", ""), suggested=suggested)


def _save(desk: Desk, name: str, draft: Draft) -> Response:
    """A new text takes a name that is free; another is saved if it is still as it was shown."""
    headers = {"if-match": desk.fields.get("tag") or '""'}
    if name == NEW:
        name, headers = slug(desk.fields.get("name", "")), {}
        if not name or desk.api("GET", f"templates/{segment(name)}").ok:
            words = (
                desk.say("Donnez-lui un nom.", "Give it a name.")
                if not name
                else desk.say("Un texte a déjà ce nom.", "A text has this name already.")
            )
            return _composer(desk, NEW, draft, "", status=422, name_problem=words)
    told = desk.api("PUT", f"templates/{segment(name)}", draft.body, headers=headers)
    if told.ok:
        return desk.go(f"messages/{name}", "saved")
    tag, theirs = desk.fields.get("tag", ""), None
    if told.status == 412:
        known = _known(desk, name)
        tag, theirs = known.etag, known.body["text"]
    problems = [finding_in_words(one.rule, one.message, desk.say) for one in told.errors.values()]
    back = name if headers else NEW
    return _composer(desk, back, draft, tag, status=told.status, refused=problems, theirs=theirs)


def _phones(desk: Desk, name: str) -> Response:
    """A phone of one's own gets a code, then tests."""
    fields = desk.fields
    phone = {"phone": fields.get("phone", ""), "language": desk.language}
    if "remove" in fields:
        told = desk.api("DELETE", f"test-phones/{segment(fields['remove'])}")
        return desk.go(f"messages/{name}#test", "phone_removed") if told.ok else _tried(desk, name, refused=told)
    if "verification" not in fields:
        told = desk.api("POST", "test-phones", phone)
        return _tried(desk, name, asked=told.body | phone) if told.ok else _tried(desk, name, refused=told)
    asked = phone | {"verification": fields["verification"]}
    told = desk.api("POST", "test-phones/confirm", asked | {"code": fields.get("code", "")})
    if told.ok and told.body["outcome"] == "right":
        return desk.go(f"messages/{name}#test", "phone_added")
    return _tried(desk, name, asked=asked, refused=told, wrong_code=told.ok)


def _test(desk: Desk, name: str) -> Response:
    told = desk.api("POST", f"templates/{segment(name)}/test", {"row": composer.example_row()})
    tested = [one | {"words": _became(desk, one["outcome"])} for one in told.body["phones"]] if told.ok else []
    return _tried(desk, name, tested=tested) if told.ok else _tried(desk, name, refused=told)


def _became(desk: Desk, outcome: str) -> str:
    return desk.say("parti", "sent") if outcome == "sent" else said_reason(outcome, desk.say)


def _tried(desk: Desk, name: str, *, refused: Answer | None = None, wrong_code: bool = False, **told: Any) -> Response:
    known = _known(desk, name)
    draft = composer.of_template(known.body, _audience(desk))
    words = [one.message for one in refused.errors.values()] if refused else []
    if wrong_code:
        words = [
            desk.say("Ce code n’est pas le bon, ou il n’est plus valable.", "This code is wrong, or no longer valid.")
        ]
    return _composer(desk, name, draft, known.etag, status=422 if words else 200, test_problems=words, **told)


def _suggested(desk: Desk, draft: Draft) -> dict[str, Any]:
    body = {name: draft.template[name] for name in ("journey", "language")} | {"tone": desk.fields.get("tone", "plain")}
    body |= {"product": draft.example["product"]} if draft.example["product"] else {}
    body |= {"promo_pool": draft.template["promo_pool"]} if draft.template["promo_pool"] else {}
    told = desk.api("POST", "templates/suggest", body)
    if told.ok:
        return {"texts": [one for one in told.body["candidates"] if one["usable"]], "words": ""}
    words = (
        desk.say(
            "Aucun modèle de langue n’est branché : l’opérateur peut le faire. Tout marche sans.",
            "No language model is connected: the operator can do so. Everything works without.",
        )
        if told.status == 501
        else "; ".join(one.message for one in told.errors.values())
    )
    return {"texts": [], "words": words}


def _list(desk: Desk) -> Response:
    templates = desk.read("templates")["templates"]
    return desk.page(
        "messages",
        notices=_NOTICES,
        templates=[
            one
            | {"state": state_of(one), "found": _found(desk, one)}
            | {"title": title_of(one["template"]), "pieces": pieces(one["text"], desk.say)}
            for one in templates
        ],
        purposes={name: desk.say(*told) for name, told in composer_words.PURPOSES.items()},
        may_write=desk.may("PUT", "templates"),
        new=NEW,
    )


def _found(desk: Desk, template: dict[str, Any]) -> list[str]:
    return [finding_in_words(one["rule"], one["message"], desk.say) for one in template["findings"]]


def _begun(desk: Desk) -> Response:
    """A blank text, or another's in another language."""
    origin = desk.parameters.get("from", "")
    template: dict[str, Any] = dict(_known(desk, origin).body) if origin else dict(composer.USUAL)
    template |= {name: desk.parameters.get(name, template[name]) for name in ("language", "journey")}
    return _composer(desk, NEW, composer.of_template(template, _audience(desk)), "", origin=origin)


def _composer(desk: Desk, name: str, draft: Draft, tag: str, *, status: int = 200, **told: Any) -> Response:
    known: dict[str, Any] = {
        "refused": [],
        "theirs": None,
        "name_problem": "",
        "suggested": None,
        "tested": None,
        "asked": None,
        "test_problems": [],
        "origin": "",
    }
    return desk.page(
        "composer",
        status,
        notices=_NOTICES,
        name=name,
        title=title_of(name),
        is_new=name == NEW,
        draft=draft,
        tag=tag,
        shown=composer.shown(desk, draft),
        purposes=[(one, desk.say(*words)) for one, words in composer_words.PURPOSES.items()],
        values=[(value, desk.say(*words)) for value, words in composer_words.VALUES],
        tones=[(one, desk.say(*words)) for one, words in composer_words.TONES.items()],
        senders=_values_of(desk.api("GET", "senders"), "senders", "value", "value"),
        pools=_values_of(desk.api("GET", "promo-pools"), "pools", "pool", "name"),
        surveys=_values_of(desk.api("GET", "surveys"), "surveys", "survey", "name"),
        phones=[] if name == NEW else _values_of(desk.api("GET", "test-phones"), "phones", "person", "ends_in"),
        may_write=desk.may("PUT", "templates"),
        may_test=desk.may("POST", "templates/x/test"),
        typed_name=desk.fields.get("name", ""),
        **known | told,
    )


def _values_of(told: Answer, things: str, value: str, words: str) -> list[tuple[str, str]]:
    return [(one[value], one[words]) for one in told.body[things]] if told.ok else []


def _audience(desk: Desk) -> str:
    """How many people have agreed, as far as that is known: what a text is priced for."""
    told = desk.api("GET", "base")
    if not told.ok or not told.body["looked_at"]:
        return ""
    return str(round(told.body["contacts"] * told.body["of_these"]["consented"] / told.body["looked_at"]))


def _known(desk: Desk, name: str) -> Answer:
    told = desk.api("GET", f"templates/{segment(name)}")
    if not told.ok:
        raise Refused(told)
    return told
