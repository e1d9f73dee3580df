"""`/v1/advertisers/{advertiser}/templates…`: what an advertiser's SMS say, checked and priced before it is saved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound, NotSetUp
from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import PAGED, described, done, each, holding, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.messaging.checks import Finding
    from chalicelib.messaging.senders import Sender
    from chalicelib.messaging.values import Asking, Values
    from chalicelib.storage.advertisers import Advertiser
    from chalicelib.storage.templates import Template
    from chalicelib.web.template_models import PreviewRequest

routes = Blueprint(__name__)
_ALL = "/v1/advertisers/{advertiser}/templates"
_TOLD = "web.template_models:TemplateTold"
_ID = re.compile(r"(?!(?:check|preview|suggest)$)[a-z0-9][a-z0-9_-]{0,39}")
_CODE = "Ab3dE5gH7j"
"""As long as a personal link's."""


@routes.route(_ALL, methods=["GET"])
@described(query=PAGED, answer=listed("templates", _TOLD))
@view
def list_templates(advertiser: str) -> Response:
    """An advertiser's templates, each with what is found of it now."""
    from chalicelib.web.template_models import template_answer

    owner = reached(routes, advertiser)
    templates, following = part_asked(routes, services().templates.all(advertiser), lambda one: one.id)
    return page_of("templates", [template_answer(one, _findings(owner, one)) for one in templates], following)


@routes.route(_ALL + "/{template}", methods=["GET"])
@described(answer=_TOLD)
@view
def get_template(advertiser: str, template: str) -> Response:
    """A template, with what is found of it now."""
    from chalicelib.web.template_models import template_answer

    owner = reached(routes, advertiser)
    found = services().templates.get(advertiser, template)
    if found is None:
        raise NotFound("template")
    return answer(template_answer(found, _findings(owner, found)))


@routes.route(_ALL + "/{template}", methods=["PUT"])
@described(body="web.template_models:NewTemplate", answer=_TOLD, status=(200, 201))
@view
def put_template(advertiser: str, template: str) -> Response:
    """Create or replace a template, if nothing is wrong with it."""
    from chalicelib.web.template_models import NewTemplate, template_answer, template_from

    owner = reached(routes, advertiser)
    if not _ID.fullmatch(template):
        raise InvalidInput([FieldError("template", "pattern", "an id is small letters, digits, - and _, at most 40")])
    written = template_from(read_body(routes, NewTemplate), template, services().clock.now())
    findings = _findings(owner, written)
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise InvalidInput([FieldError("text", finding.rule, finding.message) for finding in errors])
    if problem := _pool_problem(advertiser, written) or _survey_problem(advertiser, written):
        raise InvalidInput([problem])
    services().journey_desk.keep_approved_text(owner, template, written)
    known = services().templates.get(advertiser, template) is not None
    services().templates.save(advertiser, written)
    return answer(template_answer(written, findings), 200 if known else 201)


def _pool_problem(advertiser: str, template: Template) -> FieldError | None:
    from chalicelib.messaging.template_language import names_in

    offers = any(name.partition(".")[0] == "code" for name in names_in(template.text))
    if template.promo_pool is None:
        return FieldError("promo_pool", "required", "a text with a code names the pool of it") if offers else None
    if services().promo_pools.get(advertiser, template.promo_pool) is None:
        return FieldError("promo_pool", "known", "the advertiser has no such pool of promo codes")
    return None


def _survey_problem(advertiser: str, template: Template) -> FieldError | None:
    from chalicelib.messaging.template_language import names_in

    asks = any(name.partition(".")[0] == "survey" for name in names_in(template.text))
    if template.survey is None:
        return FieldError("survey", "required", "a text with a survey's question names the survey") if asks else None
    if not asks:
        return FieldError("survey", "asked", "say where its question stands: {{ survey }}")
    if template.message_class != "marketing":
        return FieldError("message_class", "class", "what asks a survey, vote or contest is marketing")
    if services().surveys.get(advertiser, template.survey) is None:
        return FieldError("survey", "known", "the advertiser has no such survey")
    return None


@routes.route(_ALL + "/{template}", methods=["DELETE"])
@described(answer=done("deleted", "template"))
@view
def delete_template(advertiser: str, template: str) -> Response:
    """Remove a template. A message that names it is refused then."""
    services().journey_desk.keep_approved_text(reached(routes, advertiser), template, None)
    if not services().templates.delete(advertiser, template):
        raise NotFound("template")
    return answer({"template": template, "deleted": True})


@routes.route(_ALL + "/check", methods=["POST"])
@described(body="web.template_models:NewTemplate", answer=_TOLD)
@view
def check_template(advertiser: str) -> Response:
    """What is wrong with a text or could be better; nothing is saved."""
    from chalicelib.web.template_models import NewTemplate, template_answer, template_from

    owner = reached(routes, advertiser)
    written = template_from(read_body(routes, NewTemplate), "check", services().clock.now())
    return answer(template_answer(written, _findings(owner, written)))


