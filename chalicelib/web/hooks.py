"""`/hooks/{provider}/…`: what SMS providers report. Each provider's calls are checked in its own way."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.web.views import FORM, form, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_LONGEST_FIELD = 1_000


@routes.route("/hooks/{provider}/replies", methods=["POST"], content_types=[FORM])
@view
def reply(provider: str) -> Response:
    """An SMS from a phone. The outbox's come from the phone simulator, where the stage has one."""
    from chalicelib.audience.phones import parse_mobile
    from chalicelib.sms_providers.contract import InboundText

    if provider != "outbox" or not services().settings.phone_simulator:
        raise NotFound("provider")
    fields = _reply_fields()
    phone = parse_mobile(fields["from"], "FR")
    if isinstance(phone, FieldError):
        raise InvalidInput([FieldError("from", phone.rule, phone.message)])
    services().outbox.received(fields["id"], phone, fields["to"], fields["text"])
    services().inbound.receive(InboundText(fields["id"], phone, fields["to"], fields["text"]))
    return Response("", status_code=303, headers={"Location": "../../phone", "Content-Type": "text/plain"})


def _reply_fields() -> dict[str, str]:
    given = form(routes)
    missing = [FieldError(n, "required", "is missing") for n in ("id", "from", "to", "text") if n not in given]
    if missing:
        raise InvalidInput(missing)
    return {name: value[:_LONGEST_FIELD] for name, value in given.items()}
