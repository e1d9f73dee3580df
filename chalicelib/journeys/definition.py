"""A journey as a marketer writes it: what begins it, its steps, what ends it, how often. A JSON document with a schema.

Times are in minutes, money in whole units of its currency. What a document cannot mean is refused when it is saved:
an unknown field, a step or text that nothing can lead to (`unreachable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from chalicelib.audience.conditions import Condition
from chalicelib.messaging.content import JOURNEYS
from chalicelib.storage.messages import MessageClass
from chalicelib.tracking.names import EventName

VISIT_FACTS: frozenset[str] = frozenset({"event", "cart", "product", "order"})
"""What an event itself can tell; the others are asked for before each step."""
STEP_FACTS: frozenset[str] = VISIT_FACTS | {"contact", "history", "sender", "reply", "agent", "segments"}
PLAN_FACTS: frozenset[str] = frozenset({"event", "order"})
"""What is known when a step is planned: what the event told that began the journey."""
HOLDOUT, EVERYONE = "holdout", "everyone"
"""What the arms of an experiment are called that are no variants: who gets nothing, and who gets the only text."""
_YEAR = 366 * 24 * 60
_ALL = 100

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Minutes = Annotated[int | float, Field(ge=0, le=_YEAR)]
Conditions = Annotated[tuple[Condition, ...], Field(max_length=20)]
About = Literal["cart", "product", "order", "person", "account"]
"""What an enrolment is about. There is one at a time for a person's cart, looked-at product, stay away from a site, or
account that a back end tells of, and one for each order."""
ExitName = EventName | Literal["reply", "unsubscribe"]


class Document(BaseModel):
    """An unknown field is an error: a misspelt rule must not be taken for one that holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Trigger(Document):
    """What enrols a person: one of these events, where all conditions hold.

    About a cart or a product, it is what the browser has in its cart or has looked at that has to fit, and each further
    event is looked at anew: who changes the cart so that it no longer fits leaves before the first step.
    """

    about: About
    events: Annotated[tuple[EventName, ...], Field(min_length=1, max_length=12)]
    when: Conditions = ()

    @field_validator("when")
    @classmethod
    def _of_the_event(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, VISIT_FACTS)


class WaitCase(Document):
    """So many minutes where all conditions hold."""

    when: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=20)]
    minutes: Minutes

    @field_validator("when")
    @classmethod
    def _of_the_event(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, PLAN_FACTS)


class Wait(Document):
    """When a step is due: so many minutes after something, then the first moment that shows a time of day."""

    minutes: Minutes = 0
    cases: Annotated[tuple[WaitCase, ...], Field(max_length=10)] = ()
    """The first that fits tells the minutes instead."""
    since: Literal["previous", "last_activity", "trigger"] = "previous"
    """`previous`: when the step before was due; for the first step, the visitor's last sign as in `last_activity`."""
    at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    """Of the recipient's clock."""
    best_hour: bool = False
    """Whether it may be put off, by twelve hours at most, to the hour in which the person tends to open links."""

    @model_validator(mode="after")
    def _one_hour(self) -> Self:
        if self.at and self.best_hour:
            raise ValueError("a step has a time of day (at) or the person's own hour (best_hour)")
        return self


class Text(Document):
    """A template, and when it is the right one. The first of a list whose conditions hold is taken."""

    template: Slug | None = None
    """None: the text of the advertiser's own settings, for the cart journey that every advertiser has."""
    when: Conditions = ()

    @field_validator("when")
    @classmethod
    def _known(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, STEP_FACTS)


class Variant(Document):
    """One of several ways to put it; a person keeps the same one through the whole journey."""

    id: Slug
    share: Annotated[int, Field(ge=0, le=_ALL)]
    """In percent."""
    texts: Annotated[tuple[Text, ...], Field(min_length=1, max_length=10)]

    @field_validator("id")
    @classmethod
    def _is_no_other_arms(cls, name: str) -> str:
        if name in (HOLDOUT, EVERYONE):
            raise ValueError(f"{name} is the name of another arm: choose another")
        return name


