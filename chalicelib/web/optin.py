"""`/w.js` and `/optin…`: the widget, its form, and the same form as a page with a QR code.

`POST /optin` takes simple content types only, so that a shop's page needs no preflight. What it takes is pending until
the code is given (audience/optin.py).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound, RelanceError, TooMany
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.web.views import FORM, JSON, form, header, request_of, view
from chalicelib.wiring import services

routes = Blueprint(__name__)

_CORS = {"Access-Control-Allow-Origin": "*"}
_TEXT = "text/plain"
_COUNTRIES = (
    ("FR", "+33"), ("BE", "+32"), ("CH", "+41"), ("LU", "+352"), ("ES", "+34"), ("GB", "+44"),
    ("GP", "+590"), ("GF", "+594"), ("MQ", "+596"), ("RE", "+262"), ("YT", "+262"),
)  # fmt: skip
_INTRO = {
    "fr": ("Les nouvelles de {brand} par SMS", "Votre numéro, un code pour le vérifier, et c’est fait."),
    "en": ("News from {brand} by SMS", "Your number, a code to check it, and that is all."),
}
_LEGAL = {
    "fr": "{name} utilise votre numéro pour cela seulement. "
    "Répondez STOP à un SMS, ou suivez le lien qu’il porte, pour arrêter à tout moment.",
    "en": "{name} uses your number for that alone. "
    "Answer STOP to any SMS, or follow the link in it, to stop at any time.",
}
_OUTCOMES = {
    "wrong": "this is not the code that was sent",
    "expired": "the code has expired: ask for another one",
    "exhausted": "too many tries: ask for another code",
}


@routes.route("/w.js", methods=["GET"])
@view
def widget() -> Response:
    """The widget's script."""
    headers = {"Content-Type": "application/javascript; charset=utf-8", "Cache-Control": "public, max-age=3600"}
    return Response(_script(), headers={**headers, **_CORS})


@routes.route("/optin", methods=["POST"], content_types=[_TEXT, JSON])
@view
def post() -> Response:
    """A form, a code, or the wish for another code."""
    try:
        return _json(*_take(_body()))
    except RelanceError as error:
        from chalicelib.web import problems

        status, body = problems.render(error)
        return Response(body, status_code=status, headers={"Content-Type": problems.MEDIA_TYPE, **_CORS})


@routes.route("/optin/{site}/config", methods=["GET"])
@view
def config(site: str) -> Response:
    """What the widget shows."""
    found, advertiser = _site(site)
    headers = {"Content-Type": JSON, "Cache-Control": "public, max-age=300"}
    return Response(json.dumps(_config(found, advertiser), ensure_ascii=False), headers={**headers, **_CORS})


@routes.route("/optin/{site}/qr.svg", methods=["GET"])
@view
def qr(site: str) -> Response:
    """The hosted page's address, to be printed."""
    import segno

    found, _ = _site(site)
    drawn = io.BytesIO()
    segno.make(f"{services().settings.origin}/optin/{found.id}", micro=False).save(drawn, kind="svg", scale=8)
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}
    return Response(drawn.getvalue().decode(), headers={**headers})


@routes.route("/optin/{site}", methods=["GET"])
@view
def page(site: str) -> Response:
    """The widget's form as a page."""
    try:
        found, advertiser = _site(site)
    except NotFound:
        # A person may have typed it from a poster.
        from chalicelib.web import pages

        told = pages.render("unknown_link.html", header(routes, "accept-language"))
        return Response(told, status_code=404, headers={**pages.HEADERS})
    return _page(found, advertiser, "form")


@routes.route("/optin/{site}", methods=["POST"], content_types=[FORM])
@view
def page_form(site: str) -> Response:
    """The page's steps, without a script."""
    found, advertiser = _site(site)
    given = form(routes)
    try:
        if "request" not in given:
            body = _from_form(given)
            asked = services().optin_desk.ask(found, advertiser, _checked(body))
            return _page(found, advertiser, "code", request=asked.request)
        if "resend" in given:
            asked = services().optin_desk.resend(found, advertiser, given["request"])
            return _page(found, advertiser, "code", request=asked.request)
        _confirm(found, advertiser, given["request"], given.get("code", ""))
    except InvalidInput as error:
        errors = {problem.field: problem.message for problem in error.errors}
    except TooMany as error:
        errors = {"form": str(error)}
    except NotFound:
        return _page(found, advertiser, "form", errors={"form": _OUTCOMES["expired"]})
    else:
        return _page(found, advertiser, "done")
    step = "code" if "request" in given else "form"
    return _page(found, advertiser, step, request=given.get("request", ""), errors=errors, values=given, status=422)


