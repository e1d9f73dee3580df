"""Body and answer of messages in the admin API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from chalicelib.storage.messages import Message, MessageClass, State
from chalicelib.units import Count, Country, Moment
from chalicelib.web.body import Body, example

_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Said = Annotated[str, StringConstraints(max_length=200)]
_LONGEST_TEXT = 1_000
_MONTH_S = 31 * 24 * 3600


class Recipient(Body):
    """Whom a message is for: one of the four. In a body, so that none stands in an address or a log."""

    phone: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "FR"
    """Of numbers in national writing."""
    person: _Short | None = None
    """As the base knows its contact."""
    email: _Short | None = None
    customer_id: _Short | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in (self.phone, self.person, self.email, self.customer_id)) != 1:
            raise ValueError("give one of phone, person, email and customer_id")
        return self


class NewMessage(Body):
    """A message that a shop's back end asks for (docs/messages.md)."""

    model_config = example(
        {"id": "m-1", "to": {"phone": "+33 6 39 98 00 01"}, "order": "A-1", "text": "Commande prête"}
    )

    to: Recipient
    template: _Short | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_TEXT)] | None = None
    """For a message of no template; filled in as one."""
    message_class: Literal["marketing", "notification"] | None = None
    """What the caller takes it for. Its content decides, and a label that is milder is refused."""
    data: Annotated[dict[_Key, _Said | bool | int], Field(max_length=30)] = Field(default_factory=dict)
    order: _Short | None = None
    """The number of the order that it is about."""
    campaign: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")] | None = None
    asks: _Short | None = None
    """The wording of the opt-in that its text asks for: an OUI within 24 hours agrees to it."""
    send_at: datetime | None = None
    expires_in_s: Annotated[int, Field(ge=60, le=_MONTH_S)] = 24 * 3600
    """Counted from `send_at`."""
    sender: _Short | None = None
    link: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Where the message's personal link leads."""
    id: _Short | None = None
    """The caller's own name for it, unless the header `Idempotency-Key` tells one."""
    advertiser: Annotated[str, Field(max_length=80)] | None = None
    """For the operator's key; an advertiser's key is its own."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.template is None) == (self.text is None):
            raise ValueError("give a template or a text")
        return self


def epoch_ms(moment: datetime | None) -> int | None:
    """A moment as it is kept; one without a zone is UTC."""
    if moment is None:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


_Class = TypedDict("_Class", {"class": MessageClass})


class MessageTaken(_Class):
    """A message that was taken, as it stands."""

    message: str
    state: State
    parts: Count
    """Counted exactly when it leaves."""
    country: Country | None
    campaign: str | None
    due_at: Moment | None
    expires_at: Moment


def message_answer(message: Message) -> MessageTaken:
    """A message that was taken, as it stands. `parts` are counted exactly when it leaves."""
    return {
        "message": message.id,
        "state": message.state,
        "class": message.message_class,
        "parts": message.parts,
        "country": message.country,
        "campaign": message.campaign,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
    }


class Redrive(Body):
    """How many dead letters are put back on the send queue at most."""

    model_config = example({"most": 100})

    most: Annotated[int, Field(ge=1, le=500)] = 100


class MessageListed(TypedDict):
    """A message in a list: what it was and what became of it."""

    message: str
    state: State
    reason: str | None
    """Why it was refused, deferred, cancelled or failed."""
    message_class: MessageClass
    journey: str
    """What led to it: a journey, `broadcast` or `api`."""
    campaign: str | None
    step: str | None
    variant: str | None
    template: str | None
    person: str | None
    """The base's own name for who it is for."""
    country: Country | None
    parts: Count
    sender: str | None
    provider: str | None
    link: str | None
    """The code of its personal link."""
    created_at: Moment
    due_at: Moment | None
    changed_at: Moment
    """When it came into this state."""


def listed_message(message: Message) -> MessageListed:
    """A message in a list, without its phone and text."""
    return {
        "message": message.id,
        "state": message.state,
        "reason": message.reason,
        "message_class": message.message_class,
        "journey": message.journey,
        "campaign": message.campaign,
        "step": message.step,
        "variant": message.variant,
        "template": message.template,
        "person": message.person or None,
        "country": message.country,
        "parts": message.parts,
        "sender": message.sender,
        "provider": message.provider,
        "link": message.code,
        "created_at": message.created_at,
        "due_at": message.due_at,
        "changed_at": message.history[-1].at if message.history else message.created_at,
    }
