"""`/v1/advertisers/{advertiser}/test-phones…` and `…/templates/{template}/test`: a template on one's own phone."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import TEXT, described, done, each, holding
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_PHONES = "/v1/advertisers/{advertiser}/test-phones"
_EXAMPLE = "Ab3dE5gH7j"
"""As long as a personal link's code, and nobody's."""


@routes.route(_PHONES, methods=["GET"])
@described(answer=holding(phones=each("web.trial_models:TrialPhoneTold")))
@view
def list_test_phones(advertiser: str) -> Response:
    """The phones that get test SMS, by their last two digits."""
    reached(routes, advertiser)
    phones = [
        {"person": one.person, "ends_in": phone[-2:], "verified_at": one.verified_at}
        for one, phone in services().trials.phones(advertiser)
    ]
    return answer({"phones": phones})


@routes.route(_PHONES, methods=["POST"])
@described(body="web.trial_models:NewTrialPhone", answer="web.verification_models:VerificationStarted", status=201)
@view
def add_test_phone(advertiser: str) -> Response:
    """Send a code to a phone that shall get tests."""
    from chalicelib.web.trial_models import NewTrialPhone

    owner = reached(routes, advertiser)
    body = read_body(routes, NewTrialPhone)
    started = services().trials.ask(owner, _phone(body.phone, body.country), body.language)
    return answer({"verification": started.id, "expires_at": started.expires_at}, 201)


@routes.route(_PHONES + "/confirm", methods=["POST"])
@described(body="web.trial_models:ConfirmTrialPhone", answer="web.verification_models:VerificationChecked")
@view
def confirm_test_phone(advertiser: str) -> Response:
    """Add a phone that shall get tests, where its code is right."""
    from chalicelib.web.trial_models import ConfirmTrialPhone

    reached(routes, advertiser)
    body = read_body(routes, ConfirmTrialPhone)
    phone, code = _phone(body.phone, body.country), "".join(body.code.split())
    return answer({"outcome": services().trials.confirm(advertiser, phone, body.verification, code)})


@routes.route(_PHONES + "/{person}", methods=["DELETE"])
@described(answer=done("removed", "person"))
@view
def remove_test_phone(advertiser: str, person: str) -> Response:
    """Take a phone off: it gets no tests any more."""
    reached(routes, advertiser)
    services().trials.remove(advertiser, person)
    return answer({"person": person, "removed": True})


@routes.route("/v1/advertisers/{advertiser}/templates/{template}/test", methods=["POST"])
@described(
    body="web.trial_models:NewTrial",
    answer=holding(template=TEXT, phones=each("messaging.trials:Tested")),
)
@view
def send_template_test(advertiser: str, template: str) -> Response:
    """Send a template to all verified phones, marked as a test; it counts for nothing."""
    from dataclasses import asdict

    from chalicelib.messaging.agents import open_name
    from chalicelib.messaging.senders import choose_sender
    from chalicelib.web.template_models import row_values
    from chalicelib.web.trial_models import NewTrial

    owner = reached(routes, advertiser)
    found = services().templates.get(advertiser, template)
    if found is None:
        raise NotFound("template")
    body = read_body(routes, NewTrial)
    senders = services().sender_book.of(owner)
    sender = choose_sender(senders, "FR", found.message_class, wanted=found.sender)
    if isinstance(sender, str):
        raise InvalidInput([FieldError("sender", sender, "no sender may carry this template")])
    origin = services().settings.origin
    agent = open_name(services().vault, owner)
    values = row_values(body.row, owner, f"{origin}/{_EXAMPLE}", f"{origin}/u/{_EXAMPLE}", agent)
    stop = sender.stop_number or services().settings.stop_number or None
    tested = services().trials.send(advertiser, found, values, sender.value, stop)
    return answer({"template": template, "phones": [asdict(one) for one in tested]})


def _phone(text: str, country: str) -> str:
    from chalicelib.audience.phones import parse_mobile

    phone = parse_mobile(text, country)
    if isinstance(phone, FieldError):
        raise InvalidInput([phone])
    return phone
