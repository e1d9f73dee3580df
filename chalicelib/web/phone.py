"""`/phone`: a phone that shows the outbox's SMS, where the stage allows it. It answers by the replies' own route."""

from __future__ import annotations

import time

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.web.views import header, parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/phone", methods=["GET"])
@view
def phone() -> Response:
    """The conversations, the one that moved last first."""
    from chalicelib.web import pages

    if not services().settings.phone_simulator:
        raise NotFound("page")
    newest, who = services().outbox.newest(), services().vault.person
    phones = {who(phone): phone for phone in dict.fromkeys(sms.phone for sms in newest)}
    # By a name that stays: a place in the list is another's as soon as another phone moves.
    current = phones.get(parameter(routes, "of", ""), newest[0].phone if newest else "")
    thread = [sms for sms in reversed(newest) if sms.phone == current]
    nonce = random_token()
    page = pages.phone(
        header(routes, "accept-language"),
        phones=phones,
        current=current,
        name=who(current) if current else "",
        sender=thread[-1].sender if thread else "",
        thread=[{"id": s.id, "direction": s.direction, "text": s.text, "time": _clock_time(s.at)} for s in thread],
        reply_id=random_token(),
        nonce=nonce,
    )
    policy = f"{pages.HEADERS['Content-Security-Policy']}; script-src 'nonce-{nonce}'; connect-src 'self'"
    return Response(page, headers={**pages.HEADERS, "Content-Security-Policy": policy})


def _clock_time(at: int) -> str:
    return time.strftime("%d/%m %H:%M UTC", time.gmtime(at // 1000))
