"""`/v1/advertisers/{advertiser}/conversations…` and `…/quick-replies…`: the inbox (mission.md, R3)."""

from __future__ import annotations

import re

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.web.admin_requests import answer, authorise, hours_asked, reached, read_body
from chalicelib.web.described import HOURS, IN_BATCHES, PAGED, described, done, listed, one_of, text
from chalicelib.web.listing import MOST_IN_A_BATCH, page_asked, page_of, part_asked
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_ALL = "/v1/advertisers/{advertiser}/conversations"
_ONE = f"{_ALL}/{{conversation}}"
_QUICK = "/v1/advertisers/{advertiser}/quick-replies"
_THREAD = "web.conversation_models:ThreadTold"
_REPLY_TOLD = "web.conversation_models:QuickReplyTold"
_PLACE = re.compile(r"[0-9]{13}#.{1,200}", re.DOTALL)
_REPLY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@routes.route(_ALL, methods=["GET"])
@described(
    query={
        "assignee": text("Whose; empty for nobody's"),
        "state": one_of("In which state", "waiting", "open", "closed", usual="waiting"),
        "tag": text("With which tag"),
        "unread": one_of("Only with texts that nobody has read", "true", "false", usual="false"),
        **PAGED,
    },
    answer=listed("conversations", _THREAD),
)
@view
def list_conversations(advertiser: str) -> Response:
    """Conversations in a state, the newest first."""
    from chalicelib.replies.conversation_desk import Wanted
    from chalicelib.web.conversation_models import STATES, thread_answer

    authorise(routes, advertiser)
    state = next((one for one in STATES if one == parameter(routes, "state", "waiting")), None)
    if state is None:
        raise InvalidInput([FieldError("state", "known", f"one of {', '.join(STATES)}")])
    unread = parameter(routes, "unread", "false")
    if unread not in ("true", "false"):
        raise InvalidInput([FieldError("unread", "known", "true or false")])
    wanted = Wanted(
        state,
        assignee=_given("assignee"),
        tag=_given("tag"),
        unread=unread == "true",
    )
    desk = services().conversation_desk
    found, after = desk.listed(advertiser, wanted, *page_asked(routes, _PLACE))
    told = [thread_answer(thread, desk.assignee(thread)) for thread in found]
    return page_of("conversations", told, after)


@routes.route(f"{_ALL}/statistics", methods=["GET"])
@described(query=HOURS, answer="web.waiting_models:WaitingTold")
@view
def conversation_statistics(advertiser: str) -> Response:
    """How long people waited for a first answer in the last hours, against the advertiser's target."""
    from chalicelib.storage.conversation_counts import standing_scope
    from chalicelib.web.waiting_models import statistics_answer

    owner = reached(routes, advertiser)
    now, counters = services().clock.now(), services().counters
    since = now - hours_asked(routes) * HOUR
    told = statistics_answer(
        counters.read(advertiser, since, now), counters.read_in_all(standing_scope(advertiser)), owner.answer_target_ms
    )
    return answer({"since": since, "until": now, **told})


@routes.route(_ONE, methods=["GET"])
@described(answer="web.conversation_beside:ConversationTold")
@view
def get_conversation(advertiser: str, conversation: str) -> Response:
    """A conversation, with what stands beside it."""
    from chalicelib.web.conversation_beside import beside_answer
    from chalicelib.web.conversation_models import thread_answer

    authorise(routes, advertiser)
    desk = services().conversation_desk
    thread = desk.find(advertiser, conversation)
    beside = services().beside_reader.read(thread)
    return answer({**thread_answer(thread, desk.assignee(thread)), "beside": beside_answer(beside, advertiser)})


@routes.route(f"{_ONE}/messages", methods=["GET"])
@described(query=PAGED | IN_BATCHES, answer=listed("messages", "web.conversation_models:TextSaid"))
@view
def list_texts(advertiser: str, conversation: str) -> Response:
    """What was said, in its order; a text that came late stands where it was written."""
    from chalicelib.web.conversation_models import text_answer

    authorise(routes, advertiser)
    desk = services().conversation_desk
    after, limit = page_asked(routes, _PLACE, MOST_IN_A_BATCH)
    said = desk.texts(desk.find(advertiser, conversation), after, limit)
    sent = services().messages.get_all(one.message for one in said if one.message)
    states = {message.id: message.state for message in sent.values()}
    last = said[-1].place if len(said) == limit else None
    return page_of("messages", [text_answer(one, states) for one in said], last)


@routes.route(f"{_ONE}/messages", methods=["POST"])
@described(body="web.conversation_models:NewAnswer", answer="web.conversation_models:AnswerTold", status=202)
@view
def answer_conversation(advertiser: str, conversation: str) -> Response:
    """Answer a conversation. The same id once more answers the same message: it leaves once."""
    from chalicelib.web.conversation_models import NewAnswer, message_answer

    authorise(routes, advertiser)
    body = read_body(routes, NewAnswer)
    message = services().conversation_desk.answer(advertiser, conversation, body.text, body.id, body.seen)
    return answer(message_answer(message), 202)


@routes.route(f"{_ONE}/check", methods=["POST"])
@described(body="web.conversation_models:DraftAnswer", answer="web.conversation_models:SizeTold")
@view
def check_answer(advertiser: str, conversation: str) -> Response:
    """What a text would cost as an answer, and whether it may be one."""
    from chalicelib.replies.agent_answers import size
    from chalicelib.web.conversation_models import DraftAnswer, size_answer

    authorise(routes, advertiser)
    services().conversation_desk.find(advertiser, conversation)
    return answer(size_answer(size(read_body(routes, DraftAnswer).text)))