def _take(body: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    site, advertiser = _site(_text(body, "site"))
    origin = header(routes, "origin")
    if origin not in (*site.origins, services().settings.origin):
        raise Forbidden("opt-ins come from an origin that is registered for the site")
    desk = services().optin_desk
    if "request" not in body:
        asked = desk.ask(site, advertiser, _checked(body))
        return {"request": asked.request, "expires_s": asked.expires_s}, 202
    if body.get("resend"):
        asked = desk.resend(site, advertiser, _text(body, "request"))
        return {"request": asked.request, "expires_s": asked.expires_s}, 202
    _confirm(site, advertiser, _text(body, "request"), _text(body, "code"))
    return {"status": "confirmed", "incentive": _incentive(site).get("code")}, 200


def _confirm(site: Site, advertiser: Advertiser, request: str, code: str) -> None:
    outcome = services().optin_desk.confirm(site, advertiser, request, code)
    if outcome != "right":
        raise InvalidInput([FieldError("code", outcome, _OUTCOMES[outcome])])


def _checked(body: Mapping[str, Any]) -> Any:
    from chalicelib.web.optin_form import checked

    gpc = header(routes, "sec-gpc") == "1"
    ip = request_of(routes).context.get("identity", {}).get("sourceIp", "")
    return checked(body, gpc=gpc, ip=ip, agent=header(routes, "user-agent"))


def _from_form(given: Mapping[str, str]) -> dict[str, Any]:
    """A page's form as the widget would have sent it."""
    boxes = {name: given.get(name) in ("on", "yes", "true") for name in ("sms_marketing", "matching")}
    fields = {name.removeprefix("field."): text for name, text in given.items() if name.startswith("field.") and text}
    told = {name: given[name] for name in ("phone", "country", "email", "wording") if given.get(name)}
    return {**told, **boxes, "fields": fields, "language": _language(), "page": services().settings.origin}


def _config(site: Site, advertiser: Advertiser) -> dict[str, Any]:
    from chalicelib.audience.wordings import VERSION

    texts: dict[str, dict[str, str | None]] = {}
    for language, (title, intro) in _INTRO.items():
        shown = services().wordings.shown(site, advertiser, language)
        texts[language] = {
            "title": title.format(brand=advertiser.brand),
            "intro": intro,
            "sms_marketing": shown.texts["sms_marketing"],
            "matching": shown.texts["matching"],
            "legal": _LEGAL[language].format(name=advertiser.name),
            "notice": (site.optin.get("notice") or {}).get(language),
            "wording": shown.id,
        }
    return {
        "site": site.id,
        "brand": advertiser.brand,
        "country": "FR",
        "countries": _COUNTRIES,
        "languages": texts,
        "wording": VERSION,
        "incentive": _incentive(site).get("text"),
        "fields": site.optin.get("fields", []),
    }


def _incentive(site: Site) -> Mapping[str, Any]:
    """What the site offers for opting in; the code is for those whose phone is checked."""
    return site.optin.get("incentive") or {}


def _page(
    site: Site,
    advertiser: Advertiser,
    step: str,
    *,
    request: str = "",
    errors: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    from chalicelib.web import pages

    body = pages.render(
        "optin.html",
        header(routes, "accept-language"),
        config=_config(site, advertiser),
        step=step,
        request=request,
        errors=errors or {},
        values=values or {},
        incentive=_incentive(site).get("code") if step == "done" else None,
    )
    return Response(body, status_code=status, headers={**pages.HEADERS})


def _language() -> str:
    from chalicelib.web import pages

    return pages.language_of(header(routes, "accept-language"))


def _site(site_id: str) -> tuple[Site, Advertiser]:
    site = services().advertisers.site(site_id)
    advertiser = services().advertisers.get(site.advertiser) if site else None
    if site is None or advertiser is None:
        raise NotFound("site")
    return site, advertiser


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request_of(routes).raw_body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidInput([FieldError("body", "json", "the body is not a JSON object")])
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > 100:
        raise InvalidInput([FieldError(name, "required", "a text of at most 100 characters is needed")])
    return value


def _json(body: Mapping[str, Any], status: int) -> Response:
    headers = {"Content-Type": JSON, "Cache-Control": "no-store", **_CORS}
    return Response(json.dumps(body), status_code=status, headers={**headers})


@cache
def _script() -> str:
    return (Path(__file__).parent / "static" / "w.js").read_text()
