"""`/v1/advertisers/{advertiser}/journeys…` and `…/playbooks…`: what is sent when, to whom, and when not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.journeys import State
from chalicelib.web.admin_requests import answer, authorise, key_of, reached, read_body
from chalicelib.web.described import PAGED, described, each, either, holding, listed, one_of, text
from chalicelib.web.listing import page_of, part_asked, word_asked
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.journeys import StoredJourney


routes = Blueprint(__name__)
_ALL = "/v1/advertisers/{advertiser}/journeys"
_PLAYBOOKS = "/v1/advertisers/{advertiser}/playbooks"
_TOLD = "web.journey_models:JourneyTold"
_REHEARSAL = "web.journey_models:RehearsalTold"
_STATES: tuple[str, ...] = get_args(State)
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@routes.route(_ALL, methods=["GET"])
@described(query={"state": one_of("Whether people begin it", *_STATES), **PAGED}, answer=listed("journeys", _TOLD))
@view
def list_journeys(advertiser: str) -> Response:
    """An advertiser's journeys, each as it is now."""
    from chalicelib.web.journey_models import journey_answer

    reached(routes, advertiser)
    state = word_asked(routes, "state", _STATES)
    meant = (one for one in services().journeys.all(advertiser) if state in (None, one.state))
    found, following = part_asked(routes, meant, lambda one: one.id)
    return page_of("journeys", [journey_answer(one) for one in found], following)


@routes.route(_ALL + "/{journey}", methods=["GET"])
@described(answer=_TOLD)
@view
def get_journey(advertiser: str, journey: str) -> Response:
    """A journey as it is now."""
    from chalicelib.web.journey_models import journey_answer

    reached(routes, advertiser)
    found = services().journeys.get(advertiser, journey)
    if found is None:
        raise NotFound("journey")
    return answer(journey_answer(found))


@routes.route(_ALL + "/{journey}", methods=["PUT"])
@described(body="web.journey_models:NewJourney", answer="web.journey_models:JourneySaved", status=(200, 201))
@view
def put_journey(advertiser: str, journey: str) -> Response:
    """Save a journey's next version, if nothing is wrong with it. A new one is a draft."""
    from pydantic import TypeAdapter, ValidationError

    from chalicelib.journeys.definition import Slug
    from chalicelib.web.journey_models import NewJourney, journey_answer, notices_answer

    by, owner = authorise(routes, advertiser), reached(routes, advertiser)
    try:
        TypeAdapter(Slug).validate_python(journey)
    except ValidationError:
        rule = "an id begins with a small letter, and has small letters, digits, - and _, at most 40"
        raise InvalidInput([FieldError("journey", "pattern", rule)]) from None
    body = read_body(routes, NewJourney)
    known = services().journeys.get(advertiser, journey) is not None
    saved = services().journey_desk.save(owner, journey, body.document, by, body.running)
    notices = notices_answer(services().journey_desk.notices(body.document))
    return answer({**journey_answer(saved), **notices}, 200 if known else 201)


@routes.route(_ALL + "/{journey}/versions", methods=["GET"])
@described(answer=holding(versions=each(_TOLD)))
@view
def list_versions(advertiser: str, journey: str) -> Response:
    """All that a journey has been, the newest first."""
    from chalicelib.web.journey_models import journey_answer

    reached(routes, advertiser)
    found = [journey_answer(one) for one in services().journeys.versions(advertiser, journey)]
    if not found:
        raise NotFound("journey")
    return answer({"versions": found})


@routes.route(_ALL + "/{journey}/results", methods=["GET"])
@described(
    query={"version": text("Which version; the one that it is at, without", pattern="^[1-9][0-9]{0,8}$")},
    answer="reports.experiment_shapes:JourneyResults",
)
@view
def journey_results(advertiser: str, journey: str) -> Response:
    """What came of a journey's variants and holdout, in the version that it is at or in `?version=`."""
    from chalicelib.reports.experiments import results_of

    reached(routes, advertiser)
    version = parameter(routes, "version", "")
    if version and not _VERSION.fullmatch(version):
        raise InvalidInput([FieldError("version", "pattern", "a version is a whole number from 1")])
    journeys = services().journeys
    found = journeys.version(advertiser, journey, int(version)) if version else journeys.get(advertiser, journey)
    if found is None:
        raise NotFound("journey")
    return answer(results_of(found, advertiser, services().counters))


@routes.route(_ALL + "/check", methods=["POST"])
@described(body="web.journey_models:NewJourney", answer="web.journey_models:JourneyChecked")
@view
def check_journey(advertiser: str) -> Response:
    """Whether a journey could be saved; nothing is."""
    from chalicelib.web.journey_models import NewJourney, notices_answer

    owner = reached(routes, advertiser)
    document = read_body(routes, NewJourney).document
    services().journey_desk.check(owner, document)
    return answer({"ok": True, **notices_answer(services().journey_desk.notices(document))})


@routes.route(_ALL + "/{journey}/start", methods=["POST"])
@described(answer="web.journey_models:JourneyStarted", status=(200, 202))
@view
def start_journey(advertiser: str, journey: str) -> Response:
    """Let people begin a journey, or ask a second person to approve it (202) where it is larger than one may start."""
    by, owner = authorise(routes, advertiser), reached(routes, advertiser)
    return _started(owner, services().journey_desk.start(owner, journey, by, key_of(routes)))


