"""What playbooks say, in each language: one SMS, allowed, and of nobody's watching."""

from __future__ import annotations

import re

import pytest

from chalicelib.journeys.playbooks import Playbook, installation, playbooks
from chalicelib.messaging.checks import check
from chalicelib.messaging.content import invitation, own_words
from chalicelib.messaging.words import plain
from chalicelib.storage.templates import Language, Template

WATCHED = re.compile(r"\b(?:vu|vus|vue|regarde\w*|consulte\w*|visite\w*|remarque\w*|saw|seen|viewed|noticed|watched)\b")
MINE = frozenset(
    {"review_request", "survey", "cross_sell", "trial_expiry", "onboarding", "order_shipped", "order_delivered"}
    | {"order_out_for_delivery", "order_unpaid", "order_refunded", "order_returned", "order_complaint"}
)


def written() -> list[tuple[Playbook, Language, Template]]:
    languages: tuple[Language, ...] = ("fr", "en")
    return [
        (playbook, language, template)
        for playbook in playbooks()
        if playbook.id in MINE
        for language in languages
        for template in installation(playbook, language, dict.fromkeys(playbook.asks, "pool"), 0)[1]
    ]


TEXTS = [pytest.param(*one, id=f"{one[2].id}-{one[1]}") for one in written()]


def test_all_of_them_are_there() -> None:
    assert {playbook.id for playbook in playbooks()} >= MINE


@pytest.mark.parametrize(("playbook", "language", "template"), TEXTS)
def test_a_text_may_be_sent_as_one_sms(playbook: Playbook, language: Language, template: Template) -> None:
    asks = invitation(own_words(template.text)) is not None
    for two_way in {True, asks}:
        found = check(template, two_way=two_way, stop_number="36105", agent=False)
        assert [finding for finding in found if finding.severity == "error"] == []
    assert template.language == language
    assert template.message_class == playbook.journey.message_class


@pytest.mark.parametrize(("playbook", "language", "template"), TEXTS)
def test_no_text_tells_that_somebody_was_watched(playbook: Playbook, language: Language, template: Template) -> None:
    assert not WATCHED.search(plain(own_words(template.text)))
