"""`/console/inbox…`: conversations as an agent sees them. It works without a script; with one, what is new appears.

A page asks once a second whether anything has changed: one number is read, and answered 204 where it has not.
While its last answer is under way, that is read too.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound, RelanceError, Unauthenticated
from chalicelib.ids import random_token
from chalicelib.storage.advertisers import Advertiser
from chalicelib.web import console_language
from chalicelib.web.permissions import may
from chalicelib.web.sessions import Session, current, elsewhere, require_token, signed_in
from chalicelib.web.views import FORM, form, parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_INBOX = "/console/inbox"
_ONE = f"{_INBOX}/{{conversation}}"
_STATES = ("waiting", "open", "closed")
_DEPTHS = ("0", "1", "2")


@routes.route(_INBOX, methods=["GET"])
@view
def inbox() -> Response:
    """The list."""
    try:
        session, advertiser = current(routes, "conversations")
    except Unauthenticated:
        return elsewhere("../console?next=inbox")
    return _page(session, advertiser, "", depth=0)


@routes.route(_ONE, methods=["GET"])
@view
def conversation_page(conversation: str) -> Response:
    """A conversation beside the list; what it holds counts as read."""
    try:
        session, advertiser = current(routes, "conversations")
    except Unauthenticated:
        return elsewhere(f"../../console?next=inbox/{conversation}")
    thread = services().conversation_desk.find(advertiser.id, conversation)
    services().conversation_desk.read(advertiser.id, conversation, thread.texts)
    draft = _quick(advertiser, conversation, parameter(routes, "quick", ""))
    return _page(session, advertiser, conversation, depth=1, draft=draft)


@routes.route("/console/news", methods=["GET"])
@view
def news() -> Response:
    """What a page that is open has to change; 204 where that is nothing."""
    try:
        session, advertiser = current(routes, "conversations")
    except Unauthenticated:
        return Response("", status_code=401, headers={"HX-Refresh": "true", "Content-Type": "text/plain"})
    changes = services().threads.changes(advertiser.id)
    if str(changes) == parameter(routes, "changes", "") and not _moved(advertiser):
        return Response("", status_code=204, headers={"Content-Type": "text/plain", "Cache-Control": "no-store"})
    from chalicelib.web import inbox_view, pages

    conversation = parameter(routes, "conversation", "")
    values = inbox_view.seen(services(), advertiser, _state(), conversation, changes)
    values["session"] = session
    values |= _placed(_DEPTHS.index(depth) if (depth := parameter(routes, "depth", "0")) in _DEPTHS else 0)
    page = pages.render("inbox_news.html", _language(), heard=parameter(routes, "texts", ""), **values)
    return Response(page, headers={"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})


@routes.route(f"{_ONE}/answer", methods=["POST"], content_types=[FORM])
@view
def answer_from_page(conversation: str) -> Response:
    """Send an answer, or only count what it would cost; one that may not go out stays in its box, with the reason."""
    session, advertiser, given = _posted()
    text, reply_id = given.get("text", ""), given.get("reply", "")
    if given.get("do") == "count":
        return _page(session, advertiser, conversation, draft=text, counted=True)
    try:
        seen = _number(given.get("seen", ""))
        services().conversation_desk.answer(advertiser.id, conversation, text, reply_id[:64], seen)
    except InvalidInput as refused:
        return _page(session, advertiser, conversation, 422, draft=text, counted=True, refused=refused.errors[0])
    except Conflict as refused:
        told = FieldError("text", "sent_before", str(refused))
        return _page(session, advertiser, conversation, 409, draft=text, counted=True, refused=told)
    return elsewhere(f"../{conversation}?state={_state()}#last")


@routes.route(f"{_ONE}/size", methods=["POST"], content_types=[FORM])
@view
def size_of_answer(conversation: str) -> Response:
    """What the text in the box would cost."""
    from chalicelib.replies.agent_answers import size
    from chalicelib.web import pages

    _, advertiser, given = _posted()
    services().conversation_desk.find(advertiser.id, conversation)
    told = pages.render("inbox_size.html", _language(), size=size(given.get("text", "")))
    return Response(told, headers={"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})


@routes.route(f"{_ONE}/turn", methods=["POST"], content_types=[FORM])
@view
def turn_from_page(conversation: str) -> Response:
    """Close, open again, take over, hand back, tag, or take what was written for a STOP."""
    session, advertiser, given = _posted()
    desk = services().conversation_desk
    match given.get("do", ""):
        case "close":
            desk.turn(advertiser.id, conversation, "closed", _number(given.get("seen", "")))
        case "reopen":
            desk.turn(advertiser.id, conversation, "open")
        case "stop":
            desk.oppose(advertiser.id, conversation)
        case "take":
            desk.assign(advertiser.id, conversation, session.agent or "?")
        case "hand_back":
            desk.assign(advertiser.id, conversation, None)
        case "tag":
            desk.tag(advertiser.id, conversation, _tags(given.get("tags", "")))
        case _:
            raise NotFound("action")
    return elsewhere(f"../{conversation}?state={_state()}")


def _number(given: str) -> int | None:
    return int(given) if given.isdecimal() else None


def _moved(advertiser: Advertiser) -> bool:
    """Whether the answer that the page shows as under way has gone on since."""
    name = parameter(routes, "message", "")
    message = services().messages.get(name) if name else None
    return message is not None and message.advertiser == advertiser.id and message.state != parameter(routes, "was", "")


def _posted() -> tuple[Session, Advertiser, dict[str, str]]:
    """Who has posted a form, for whom, and its fields. Raises Unauthenticated or Forbidden."""
    session, advertiser = current(routes, "conversations")
    given = form(routes)
    require_token(session, given.get("token", ""))
    return session, advertiser, given


def _page(
    session: Session, advertiser: Advertiser, conversation: str, status: int = 200, *, depth: int = 2, **values: Any
) -> Response:
    from chalicelib.web import inbox_view, pages
    from chalicelib.web.console_pages.reason_words import said_reason
    from chalicelib.web.console_pages.sections import menu_of
    from chalicelib.web.console_pages.tour import here

    _, _, role = signed_in(routes)
    changes = services().threads.changes(advertiser.id)
    shown = inbox_view.seen(services(), advertiser, _state(), conversation, changes)
    shown |= inbox_view.around(services(), advertiser, conversation, values.get("draft", ""))
    shown |= {"session": session, "reply": random_token(), "menu": menu_of(role)}
    shown |= {"halted": services().halts.read(advertiser.id) is not None}
    shown |= {"may_stop": may(role, "PUT", "/v1/advertisers/{advertiser}/halt"), "why_ended": said_reason}
    shown |= {"tour": here(role, parameter(routes, "tour", ""))}
    shown |= _placed(depth)
    page = pages.render("inbox.html", _language(), **{"counted": False, "refused": None} | shown | values)
    return Response(page, status_code=status, headers={**pages.HEADERS, "Content-Security-Policy": _POLICY})


_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


def _language() -> str:
    return console_language.language_of(routes)


def _placed(depth: int) -> dict[str, Any]:
    """How a page that stands so deep below `/console/` names what is there, and the words of its language."""
    from chalicelib.web import inbox_words, pages

    return {"depth": depth, "root": "../" * depth} | inbox_words.in_language(pages.language_of(_language()))


def _state() -> str:
    given = parameter(routes, "state", "waiting")
    return given if given in _STATES else "waiting"


def _tags(text: str) -> tuple[str, ...]:
    from pydantic import ValidationError

    from chalicelib.tracking.collect import field_errors
    from chalicelib.web.conversation_models import NewTags

    try:
        return tuple(NewTags.model_validate({"tags": [tag for tag in text.split(",") if tag.strip()]}).tags)
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from None


def _quick(advertiser: Advertiser, conversation: str, reply: str) -> str:
    """A quick reply filled in for the box; empty where one of its values is not known here."""
    if not reply:
        return ""
    book, thread = services().quick_reply_book, services().conversation_desk.find(advertiser.id, conversation)
    try:
        return book.rendered(advertiser, book.find(advertiser.id, reply), services().beside_reader.read(thread))
    except RelanceError:
        return ""
