"""`/console/opt-in…`: the form by which people give their number: what it offers and asks, seen before it is saved."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages import opt_in_leads
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.opt_in_form import FIELDS, WRONG, asked, fits, shown_form, text_id
from chalicelib.web.console_pages.reading import everything, read_of

_NOTICES: Notices = {
    "saved": (
        "C’est enregistré. Le formulaire change en cinq minutes au plus.",
        "It is saved. The form changes within five minutes.",
    ),
    "registered": (
        "Le texte est enregistré. Choisissez-le ci-dessous, puis enregistrez.",
        "The text is registered. Choose it below, then save.",
    ),
    "keyword": ("Ce numéro prend les inscriptions par SMS.", "This number takes opt-ins by text."),
}
_OUR_GREEN = "14532d"
_LANGUAGES = ("fr", "en")


def show(desk: Desk, *rest: str) -> Response:
    """The sites, or one's form; a single site needs no list."""
    match rest:
        case ():
            sites = everything(desk, f"/v1/advertisers/{desk.advertiser.id}/sites", "sites")
            if len(sites) == 1:
                return _page(desk, sites[0]["site"])
            return desk.page("opt_in_sites", sites=sites)
        case ("leads",):
            return opt_in_leads.page(desk)
        case (site,):
            return _page(desk, site)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Save what the form has beside the usual, or show how it would look; register a text; give a number."""
    match rest:
        case ("leads",):
            return opt_in_leads.register(desk)
        case ("leads", "remove"):
            return opt_in_leads.remove(desk)
        case (site,):
            return _save(desk, site)
        case (site, "wording"):
            return _register(desk, site)
        case (site, "keyword"):
            return _give_number(desk, site)
    raise NotFound("form")


def _save(desk: Desk, site: str) -> Response:
    settings, tag = asked(desk.fields), desk.fields.get("tag", "")
    if desk.fields.get("do") == "preview":
        return _page(desk, site, typed=settings, tag=tag)
    told = desk.api("PUT", _path(site), settings, headers=desk.if_unchanged)
    return desk.go(f"opt-in/{site}", "saved") if told.ok else _page(desk, site, typed=settings, tag=tag, refused=told)


def _register(desk: Desk, site: str) -> Response:
    """A new text has a name of its own: none is changed that people may have agreed to."""
    language = desk.fields.get("wording_language", "fr")
    texts = {"sms_marketing": desk.fields.get("own_sms", ""), "matching": desk.fields.get("own_matching", "")}
    name = text_id("form", language, "\n".join(texts.values()))
    told = desk.api("PUT", f"wordings/{segment(name)}", {"language": language, "texts": texts})
    if told.ok:
        return desk.go(f"opt-in/{site}#settings", "registered")
    return _page(desk, site, status=told.status, wording_errors=problems(desk, told, WRONG, FIELDS))


def _give_number(desk: Desk, site: str) -> Response:
    number, poster = (desk.fields.get(name, "").strip() for name in ("number", "poster"))
    body = {"number": "".join(number.split()), "wording": text_id("poster", "fr", poster), "text": poster}
    told = desk.api("PUT", "keyword", body)
    if told.ok:
        return desk.go(f"opt-in/{site}#keyword", "keyword")
    return _page(desk, site, status=told.status, keyword_errors=problems(desk, told, WRONG, {"text": "poster"}))


def _page(
    desk: Desk,
    site: str,
    *,
    typed: dict[str, Any] | None = None,
    tag: str = "",
    refused: Answer | None = None,
    status: int = 200,
    **told: Any,
) -> Response:
    known = read_of(desk.api("GET", f"/v1/sites/{segment(site)}"))
    as_set = desk.api("GET", _path(site))
    settings = typed or read_of(as_set)
    wordings = everything(desk, "wordings", "wordings")
    keyword = desk.api("GET", "keyword")
    usual: dict[str, Any] = {"wording_errors": {}, "keyword_errors": {}}
    return desk.page(
        "opt_in",
        refused.status if refused else status,
        notices=_NOTICES,
        site=known,
        given=shown_form(settings),
        seen=_seen(desk, site, settings, wordings),
        is_tried=typed is not None,
        wordings={
            language: [("", desk.say("Celui de Relance", "Relance’s own"))]
            + [(one["wording"], _begun(one["texts"]["sms_marketing"])) for one in wordings if fits(one, language)]
            for language in _LANGUAGES
        },
        keyword=keyword.body if keyword.ok else None,
        typed=desk.fields,
        errors=problems(desk, refused, WRONG, FIELDS) if refused else {},
        tag=tag if tag and not (refused and refused.status == 412) else as_set.etag,
        may_change=desk.may("PUT", "sites"),
        may_register=desk.may("PUT", "wordings"),
        may_give=desk.role == "operator",
        **_placed(desk, site),
        **usual | told,
    )


def _placed(desk: Desk, site: str) -> dict[str, Any]:
    """The code to paste, in the language and the colour that are asked for."""
    language = desk.parameters.get("language", desk.language)
    colour = desk.parameters.get("colour", "").removeprefix("#").lower() or _OUR_GREEN
    query = {"language": language} | ({"accent": colour} if colour != _OUR_GREEN else {})
    told = desk.api("GET", _path(site, "code"), query=query)
    if not told.ok:
        told, colour = desk.api("GET", _path(site, "code"), query={"language": desk.language}), _OUR_GREEN
    return {"placed": read_of(told), "code_language": language, "colour": f"#{colour}"}


def _seen(desk: Desk, site: str, settings: dict[str, Any], wordings: list[dict[str, Any]]) -> dict[str, Any]:
    """The form as people would see it with these settings, in the reader's language."""
    shown: dict[str, Any] = desk.api("GET", f"/optin/{segment(site)}/config").body
    language = desk.language
    chosen = next((one for one in wordings if one["wording"] == (settings["wording"] or {}).get(language)), None)
    ours = desk.api("GET", f"wordings/{segment(str(shown['wording']))}-{language}")
    texts = chosen["texts"] if chosen and fits(chosen, language) else ours.body["texts"]
    words = shown["languages"][language] | {name: texts[name] for name in ("sms_marketing", "matching")}
    return {
        "words": words | {"notice": (settings["notice"] or {}).get(language)},
        "incentive": settings["incentive"] and settings["incentive"]["text"][language],
        "questions": [(one["label"][language], one["options"]) for one in settings["fields"]],
    }


def _begun(text: str) -> str:
    return text if len(text) <= 70 else text[:70].rsplit(" ", 1)[0] + " …"


def _path(site: str, part: str = "") -> str:
    return f"/v1/sites/{segment(site)}/optin" + (f"/{part}" if part else "")