@routes.route(_ALL + "/suggest", methods=["POST"])
@described(
    body="web.template_models:SuggestionRequest",
    answer=holding(candidates=each("web.template_models:CandidateTold")),
    refuses=(501,),
)
@view
def suggest_templates(advertiser: str) -> Response:
    """Texts that a language model suggests, with what is found of each. A person saves one by PUT, or none."""
    from chalicelib.messaging.checks import example
    from chalicelib.messaging.suggesting import Ask, suggestions, untrue
    from chalicelib.web.template_models import SuggestionRequest, candidate_answer, candidate_from

    owner = reached(routes, advertiser)
    body = read_body(routes, SuggestionRequest)
    model = services().text_model
    if model is None:
        raise NotSetUp("no language model is set (TEXT_MODEL): write the text yourself")
    ask = Ask(owner.brand, body.journey, body.language, body.tone, body.product, body.page)
    candidates = []
    for text in suggestions(model, ask):
        template = candidate_from(text, body, services().clock.now())
        findings = [*untrue(text, with_code=body.promo_pool is not None), *_findings(owner, template)]
        as_sent = example(template, _stop_number(_sender(owner, template)))
        candidates.append(candidate_answer(template, findings, as_sent))
    return answer({"candidates": candidates})


@routes.route(_ALL + "/preview", methods=["POST"])
@described(body="web.template_models:PreviewRequest", answer="web.template_models:PreviewTold")
@view
def preview_template(advertiser: str) -> Response:
    """What a text costs for an audience: the worst recipient, the average, the characters that make it dear."""
    from dataclasses import replace
    from functools import partial

    from chalicelib.messaging.preview import preview
    from chalicelib.sms_providers.prices import own_prices, price
    from chalicelib.web.template_models import PreviewRequest, preview_answer, template_from

    owner = reached(routes, advertiser)
    body = read_body(routes, PreviewRequest)
    written = template_from(body.template, "preview", services().clock.now())
    settings = services().settings
    provider = body.provider or settings.sms_provider.partition(",")[0]
    audience = [replace(values, survey=_asking(advertiser, written)) for values in _audience(owner, body)]
    price_of = partial(price, provider, body.country, own=own_prices(settings.prices))
    found = preview(written, audience, _stop_number(_sender(owner, written)), price_of)
    return answer(preview_answer(found, len(body.rows) + len(body.people) - len(audience)))


def _asking(advertiser: str, template: Template) -> Asking | None:
    from chalicelib.messaging.survey_text import asking

    survey = services().surveys.get(advertiser, template.survey) if template.survey else None
    return asking(survey.questions[0], template.language) if survey else None


def _audience(owner: Advertiser, body: PreviewRequest) -> list[Values]:
    """Rows, then the people whom the advertiser's own base knows."""
    from chalicelib.audience.profile import open_profile
    from chalicelib.messaging.agents import open_name
    from chalicelib.messaging.values import values_of
    from chalicelib.web.template_models import row_values

    origin = services().settings.origin
    link, way_out = f"{origin}/{_CODE}", f"{origin}/u/{_CODE}"
    known = services().contacts.get_all(owner.id, dict.fromkeys(body.people))
    agent = open_name(services().vault, owner)
    return [row_values(row, owner, link, way_out, agent) for row in body.rows] + [
        values_of(
            owner,
            open_profile(services().vault, known[person]),
            None,
            language=body.template.language,
            agent=agent,
            link=link,
            way_out=way_out,
            fields=known[person].fields,
        )
        for person in body.people
        if person in known
    ]


def _findings(owner: Advertiser, template: Template) -> list[Finding]:
    from chalicelib.messaging.checks import Finding, check

    sender = _sender(owner, template)
    if isinstance(sender, FieldError):
        return [Finding("error", sender.rule, sender.message)]
    if template.message_class not in sender.classes:
        return [Finding("error", "sender_wrong_class", f"{sender.value} carries no {template.message_class}")]
    found = check(template, two_way=sender.two_way, stop_number=_stop_number(sender), agent=owner.agent is not None)
    if not sender.verified:
        found.append(Finding("warning", "sender_unverified", f"{sender.value} waits for the operator to verify it"))
    return found


def _sender(owner: Advertiser, template: Template) -> Sender | FieldError:
    """The advertiser's sender that the template goes out from, or why there is none."""
    from chalicelib.messaging.profile import profile_for
    from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
    from chalicelib.messaging.senders import check_sender

    told = check_sender(template.sender or owner.sender, profile_for(DEFAULT_COUNTRY))
    if isinstance(told, FieldError):
        return told
    for sender in services().sender_book.of(owner):
        if (sender.country, sender.value) == (DEFAULT_COUNTRY, told.value):
            return sender
    return FieldError("sender", "sender_unregistered", "register the sender before a template names it")


def _stop_number(sender: Sender | FieldError) -> str | None:
    own = None if isinstance(sender, FieldError) else sender.stop_number
    return own or services().settings.stop_number or None
