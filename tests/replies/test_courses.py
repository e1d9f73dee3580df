"""What a text leads to, by what was read in it and what is known: every course, with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.replies.addressed import Whose
from chalicelib.replies.courses import Course, Facts, decide
from chalicelib.replies.reading import Intent, Reading, StopGrade
from chalicelib.storage.ledger import EVERYONE
from tests.support.world import NOON

WHOSE = Whose("adv", "number", "msg", frozenset(("adv", "other")))
NOBODY = Whose(None, "nobody")


def facts(intent: Intent = "other", stop: StopGrade = "no", whose: Whose = WHOSE, **more: object) -> Facts:
    everywhere, contact = (bool(more.pop(name, False)) for name in ("everywhere", "contact"))
    reading = Reading(intent, stop, 0.9, (), everywhere=everywhere, contact=contact)
    return replace(Facts(reading, whose, NOON), **more)  # type: ignore[arg-type]


def test_a_certain_stop_opposes_all_whom_it_may_mean_and_is_confirmed() -> None:
    both = frozenset(("adv", "other"))
    assert decide(facts("stop", "certain")) == Course("stop", both, confirm=True, state="closed", is_reply=False)


def test_a_probable_one_does_so_too_and_a_person_looks_at_it() -> None:
    course = decide(facts("stop", "probable"))
    assert (course.oppose, course.confirm, course.state) == (frozenset(("adv", "other")), True, "waiting")
    assert course.flags == {"stop_probable"}


def test_a_doubtful_one_opposes_nobody_and_lets_marketing_wait() -> None:
    course = decide(facts("other", "doubtful"))
    assert (course.confirm, course.hold) == (False, "doubtful_stop")
    assert course.oppose == frozenset() and course.flags == {"stop_doubtful"}


@pytest.mark.parametrize(
    "given", [facts("stop", "certain", everywhere=True), replace(facts("stop", "certain"), everywhere=True)]
)
def test_everyone_is_opposed_by_word_or_by_the_country(given: Facts) -> None:
    assert decide(given).oppose == {EVERYONE}


def test_what_was_taken_back_since_is_not_said_again() -> None:
    later = decide(facts("stop", "certain", returned={"adv": NOON + 1}))
    assert (later.reason, later.oppose) == ("stop", frozenset(("other",)))
    mine = Whose("adv", "number", "msg", frozenset(("adv",)))
    assert decide(facts("stop", "certain", mine, returned={"adv": NOON + 1})).reason == "stop_before_return"
    assert decide(facts("stop", "certain", mine, returned={"adv": NOON})).oppose == {"adv"}


@pytest.mark.parametrize("intent", ["positive", "problem", "question", "order_status", "opt_in", "other"])
def test_what_is_nobodys_is_kept_apart_but_for_its_stop(intent: Intent) -> None:
    assert decide(facts(intent, whose=NOBODY)).reason == "unknown_number"
    assert decide(facts("stop", "certain", NOBODY)).oppose == {EVERYONE}


@pytest.mark.parametrize(
    ("given", "reason", "state", "is_reply", "hold"),
    [
        (facts(contact=True), "contact", None, False, None),
        (facts("opt_in", opts_in=True), "opt_in", None, False, None),
        (facts("opt_in"), "reply", "waiting", True, None),
        (facts("survey"), "survey", None, True, None),
        (facts("problem"), "problem", "waiting", True, "problem"),
        (facts("problem", "doubtful"), "doubtful_stop", "waiting", True, "doubtful_stop"),
        (facts("positive"), "reply", "waiting", True, None),
    ],
)
def test_each_other_text_has_its_course(
    given: Facts, reason: str, state: str | None, is_reply: bool, hold: str | None
) -> None:
    course = decide(given)
    assert (course.reason, course.state, course.is_reply, course.hold) == (reason, state, is_reply, hold)
    assert course.oppose == frozenset()
