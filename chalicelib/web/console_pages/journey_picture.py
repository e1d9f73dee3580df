"""A journey drawn: a box for what begins it, one for each step, one for what ends it, each in plain words. Pure.

It is a list that is drawn as a flow (templates/console/journey_picture.html): a screen reader tells it in its order,
and it is as narrow as a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from chalicelib.journeys.definition import Journey, Step, Text
from chalicelib.web.console_pages.condition_words import Say, told
from chalicelib.web.console_pages.journey_words import (
    DAY_MINUTES,
    delay_said,
    exit_said,
    limits_said,
    shortened,
    span,
    trigger_said,
)
from chalicelib.web.console_pages.reason_words import said_reason


@dataclass(frozen=True, slots=True)
class Around:
    """What a picture shows that the journey's document only names."""

    texts: Mapping[str, str]
    """The advertiser's templates: id to text."""
    senders: Mapping[str, str | None]
    """The sender that each of them names."""
    sender: str
    """The advertiser's own, for those that name none."""
    hours: str
    """When its SMS may leave, in words."""
    segments: Mapping[str, str]
    """Segments' names by id."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """Of what a text fills in, what is the same for everybody, such as its brand."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text that a step may send."""

    template: str
    number: int
    """Among all texts of its step, its variants' one behind the other, counted from 0."""
    short: str
    """Its first words; empty where there is no such template."""
    sender: str
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The texts of a variant, or of everybody: the first that fits is sent."""

    name: str
    share: int | None
    texts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, of what."""

    number: int
    what: str
    good: bool = True
    """Whether the path goes on with them."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box."""

    kind: Literal["begin", "step", "end"]
    number: int
    """Of a step, counted from 0."""
    title: str
    lines: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    counts: tuple[Counted, ...] = ()


def picture(journey: Journey, say: Say, around: Around, counts: Mapping[str, int] | None = None) -> list[Box]:
    """The boxes in their order.

    `counts` are the journey's, by what follows its name: as the counters (`journey.<id>.question.made`) and its
    rehearsal (`became`) call them.
    """
    found = counts or {}
    steps = [_step(journey, number, say, around, found) for number in range(len(journey.steps))]
    return [_begin(journey, say, around, found), *steps, _end(journey, say, found)]


def lines_of(box: Box) -> tuple[str, ...]:
    """All that a box says, line by line: what two versions are compared by."""
    texts = []
    for choice in box.choices:
        lead = f"{choice.name} · {choice.share} %: " if choice.share is not None else ""
        texts += [
            f"{lead}{said.template}" + (f" ({'; '.join(said.when)})" if said.when else "") for said in choice.texts
        ]
    return (box.title, *box.lines, *box.conditions, *texts)


def _begin(journey: Journey, say: Say, around: Around, counts: Mapping[str, int]) -> Box:
    lines, once = trigger_said(journey, say)
    lines += [say(f"Si : {line}", f"If: {line}") for line in told(once, say, around.segments)]
    if journey.holdout:
        lines.append(
            say(
                f"{journey.holdout} % des personnes ne reçoivent rien, pour comparer.",
                f"{journey.holdout} % of the people get nothing, to compare.",
            )
        )
    if journey.countries != ("FR",):
        lines.append(say("Pays : ", "Countries: ") + ", ".join(journey.countries))
    return Box(
        "begin",
        0,
        say("Commence", "Begins"),
        tuple(lines),
        told(journey.audience, say, around.segments),
        counts=tuple(_counted(counts, {"begun": say("ont commencé", "have begun")})),
    )


def _step(journey: Journey, number: int, say: Say, around: Around, counts: Mapping[str, int]) -> Box:
    step = journey.steps[number]
    lines = [delay_said(journey, number, around.hours, say)]
    lines += [
        say(f"{span(case.minutes, say)} plutôt, si : {line}", f"{span(case.minutes, say)} instead, if: {line}")
        for case in step.wait.cases
        for line in ["; ".join(told(case.when, say))]
    ]
    if step.wait.best_hour:
        lines.append(say("À l’heure où la personne ouvre ses liens.", "At the hour in which the person opens links."))
    if step.offers:
        lines.append(
            say(
                "À propos d’un produit qui va avec la commande ; rien s’il n’y en a pas.",
                "About a product that goes with the order; nothing where there is none.",
            )
        )
    late = span(step.expires, say)
    lines.append(say(f"Plus envoyé s’il a {late} de retard.", f"Not sent any more once it is {late} late."))
    if step.at_most:
        days = span(step.within_days * DAY_MINUTES, say)
        lines.append(
            say(f"Au plus {step.at_most} par personne en {days}.", f"At most {step.at_most} per person in {days}.")
        )
    numbers = count()
    choices = [Choice("", None, _texts(step, step.texts, numbers, say, around))] if step.texts else []
    choices += [Choice(one.id, one.share, _texts(step, one.texts, numbers, say, around)) for one in step.variants]
    return Box(
        "step",
        number,
        say(f"SMS {number + 1}", f"SMS {number + 1}"),
        tuple(lines),
        told(step.when, say, around.segments),
        tuple(choices),
        tuple(_step_counts(step, counts, say)),
    )


def _end(journey: Journey, say: Say, counts: Mapping[str, int]) -> Box:
    lines = [exit_said(one, say) for one in journey.exits]
    lines += [
        say(
            f"Une réponse met en pause, jusqu’à la fin de la conversation ou {pause.hours} h.",
            f"A reply pauses it until the conversation is over, or {pause.hours} h.",
        )
        for pause in journey.pauses
    ]
    lines += limits_said(journey.limits, say)
    ends = [name for name in counts if name.startswith(("left.", "ended."))]
    stopped = [Counted(counts[name], said_reason(name.partition(".")[2], say), good=False) for name in sorted(ends)]
    return Box("end", 0, say("S’arrête", "Ends"), tuple(lines), counts=tuple(one for one in stopped if one.number))


def _texts(step: Step, texts: Iterable[Text], numbers: Iterator[int], say: Say, around: Around) -> tuple[Said, ...]:
    return tuple(
        Said(
            name := text.template or "",
            next(numbers),
            shortened(around.texts.get(name, ""), say, around.filled),
            step.sender or around.senders.get(name) or around.sender,
            tuple(line[0].lower() + line[1:] for line in told(text.when, say, around.segments)),
        )
        for text in texts
    )


def _step_counts(step: Step, counts: Mapping[str, int], say: Say) -> Iterable[Counted]:
    for name, number in sorted(counts.items()):
        at, _, outcome = name.partition(".")
        if at != step.id or not number:
            continue
        if outcome == "made":
            yield Counted(number, say("SMS préparés", "SMS made"))
        else:
            yield Counted(number, say("sautés : ", "passed over: ") + said_reason(outcome, say), good=False)


def _counted(counts: Mapping[str, int], words: Mapping[str, str]) -> Iterable[Counted]:
    return (Counted(counts[name], words[name]) for name in words if counts.get(name))
