"""`/v1/sites/{site}`: a site's settings, as they are and as they shall be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import OPERATOR, Site
from chalicelib.web.admin_requests import answer, authorise, read_body, scope_of
from chalicelib.web.described import TEXT, described, each, holding, one_of, text
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_ROTATED = holding(
    site=TEXT,
    secret=TEXT | {"description": "Shown this once"},
    former_until={"type": "integer", "description": "Until then the secret before is good, too (epoch ms)"},
)
_PLATFORMS = ("html", "gtm", "shopify", "woocommerce", "prestashop")
_TOOLS = ("page", "axeptio", "didomi", "onetrust", "tarteaucitron", "tcf", "gcm", "shopify")


@routes.route("/v1/sites/{site}", methods=["GET"])
@described(answer="web.site_models:SiteTold")
@view
def get_site(site: str) -> Response:
    """A site's settings."""
    from chalicelib.web.site_models import site_answer

    return answer(site_answer(_reach(site)))


@routes.route("/v1/sites/{site}", methods=["PUT"])
@described(body="web.site_models:SiteSettings", answer="web.site_models:SiteTold")
@view
def replace_site(site: str) -> Response:
    """Replace a site's settings: they hold everywhere within ten seconds. Its secret stays.

    The service's own cookie (`network`) is the operator's to allow; an advertiser may do without it.
    """
    from chalicelib.links.targets import check_origins, rules_for
    from chalicelib.messaging.cart_link import check_cart_url
    from chalicelib.web.site_models import SiteSettings, site_answer

    known = _reach(site)
    body = read_body(routes, SiteSettings)
    rules = rules_for(services().settings.origin)
    check_origins(body.origins, rules)
    if body.cart_url is not None:
        check_cart_url(body.cart_url, body.origins, rules)
    network = known.network if body.network is None else body.network
    if network and not known.network:
        authorise(routes, OPERATOR)
    origins = tuple(dict.fromkeys(body.origins))
    marked = body.sensitive_categories
    replaced = replace(
        known,
        name=body.name,
        origins=origins,
        demand_strong=body.demand_strong,
        network=network,
        cart_url=body.cart_url,
        sensitive=known.sensitive if marked is None else tuple(dict.fromkeys(marked)),
    )
    services().advertisers.change_site(replaced, "name", "origins", "demand_strong", "network", "cart_url", "sensitive")
    return answer(site_answer(replaced))


@routes.route("/v1/sites/{site}/live", methods=["GET"])
@described(answer="reports.arriving:Arriving")
@view
def live(site: str) -> Response:
    """What arrives right now: the newest events and refusals, and the last hour's counts.

    Whoever asks keeps it going: of a site that nobody has asked about for three minutes only the counts are kept.
    """
    from chalicelib.reports.arriving import arriving

    known = _reach(site)
    return answer(arriving(known, services().site_watch, services().counters, services().clock.now()))


@routes.route("/v1/sites/{site}/code", methods=["GET"])
@described(
    answer=holding(pieces=each("web.installation:Piece")),
    query={
        "platform": one_of("What the shop runs on", *_PLATFORMS, usual="html"),
        "tool": one_of("What asks for consent there (docs/consent-tools.md)", *_TOOLS, usual="page"),
    },
)
@view
def installation_code(site: str) -> Response:
    """What the shop pastes to have the snippet, with this service and site put in."""
    from typing import cast

    from chalicelib.web.installation import Platform, Tool, pieces

    known = _reach(site)
    platform, tool = parameter(routes, "platform", "html"), parameter(routes, "tool", "page")
    errors = [
        FieldError(name, "one_of", f"one of {', '.join(among)}")
        for name, given, among in (("platform", platform, _PLATFORMS), ("tool", tool, _TOOLS))
        if given not in among
    ]
    if errors:
        raise InvalidInput(errors)
    told = pieces(cast("Platform", platform), cast("Tool", tool), services().settings.origin, known.id)
    return answer({"pieces": told})


@routes.route("/v1/sites/{site}/optin", methods=["GET"])
@described(answer="web.optin_settings:OptInSettings")
@view
def get_optin(site: str) -> Response:
    """What a site's opt-in form has beside the usual."""
    from chalicelib.web.optin_settings import OptInSettings

    return answer(OptInSettings.model_validate(_reach(site).optin).model_dump())


@routes.route("/v1/sites/{site}/optin", methods=["PUT"])
@described(body="web.optin_settings:OptInSettings", answer="web.optin_settings:OptInSettings")
@view
def replace_optin(site: str) -> Response:
    """Replace what a site's opt-in form has beside the usual: an incentive, preference fields, its own wordings."""
    from chalicelib.web.optin_settings import OptInSettings

    known = _reach(site)
    settings = read_body(routes, OptInSettings).model_dump()
    _check_wordings(known.advertiser, settings["wording"] or {})
    services().advertisers.change_site(replace(known, optin=settings), "optin")
    return answer(settings)


@routes.route("/v1/sites/{site}/optin/code", methods=["GET"])
@described(
    answer="web.optin_code:FormPlaced",
    query={
        "language": one_of("The form's", "fr", "en", usual="fr"),
        "accent": text("Its button's colour, as six hexadecimal digits: `14532d`", pattern="^[0-9A-Fa-f]{6}$"),
    },
)
@view
def optin_code(site: str) -> Response:
    """What the shop pastes to have a site's opt-in form, and the form as a page of its own."""
    import re

    from chalicelib.web.optin_code import placed

    known = _reach(site)
    language, accent = parameter(routes, "language", "fr"), parameter(routes, "accent", "")
    if language not in ("fr", "en"):
        raise InvalidInput([FieldError("language", "one_of", "one of fr, en")])
    if accent and not re.fullmatch("[0-9A-Fa-f]{6}", accent):
        raise InvalidInput([FieldError("accent", "colour", "six hexadecimal digits, such as 14532d")])
    told = placed(services().settings.origin, known.id, "en" if language == "en" else "fr", accent)
    return answer(told)


@routes.route("/v1/sites/{site}/rotate", methods=["POST"])
@described(body="web.key_models:Rotation", answer=_ROTATED)
@view
def rotate_site(site: str) -> Response:
    """Give a site's back end another secret, shown this once; the one before is good for a while."""
    from chalicelib.storage.advertisers import digest
    from chalicelib.web.key_models import Rotation

    known = _reach(site)
    until = services().clock.now() + read_body(routes, Rotation).overlap_hours * HOUR
    secret = f"rs_{secrets.token_urlsafe(24)}"
    services().advertisers.rotate_site(known.id, digest(secret), until)
    return answer({"site": known.id, "secret": secret, "former_until": until})


def _check_wordings(advertiser: str, chosen: Mapping[str, str | None]) -> None:
    from chalicelib.audience.wordings import unfit

    errors = []
    for language, wording_id in chosen.items():
        if wording_id:
            found = services().wordings.get(advertiser, wording_id)
            wrong = unfit(found, language) if found else "there is no such wording: register it first"
            if wrong:
                errors.append(FieldError(f"wording.{language}", "form_wording" if found else "registered", wrong))
    if errors:
        raise InvalidInput(errors)


def _reach(site_id: str) -> Site:
    scope = scope_of(routes)
    site = services().advertisers.site(site_id)
    if site is None or scope not in (OPERATOR, site.advertiser):
        raise NotFound("site")
    return site