@routes.route(f"{_ONE}/state", methods=["PUT"])
@described(body="web.conversation_models:NewState", answer=_THREAD)
@view
def turn_conversation(advertiser: str, conversation: str) -> Response:
    """Close a conversation, open it again, or let it wait."""
    from chalicelib.web.conversation_models import NewState

    authorise(routes, advertiser)
    body = read_body(routes, NewState)
    services().conversation_desk.turn(advertiser, conversation, body.state, body.seen)
    return _as_it_stands(advertiser, conversation)


@routes.route(f"{_ONE}/assignee", methods=["PUT"])
@described(body="web.conversation_models:NewAssignee", answer=_THREAD)
@view
def assign_conversation(advertiser: str, conversation: str) -> Response:
    """Give a conversation to somebody, or to nobody."""
    from chalicelib.web.conversation_models import NewAssignee

    authorise(routes, advertiser)
    services().conversation_desk.assign(advertiser, conversation, read_body(routes, NewAssignee).assignee)
    return _as_it_stands(advertiser, conversation)


@routes.route(f"{_ONE}/tags", methods=["PUT"])
@described(body="web.conversation_models:NewTags", answer=_THREAD)
@view
def tag_conversation(advertiser: str, conversation: str) -> Response:
    """Replace a conversation's tags."""
    from chalicelib.web.conversation_models import NewTags

    authorise(routes, advertiser)
    services().conversation_desk.tag(advertiser, conversation, tuple(read_body(routes, NewTags).tags))
    return _as_it_stands(advertiser, conversation)


@routes.route(f"{_ONE}/read", methods=["PUT"])
@described(body="web.conversation_models:SeenTexts", answer=_THREAD)
@view
def read_conversation(advertiser: str, conversation: str) -> Response:
    """Note how much of a conversation was read."""
    from chalicelib.web.conversation_models import SeenTexts

    authorise(routes, advertiser)
    services().conversation_desk.read(advertiser, conversation, read_body(routes, SeenTexts).seen)
    return _as_it_stands(advertiser, conversation)


@routes.route(f"{_ONE}/oppose", methods=["POST"])
@described(answer=_THREAD)
@view
def oppose_conversation(advertiser: str, conversation: str) -> Response:
    """Take what the person wrote for a STOP: nothing more is sent."""
    authorise(routes, advertiser)
    services().conversation_desk.oppose(advertiser, conversation)
    return _as_it_stands(advertiser, conversation)


@routes.route(_QUICK, methods=["GET"])
@described(query=PAGED, answer=listed("replies", _REPLY_TOLD))
@view
def list_quick_replies(advertiser: str) -> Response:
    """An advertiser's quick replies."""
    from chalicelib.web.conversation_models import quick_reply_answer

    authorise(routes, advertiser)
    found, following = part_asked(routes, services().quick_reply_book.all_of(advertiser), lambda one: one.id)
    return page_of("replies", list(map(quick_reply_answer, found)), following)


@routes.route(f"{_QUICK}/{{reply}}", methods=["GET"])
@described(answer=_REPLY_TOLD)
@view
def get_quick_reply(advertiser: str, reply: str) -> Response:
    """A quick reply as it is now."""
    from chalicelib.web.conversation_models import quick_reply_answer

    authorise(routes, advertiser)
    return answer(quick_reply_answer(services().quick_reply_book.find(advertiser, reply)))


@routes.route(f"{_QUICK}/{{reply}}", methods=["PUT"])
@described(body="web.conversation_models:NewQuickReply", answer=_REPLY_TOLD)
@view
def save_quick_reply(advertiser: str, reply: str) -> Response:
    """Create or replace a quick reply."""
    from chalicelib.web.conversation_models import NewQuickReply, quick_reply_answer

    reached(routes, advertiser)
    if not _REPLY.fullmatch(reply):
        raise InvalidInput([FieldError("reply", "format", "at most 40 of a-z, 0-9, - and _")])
    body = read_body(routes, NewQuickReply)
    return answer(quick_reply_answer(services().quick_reply_book.save(advertiser, reply, body.text, body.language)))


@routes.route(f"{_QUICK}/{{reply}}", methods=["DELETE"])
@described(answer=done("removed", "reply"))
@view
def remove_quick_reply(advertiser: str, reply: str) -> Response:
    """Remove a quick reply."""
    authorise(routes, advertiser)
    services().quick_reply_book.remove(advertiser, reply)
    return answer({"reply": reply, "removed": True})


@routes.route(f"{_ONE}/quick-replies/{{reply}}", methods=["POST"])
@described(answer="web.conversation_models:QuickReplyFilled")
@view
def render_quick_reply(advertiser: str, conversation: str, reply: str) -> Response:
    """A quick reply filled in for a conversation, with what it would cost."""
    from chalicelib.replies.agent_answers import size
    from chalicelib.web.conversation_models import size_answer

    owner = reached(routes, advertiser)
    book, thread = services().quick_reply_book, services().conversation_desk.find(advertiser, conversation)
    text = book.rendered(owner, book.find(advertiser, reply), services().beside_reader.read(thread))
    return answer({"text": text, **size_answer(size(text))})


def _as_it_stands(advertiser: str, conversation: str) -> Response:
    from chalicelib.web.conversation_models import thread_answer

    desk = services().conversation_desk
    thread = desk.find(advertiser, conversation)
    return answer(thread_answer(thread, desk.assignee(thread)))


def _given(name: str) -> str | None:
    """A parameter that may be empty on purpose."""
    text = parameter(routes, name, "\0")
    return None if text == "\0" else text
