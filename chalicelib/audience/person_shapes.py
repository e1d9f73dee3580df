"""What is told of one person of a base, for the API's description: the export, and what others are made of too."""

from __future__ import annotations

from typing import Any, Literal, Required

from typing_extensions import TypedDict

from chalicelib.storage.contacts import Basis, FieldValue, Purpose
from chalicelib.storage.conversation import State as ThreadState
from chalicelib.storage.enrolments import State as JourneyState
from chalicelib.storage.messages import State as MessageState
from chalicelib.units import Count, Digest, Milliseconds, Moment


class ProfileTold(TypedDict, total=False):
    """Who it is, as far as it is known."""

    phone: str
    email: str
    first_name: str
    last_name: str
    customer_id: str


class ConsentKept(TypedDict):
    """The newest statement for one purpose, or the order that stands in for one."""

    given: bool
    at: Moment
    source: str
    """Where it was made: `checkout`, `widget`, `import`, …"""
    wording: str | None
    """The version of the text that was agreed to."""
    proof: Digest | None
    """Fingerprint of the form or file that carries it."""
    advertisers: list[str]
    """In the partner base: the advertisers named when it was given."""
    wording_hash: Digest | None
    """Fingerprint of that text."""
    basis: Basis
    entry: Count
    """Its place in the consent ledger; 0 where it was taken before that was kept."""
    confirmed: bool
    """Whether it was said a second time, from the phone itself."""


class _Entry(TypedDict):
    sequence: Count
    recorded_at: Moment
    hash: Digest
    """Of the entry and of the one before: a changed ledger is seen."""


class StatementTold(_Entry, total=False):
    """An entry of the consent ledger in clear. Of a tombstone only its place and hash are left."""

    given: dict[Purpose, bool]
    at: Moment
    source: str
    wording: str | None
    wording_hash: Digest | None
    wording_texts: dict[str, str]
    """The very texts that the hash is of, by purpose, where they are known."""
    proof: Digest | None
    advertisers: list[str]
    brokers: list[str]
    """Who passed it on, the first one first."""
    evidence: dict[str, str]
    """What else is kept of that moment: truncated address, browser, order, line of the file."""
    basis: Basis


class OppositionTold(TypedDict):
    """A no, and how it came."""

    at: Moment
    how: str
    """`stop`, `unsubscribe`, `objection`, `erased`, …"""
    again: Moment
    """When it was said once more; 0 where it was not."""


class WishTold(TypedDict):
    """Less often, or not of everything."""

    at: Moment
    every_ms: Milliseconds
    """The least time between two; 0 for any."""
    without: list[str]
    """Kinds of messages that are not wanted."""


class StepTold(TypedDict):
    """A step of a journey that has run."""

    step: str
    at: Moment
    outcome: str


class JourneyWalked(TypedDict):
    """A place in a journey."""

    journey: str
    subject: str
    """What it is about: a site, or a site's order."""
    state: JourneyState
    reason: str | None
    entered_at: Moment
    due_at: Moment | None
    held_out: bool
    steps: list[StepTold]


class BoughtTold(TypedDict):
    """A purchase that was held to be the person's, or to come of a link to them."""

    site: str
    transaction: str
    at: Moment | None
    clicked_at: Moment | None
    link: str | None


class AnswerGiven(TypedDict):
    """An answer to a question of a survey."""

    question: str
    at: Moment
    answer: str


class SurveyAnswered(TypedDict):
    """What was asked and answered of one survey."""

    advertiser: str
    survey: str
    asked_at: list[Moment]
    answers: list[AnswerGiven]


class StateTold(TypedDict):
    """A state that a message came into."""

    state: MessageState
    at: Moment
    reason: str | None


class MessageExported(TypedDict):
    """A message with its text."""

    message: str
    state: MessageState
    journey: str
    created_at: Moment
    text: str | None
    given: dict[str, Any] | None
    """What came with it to fill in its text."""
    reason: str | None
    history: list[StateTold]


class TextExported(TypedDict):
    """A text of a conversation."""

    at: Moment
    direction: Literal["in", "out"]
    text: str
    automatic: bool
    message: str | None
    intent: str | None
    because: list[str]
    """The words that decided what it was taken for."""


class TalkExported(TypedDict):
    """A conversation with all of its texts."""

    thread: str
    advertiser: str
    number: str
    state: ThreadState
    tags: list[str]
    flags: list[str]
    texts: list[TextExported]


class EventExported(TypedDict):
    """An event that a browser told."""

    name: str
    time: Moment
    params: dict[str, Any]
    """As GA4 names them."""


class BrowserExported(TypedDict):
    """A browser that is held to be the person's."""

    site: str
    visitor: str
    events: list[EventExported]


class PartTaken(TypedDict):
    """An experiment that the person was part of."""

    journey: str
    version: int
    arm: str
    joined_at: Moment


class LineBought(TypedDict, total=False):
    """A line of an order, as the shop told it."""

    item_id: Required[str]
    item_name: str
    item_category: str
    price: float
    quantity: float


class OrderExported(TypedDict):
    """An order."""

    site: str
    order: str
    at: Moment
    items: list[LineBought]


class NetworkCookie(TypedDict):
    """The service's own cookie in a browser."""

    consent_at: Moment


class PersonExport(TypedDict):
    """Everything that a base keeps of a person, in clear."""

    base: str
    profile: ProfileTold
    fields: dict[str, FieldValue]
    last_act_at: Moment | None
    consents: dict[Purpose, ConsentKept]
    """The current ones."""
    statements: list[StatementTold]
    """The consent ledger."""
    oppositions: dict[str, OppositionTold]
    """By whom they are said to: an advertiser, or `*` for everyone."""
    wish: WishTold | None
    journeys: list[JourneyWalked]
    messages: list[MessageExported]
    conversations: list[TalkExported]
    surveys: list[SurveyAnswered]
    browsers: list[BrowserExported]
    purchases: list[BoughtTold]
    experiments: list[PartTaken]
    orders: list[OrderExported]
    segments: list[str]
    network_cookies: list[NetworkCookie]


class FindingTold(TypedDict):
    """Something of a ledger that is not as it was written."""

    rule: str
    where: str
    message: str


class ConsentProof(TypedDict):
    """A person's consent ledger, verified on the spot."""

    person: str
    base: str
    chain: str
    at: Moment
    """When it was verified."""
    intact: bool
    findings: list[FindingTold]
    statements: list[StatementTold]
