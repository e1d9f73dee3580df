"""`/v1/messages`: a shop's back end has something to tell a person (mission.md, M1: notification)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.web.admin_requests import answer, read_body, scope_of, speaker
from chalicelib.web.described import described
from chalicelib.web.views import header, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.messaging.desk import To
    from chalicelib.web.message_models import NewMessage, Recipient

routes = Blueprint(__name__)
_LONGEST_ID = 200
_ABOUT = {"sender": "sender", "promo": "template"}
"""The field that a reason is about, by its first word; the others are about the person."""


@routes.route("/v1/messages", methods=["POST"])
@described(body="web.message_models:NewMessage", answer="web.message_models:MessageTaken", status=202)
@view
def send_message() -> Response:
    """Send a notification, or any template's message, once for each id.

    The same request again answers what became of it.
    """
    from chalicelib.messaging.desk import Wanted
    from chalicelib.messaging.given import Given
    from chalicelib.reports.why import reason_in_words
    from chalicelib.web.message_models import NewMessage, epoch_ms, message_answer

    scope = scope_of(routes)
    body = read_body(routes, NewMessage)
    advertiser = speaker(scope, body.advertiser)
    wanted = Wanted(
        id=_id(body),
        to=_to(body.to),
        template=body.template,
        given=Given(body.data, _target(body.link), body.order, body.text, body.sender),
        label=body.message_class,
        campaign=body.campaign,
        asks=_asks(advertiser.id, body.asks),
        send_at=epoch_ms(body.send_at),
        expires_in_ms=body.expires_in_s * SECOND,
    )
    taken = services().message_desk.ask(advertiser, wanted)
    if isinstance(taken, str):
        field = _ABOUT.get(taken.partition("_")[0], "to")
        raise InvalidInput([FieldError(field, taken, reason_in_words(taken))])
    return answer(message_answer(taken), 202)


def _asks(base: str, wording: str | None) -> dict[str, str] | None:
    if wording is None:
        return None
    known = services().wordings.get(base, wording)
    if known is None:
        raise InvalidInput([FieldError("asks", "unknown", "a wording of this advertiser's")])
    return {"wording": known.id, "hash": known.hash}


def _id(body: NewMessage) -> str:
    told = header(routes, "idempotency-key").strip()
    if told and body.id not in (None, told):
        raise InvalidInput([FieldError("id", "contradicted", "the header Idempotency-Key tells another")])
    found = body.id or told
    if not found or len(found) > _LONGEST_ID:
        raise InvalidInput([FieldError("id", "required", f"1 to {_LONGEST_ID} characters, here or as Idempotency-Key")])
    return found


def _to(to: Recipient) -> To:
    from chalicelib.audience import normalise
    from chalicelib.audience.phones import parse_mobile
    from chalicelib.messaging.desk import To
    from chalicelib.vault import identifier_digest

    if to.phone is not None:
        phone = parse_mobile(to.phone, to.country)
        if isinstance(phone, FieldError):
            raise InvalidInput([FieldError("to.phone", phone.rule, phone.message)])
        return To(phone=phone)
    if to.person is not None:
        return To(person=to.person)
    text = normalise.email(to.email) if to.email is not None else normalise.customer(to.customer_id or "")
    if text is None:
        raise InvalidInput([FieldError("to.email", "email", "this is not an e-mail address")])
    return To(identifier=identifier_digest(text))


def _target(link: str | None) -> str | None:
    from chalicelib.links.targets import TargetRefused

    try:
        return services().link_desk.check(link) if link is not None else None
    except TargetRefused as refused:
        raise InvalidInput([FieldError("link", refused.reason, str(refused))]) from None