class Step(Document):
    """One SMS, if it is still right when its time has come."""

    id: Slug
    wait: Wait = Wait()
    when: Conditions = ()
    """Otherwise the step is passed over."""
    texts: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    variants: Annotated[tuple[Variant, ...], Field(max_length=5)] = ()
    sender: Annotated[str, StringConstraints(min_length=1, max_length=16)] | None = None
    """Instead of the template's."""
    offers: Literal["complement"] | None = None
    """What its SMS is about instead of what was ordered: a product that goes with it, and that the person has not
    ordered before in any of its variants. Where there is none, the step is passed over."""
    expires: Annotated[int | float, Field(gt=0, le=_YEAR)] = 24 * 60
    """Minutes after it was due, from which on it makes no sense any more; the next step follows all the same."""
    at_most: Annotated[int, Field(ge=1, le=20)] | None = None
    """SMS of this step to a person in `within_days`, in whichever enrolment; otherwise it is passed over."""
    within_days: Annotated[int, Field(ge=1, le=366)] = 366

    @field_validator("when")
    @classmethod
    def _known(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, STEP_FACTS)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if bool(self.texts) == bool(self.variants):
            raise ValueError("a step has texts, or variants with their texts")
        if self.variants and sum(variant.share for variant in self.variants) != _ALL:
            raise ValueError("the shares of the variants make 100")
        if repeated := _repeated(variant.id for variant in self.variants):
            raise ValueError(f"two variants are called {repeated}")
        return self

    def all_texts(self) -> Iterator[Text]:
        """Every text that it may send."""
        yield from self.texts
        for variant in self.variants:
            yield from variant.texts


class Exit(Document):
    """What ends the journey at once, what is on the queue included.

    About an order, an event that names an order ends that order's journey, for good and in whatever order events
    come; one that names none ends the person's journeys about any.
    """

    on: ExitName
    of: Literal["subject", "offer"] = "subject"
    """`offer`: only an event of the product that a step has offered, whichever order it is about."""
    when: Conditions = ()

    @field_validator("when")
    @classmethod
    def _of_the_event(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, VISIT_FACTS)


class Pause(Document):
    """What lets the next steps wait: the person talks, and nobody is told of a basket in the middle of it.

    It lasts until the conversation is closed, and no longer than its hours after the person's last text. The step that
    waited is due then, and those after it follow from there.
    """

    on: Literal["reply"]
    hours: Annotated[int, Field(ge=1, le=7 * 24)] = 24


class Limits(Document):
    """How often a person may be in the journey."""

    reentry: Minutes = 24 * 60
    """Minutes from one beginning to the next, where the first had come to a step."""
    at_most: Annotated[int, Field(ge=1, le=20)] | None = None
    """Beginnings in `within_days`, whatever they are about."""
    within_days: Annotated[int, Field(ge=1, le=366)] = 366


