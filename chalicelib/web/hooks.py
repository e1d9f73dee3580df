"""`/hooks/{provider}/…`: what SMS providers report. Each provider's calls are checked in its own way.

A call is believed, put on the queue and answered; what follows of it follows behind (workers/receipts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound, StorageUnavailable, TooLarge
from chalicelib.sms_providers.contract import InboundText, SendError
from chalicelib.sms_providers.hooks import HookCall, ReceiptHooks
from chalicelib.web.views import FORM, JSON, form, request_of, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_LONGEST_FIELD = 1_000
_LARGEST_CALL = 256 * 1024
_MEDIA = [FORM, JSON, "text/plain"]


@routes.route("/hooks/{provider}/receipts", methods=["GET", "POST"], content_types=_MEDIA)
@view
def receipts(provider: str) -> Response:
    """What became of SMS. The outbox's come from the phone simulator, where the stage has one."""
    hooks = services().providers.receipt_hooks(provider)
    if hooks is None or (provider == "outbox" and not services().settings.phone_simulator):
        raise NotFound("provider")
    with _account_needed():
        services().reports.take(hooks.receipts(_call(f"/hooks/{provider}/receipts")), [])
    return _acknowledged(hooks)


@routes.route("/hooks/{provider}/replies", methods=["GET", "POST"], content_types=_MEDIA)
@view
def replies(provider: str) -> Response:
    """SMS from phones. The outbox's come from the phone simulator."""
    if provider == "outbox":
        return _simulated_reply()
    hooks = services().providers.text_hooks(provider)
    if hooks is None:
        raise NotFound("provider")
    with _account_needed():
        services().reports.take([], hooks.texts(_call(f"/hooks/{provider}/replies")))
    return _acknowledged(hooks)


def _simulated_reply() -> Response:
    from chalicelib.audience.phones import parse_mobile

    if not services().settings.phone_simulator:
        raise NotFound("provider")
    fields = _reply_fields()
    phone = parse_mobile(fields["from"], "FR")
    if isinstance(phone, FieldError):
        raise InvalidInput([FieldError("from", phone.rule, phone.message)])
    services().outbox.received(fields["id"], phone, fields["to"], fields["text"])
    text = InboundText(f"outbox-{fields['id']}", phone, fields["to"], fields["text"], services().clock.now())
    services().reports.take([], [text])
    place = f"../../phone?of={services().vault.person(phone)}"
    return Response("", status_code=303, headers={"Location": place, "Content-Type": "text/plain"})


def _acknowledged(hooks: ReceiptHooks) -> Response:
    media, body = hooks.acknowledgement
    return Response(body, headers={"Content-Type": media, "Cache-Control": "no-store"})


@contextmanager
def _account_needed() -> Iterator[None]:
    try:
        yield
    except SendError as unread:
        raise StorageUnavailable("the provider's account cannot be read") from unread


def _call(path: str) -> HookCall:
    request = request_of(routes)
    body = request.raw_body
    raw = body.encode() if isinstance(body, str) else body
    if len(raw) > _LARGEST_CALL:
        raise TooLarge(f"at most {_LARGEST_CALL} bytes")
    return HookCall(
        path=path,
        at=services().clock.now(),
        body=raw,
        query=dict(request.query_params or {}),
        headers={str(name).lower(): str(value) for name, value in request.headers.items()},
    )


def _reply_fields() -> dict[str, str]:
    given = form(routes)
    missing = [FieldError(n, "required", "is missing") for n in ("id", "from", "to", "text") if n not in given]
    if missing:
        raise InvalidInput(missing)
    return {name: value[:_LONGEST_FIELD] for name, value in given.items()}
