"""A journey's picture: every playbook in plain words, French and English; what two versions differ in."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.journeys.definition import Journey
from chalicelib.journeys.playbooks import Playbook, installation, playbooks, template_id
from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.journey_picture import Around, Box, lines_of, picture
from chalicelib.web.console_pages.journey_versions import differences
from chalicelib.web.console_pages.rule_rows import conditions_from, rows_of

ENGLISH: Say = lambda french, english: english  # noqa: E731
FRENCH: Say = lambda french, english: french  # noqa: E731


def of(playbook_id: str) -> Journey:
    playbook = next(one for one in playbooks() if one.id == playbook_id)
    return installation(playbook, "en", dict.fromkeys(playbook.asks, "x"), 0)[0]


def around(playbook: Playbook | None = None) -> Around:
    texts = (
        {template_id(playbook, name): one["en"].text for name, one in playbook.templates.items()} if playbook else {}
    )
    return Around(
        texts, {}, "LUMEN", "between 9:00 and 20:00", {"seg_1": "Lyon"}, {"brand": "Lumen", "agent": "Camille"}
    )


def drawn(document: dict[str, Any] | Journey, counts: dict[str, int] | None = None) -> list[Box]:
    journey = document if isinstance(document, Journey) else Journey.model_validate(document)
    return picture(journey, ENGLISH, around(), counts)


def test_the_abandoned_cart_says_when_for_whom_and_what_ends_it() -> None:
    begin, first, second, third, end = drawn(of("abandoned_cart"))
    assert begin.lines == ("When a product is put into the cart or checkout is begun.",)
    assert begin.conditions[0] == "Cart value: 50 to 200"
    assert first.lines[0] == "45 minutes after the cart was left, between 9:00 and 20:00."
    assert second.lines[0] == "1 day after the step before, between 9:00 and 20:00."
    assert "At most 1 per person in 90 days." in third.lines
    assert "As soon as an order is placed" in end.lines and "Can begin again 3 days later." in end.lines


def test_a_text_is_shown_as_it_reads_with_its_sender_and_when_it_is_the_right_one() -> None:
    playbook = next(one for one in playbooks() if one.id == "abandoned_cart")
    (choice,) = picture(of("abandoned_cart"), ENGLISH, around(playbook))[1].choices
    asked, last = choice.texts[2], choice.texts[-1]
    assert asked.short == "Hello, any question about [product]? Just reply, I am here. Camille from Lumen [link]"
    assert (asked.sender, asked.when[0]) == ("LUMEN", "an agent signs your SMS")
    assert [one.number for one in choice.texts] == list(range(6)) and last.when == ()


@pytest.mark.parametrize("playbook", playbooks(), ids=lambda one: one.id)
def test_no_name_of_ours_is_left_in_any_playbook(playbook: Playbook) -> None:
    for say in (FRENCH, ENGLISH):
        for box in picture(of(playbook.id), say, around(playbook)):
            for line in (*box.lines, *box.conditions):
                assert "_" not in line and "{" not in line and not line[0].islower(), line


def test_variants_keep_their_shares_and_number_their_texts_one_behind_the_other() -> None:
    document = of("order_shipped").model_dump(mode="json")
    step = document["steps"][0]
    step["variants"] = [{"id": name, "share": 50, "texts": step["texts"]} for name in ("a", "b")]
    step["texts"] = []
    choices = drawn(document)[1].choices
    assert [(one.name, one.share, [text.number for text in one.texts]) for one in choices] == [
        ("a", 50, [0, 1]),
        ("b", 50, [2, 3]),
    ]


def test_counts_stand_in_the_box_that_they_are_of() -> None:
    counts = {"begun": 9, "question.made": 5, "question.expired": 1, "left.purchased": 3, "reminder.made": 0}
    begin, first, second, _, end = drawn(of("abandoned_cart"), counts)
    assert [(one.number, one.what) for one in begin.counts] == [(9, "have begun")]
    assert {(one.number, one.what, one.good) for one in first.counts} == {
        (5, "SMS made", True),
        (1, "passed over: too late to make sense", False),
    }
    assert second.counts == () and [(one.number, one.what) for one in end.counts] == [(3, "bought before")]


def test_what_two_versions_differ_in_is_told_box_by_box() -> None:
    older = of("abandoned_cart")
    document = older.model_dump(mode="json")
    document["steps"][0]["wait"]["minutes"] = 60
    del document["steps"][2]
    document["exits"] = document["exits"][1:]
    found = differences(older, Journey.model_validate(document), ENGLISH, around())
    assert [one.title for one in found] == ["SMS 1", "SMS 3", "Ends"]
    assert found[0].put_in == ("1 hour after the cart was left, between 9:00 and 20:00.",)
    assert found[2].out == ("As soon as an order is placed",)
    assert differences(older, older, ENGLISH, around()) == []


@pytest.mark.parametrize("playbook", playbooks(), ids=lambda one: one.id)
def test_conditions_come_back_from_their_rows_as_they_were(playbook: Playbook) -> None:
    journey = playbook.journey
    found = [*journey.trigger.when, *journey.audience]
    for step in journey.steps:
        found += [*step.when, *(one for text in step.all_texts() for one in text.when)]
    for say in (FRENCH, ENGLISH):
        again = conditions_from(rows_of(found, say))
        assert again == [one.model_dump(exclude_none=True) for one in found]


def test_a_box_lists_its_lines_for_a_comparison() -> None:
    assert lines_of(drawn(of("order_complaint"))[1])[-1] == "order_complaint-received"
