"""`relance conversations`: an advertiser's inbox at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from chalicelib.errors import InvalidInput, NotFound
from chalicelib.ids import random_token
from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.storage.threads import Thread
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Conversations with people who have answered.")

Advertiser = Annotated[str, typer.Option("--advertiser", help="An advertiser's id.")]
Conversation = Annotated[str, typer.Argument(help="A conversation's id (thr_…).")]


@app.command("list")
def list_conversations(
    advertiser: Advertiser,
    state: Annotated[str, typer.Option(help="waiting, open or closed.")] = "waiting",
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most to show.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Conversations in a state, the newest first."""
    from chalicelib.replies.conversation_desk import Wanted
    from chalicelib.web.conversation_models import STATES, thread_answer

    known = next((one for one in STATES if one == state), None)
    if known is None:
        fail(f"a state is one of {', '.join(STATES)}")
    desk = the_stage().services().conversation_desk
    found, after = desk.listed(advertiser, Wanted(known), "", limit)
    lines = [f"{thread.id}  {_when(thread.last_at)}  unread {thread.unread}  {_marks(thread)}" for thread in found]
    told = {"conversations": [thread_answer(thread, desk.assignee(thread)) for thread in found], "more": bool(after)}
    answer(told, "\n".join(lines) or "none", as_json)


@app.command()
def show(conversation: Conversation, advertiser: Advertiser, as_json: AsJson = False) -> None:
    """What was said in a conversation, in clear."""
    from chalicelib.web.conversation_models import text_answer, thread_answer

    services = the_stage().services()
    thread = _found(services, advertiser, conversation)
    said = services.conversation_desk.latest(thread)
    sent = services.messages.get_all(one.message for one in said if one.message)
    states = {message.id: message.state for message in sent.values()}
    head = thread_answer(thread, services.conversation_desk.assignee(thread))
    told = {**head, "messages": [text_answer(one, states) for one in said]}
    lines = [f"{_when(one.at)}  {'>' if one.direction == 'in' else '<'} {one.text}" for one in said]
    answer(told, "\n".join([f"{thread.id}  {thread.state}  {_marks(thread)}", *lines]), as_json)


@app.command("answer")
def answer_conversation(
    conversation: Conversation,
    text: Annotated[str, typer.Argument(help="What to say: no offer.")],
    advertiser: Advertiser,
    reply_id: Annotated[str, typer.Option("--id", help="The same id once more is the same answer.")] = "",
    as_json: AsJson = False,
) -> None:
    """Answer by the number that the person wrote to."""
    from chalicelib.web.conversation_models import message_answer

    services = the_stage().services()
    thread = _found(services, advertiser, conversation)
    try:
        sent = services.conversation_desk.answer(advertiser, thread.id, text, reply_id or random_token(), thread.texts)
    except InvalidInput as refused:
        _refuse(refused)
    answer(message_answer(sent), f"{sent.id} is {sent.state}", as_json)


@app.command()
def close(conversation: Conversation, advertiser: Advertiser, as_json: AsJson = False) -> None:
    """Be done with a conversation: marketing to the person goes on."""
    from chalicelib.web.conversation_models import thread_answer

    services = the_stage().services()
    thread = _found(services, advertiser, conversation)
    closed = services.conversation_desk.turn(advertiser, thread.id, "closed", thread.texts)
    answer(thread_answer(closed, services.conversation_desk.assignee(closed)), f"{closed.id} is closed", as_json)


def _found(services: Services, advertiser: str, conversation: str) -> Thread:
    try:
        return services.conversation_desk.find(advertiser, conversation)
    except NotFound:
        fail(f"the advertiser has no conversation {conversation}")


def _refuse(refused: InvalidInput) -> NoReturn:
    fail("; ".join(error.message for error in refused.errors))


def _marks(thread: Thread) -> str:
    return ", ".join([*sorted(thread.flags), *thread.tags])


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