@routes.route(_ALL + "/{journey}/approve", methods=["POST"])
@described(answer="web.journey_models:JourneyStarted")
@view
def approve_journey(advertiser: str, journey: str) -> Response:
    """Agree to the start that another key has asked for: people begin the journey."""
    by, owner = authorise(routes, advertiser), reached(routes, advertiser)
    return _started(owner, services().journey_desk.approve(owner, journey, by, key_of(routes)))


@routes.route(_ALL + "/{journey}/stop", methods=["POST"])
@described(answer=_TOLD)
@view
def stop_journey(advertiser: str, journey: str) -> Response:
    """Stop a journey: nobody begins it any more, and nothing more of it is sent."""
    from chalicelib.web.journey_models import journey_answer

    by, owner = authorise(routes, advertiser), reached(routes, advertiser)
    return answer(journey_answer(services().journey_desk.stop(owner, journey, by)))


@routes.route(_ALL + "/{journey}/rehearse", methods=["POST"])
@described(
    body="web.journey_models:RehearsalAsked",
    answer=either("journeys.rehearsal_shapes:JourneyForeseen", _REHEARSAL),
    status=(200, 202),
)
@view
def rehearse_journey(advertiser: str, journey: str) -> Response:
    """Rehearse a journey over the last thirty days: who would get what when, and who not. Nothing is sent."""
    from chalicelib.web.journey_models import RehearsalAsked, rehearsal_answer
    from chalicelib.web.message_models import epoch_ms

    owner = reached(routes, advertiser)
    body = read_body(routes, RehearsalAsked)
    start, desk = epoch_ms(body.start_at), services().rehearsal_desk
    if body.everybody:
        return answer(rehearsal_answer(desk.begin(owner, journey, start)), 202)
    return answer(desk.at_once(owner, journey, start, body.contacts))


@routes.route(_ALL + "/{journey}/rehearsal", methods=["GET"])
@described(answer=_REHEARSAL)
@view
def last_rehearsal(advertiser: str, journey: str) -> Response:
    """How far a journey's last rehearsal of everybody is, and what it found."""
    from chalicelib.web.journey_models import rehearsal_answer

    reached(routes, advertiser)
    return answer(rehearsal_answer(services().rehearsal_desk.last(advertiser, journey)))


@routes.route(_PLAYBOOKS, methods=["GET"])
@described(answer=holding(playbooks=each("journeys.playbooks:Playbook")))
@view
def list_playbooks(advertiser: str) -> Response:
    """The journeys that are ready to be switched on, with what each asks."""
    from chalicelib.journeys.playbooks import playbooks

    reached(routes, advertiser)
    return answer({"playbooks": [one.model_dump(mode="json") for one in playbooks()]})


@routes.route(_PLAYBOOKS + "/{playbook}", methods=["GET"])
@described(answer="web.journey_models:PlaybookTold")
@view
def get_playbook(advertiser: str, playbook: str) -> Response:
    """A playbook, with what its questions can be answered with: the carts that each closing hour would cost."""
    from chalicelib.journeys.playbooks import playbook_of

    owner, found = reached(routes, advertiser), playbook_of(playbook)
    if found is None:
        raise NotFound("playbook")
    choices = services().playbook_answers.choices(owner, found)
    return answer(found.model_dump(mode="json") | {"choices": choices})


@routes.route(_PLAYBOOKS + "/{playbook}", methods=["POST"])
@described(body="web.journey_models:SwitchOn", answer="web.journey_models:JourneySwitchedOn", status=201)
@view
def switch_on(advertiser: str, playbook: str) -> Response:
    """Make a playbook the advertiser's own: templates and a journey, to be read and changed, and started if said.

    Templates that are there already stay as they are, since somebody may have changed them: the answer names them.
    """
    from chalicelib.journeys.desk import NotStarted
    from chalicelib.journeys.playbooks import installation, playbook_of
    from chalicelib.web.journey_models import SwitchOn, journey_answer

    by, owner = authorise(routes, advertiser), reached(routes, advertiser)
    found = playbook_of(playbook)
    if found is None:
        raise NotFound("playbook")
    body = read_body(routes, SwitchOn)
    services().playbook_answers.check(owner, found, body.answers)
    journey, templates = installation(found, body.language, body.answers, services().clock.now())
    there = {template.id for template in services().templates.all(advertiser)}
    for template in templates:
        if template.id not in there:
            services().templates.save(advertiser, template)
    kept = sorted(there.intersection(template.id for template in templates))
    saved = services().journey_desk.save(owner, found.id, journey, by)
    services().playbook_answers.apply(owner, body.answers)
    waits_for: str | None = None
    if body.start:
        try:
            saved = services().journey_desk.start(owner, found.id, by, key_of(routes))
        except NotStarted as refused:  # It is saved all the same, and has to be rehearsed first.
            waits_for = refused.reason
    waits_for = "approval" if saved.requested_by else waits_for
    return answer({**journey_answer(saved), "kept_templates": kept, "waits_for": waits_for}, 201)


def _started(owner: Advertiser, journey: StoredJourney) -> Response:
    from chalicelib.web.journey_models import started_answer

    last = services().journey_rehearsals.get(owner.id, journey.id) if journey.requested_by else None
    return answer(started_answer(journey, owner, last), 202 if last else 200)