class Journey(Document):
    """The whole document."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    kind: str
    """What it is for (messaging/content.py); it gives the class of its SMS."""
    countries: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...], Field(min_length=1)] = (
        "FR",
    )
    """Where the recipients' phones are. Others are passed over."""
    trigger: Trigger
    audience: Conditions = ()
    """Who it is for: asked before each step."""
    steps: Annotated[tuple[Step, ...], Field(max_length=10)]
    exits: Annotated[tuple[Exit, ...], Field(max_length=20)] = ()
    pauses: Annotated[tuple[Pause, ...], Field(max_length=1)] = ()
    limits: Limits = Limits()
    holdout: Annotated[int, Field(ge=0, le=50)] = 0
    """Percent of the people who get nothing and are followed all the same."""

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if JOURNEYS.get(kind, "authorisation") == "authorisation":
            raise ValueError("a kind is one of " + ", ".join(k for k, c in JOURNEYS.items() if c != "authorisation"))
        return kind

    @field_validator("audience")
    @classmethod
    def _known(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return _asking(conditions, STEP_FACTS)

    @model_validator(mode="after")
    def _can_be_walked(self) -> Self:
        if not self.steps:
            raise ValueError("a journey has at least one step")
        if repeated := _repeated(step.id for step in self.steps):
            raise ValueError(f"two steps are called {repeated}")
        if found := next(chain(_unreachable(self), _offered(self), _paused(self)), None):
            raise ValueError(f"unreachable: {found}")
        return self

    @property
    def message_class(self) -> MessageClass:
        """The class of all its SMS."""
        return JOURNEYS[self.kind]


def _asking(conditions: tuple[Condition, ...], groups: frozenset[str]) -> tuple[Condition, ...]:
    for condition in conditions:
        if condition.group not in groups:
            raise ValueError(f"{condition.fact} is not known here: facts are of {', '.join(sorted(groups))}")
    return conditions


def _unreachable(journey: Journey) -> Iterator[str]:
    """What nothing can lead to, in words."""
    for before, step in pairwise(journey.steps):
        waits = before.wait, step.wait
        if step.wait.since == "trigger" and before.wait.since == "trigger" and waits[1].minutes < waits[0].minutes:
            yield f"step {step.id} is due before step {before.id}"
    for step in journey.steps:
        needed = (*journey.audience, *step.when)
        if contradiction := _contradiction(needed):
            yield f"step {step.id} needs {contradiction}"
        for texts in (step.texts, *(variant.texts for variant in step.variants)):
            yield from _covered(step, texts, needed)


def _offered(journey: Journey) -> Iterator[str]:
    """What is said of an offer that there cannot be, in words."""
    offers = any(step.offers for step in journey.steps)
    if offers and journey.trigger.about != "order":
        yield "a step that offers what goes with an order, in a journey that is about none"
    if not offers and any(exit_.of == "offer" for exit_ in journey.exits):
        yield "an exit by what no step offers"


def _paused(journey: Journey) -> Iterator[str]:
    """What is said of a pause that there cannot be, in words."""
    ends = {exit_.on for exit_ in journey.exits if not exit_.when}
    yield from (f"a pause by {pause.on}, which ends the journey" for pause in journey.pauses if pause.on in ends)


def _covered(step: Step, texts: tuple[Text, ...], needed: tuple[Condition, ...]) -> Iterator[str]:
    for position, text in enumerate(texts):
        if position < len(texts) - 1 and not text.when:
            yield f"the texts of step {step.id} after the {_nth(position)}, which always fits"
        if text.when and (contradiction := _contradiction((*needed, *text.when))):
            yield f"a text of step {step.id} needs {contradiction}"


def _contradiction(conditions: Iterable[Condition]) -> str | None:
    """Two conditions on one fact that never hold together. Facts that may be several at once are let pass."""
    seen: dict[str, list[Condition]] = {}
    for condition in conditions:
        for other in seen.setdefault(condition.fact, []):
            if _exclude(condition, other) or _exclude(other, condition):
                return f"both {other} and {condition}"
        seen[condition.fact].append(condition)
    return None


def _exclude(one: Condition, other: Condition) -> bool:
    if other.op == "missing":
        return one.op != "missing"
    if one.op == "is" and isinstance(one.value, bool) and other.op == "is":
        return one.value is not other.value
    if not isinstance(one.value, int | float) or not isinstance(other.value, int | float):
        return False
    if one.op in ("at_least", "more_than") and other.op in ("at_most", "less_than"):
        both_included = one.op == "at_least" and other.op == "at_most"
        return one.value > other.value or (one.value == other.value and not both_included)
    return False


def _repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _nth(position: int) -> str:
    return ("first", "second", "third")[position] if position < 3 else f"{position + 1}th"
