"""The funnel's arithmetic: worlds whose figures were worked out by hand, and that every stage adds up."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.journeys.enrolling import REASONS as EXITS
from chalicelib.messaging.decide import DeferralReason, RefusalReason
from chalicelib.reports.funnel import Fall, Of, Stage, deferrals, stages, summed
from chalicelib.reports.reason_words import known, words
from chalicelib.sms_providers.contract import FailureKind
from chalicelib.storage.cohorts import Counted
from chalicelib.storage.enrolments import NotEnrolled

NOON = 1_795_600_800_000
VISITS = {
    "visits": 1_000,
    "unmatched.anonymous": 600,
    "unmatched.unknown_identifier": 100,
    "matched.nothing_begun": 120,
    "matched.limit_reached": 30,
    "enrolled": 150,
}
JOURNEYS = {"begun": 160, "written_to": 90, "nothing.purchased": 40, "nothing.held_out": 20}
SMS = {
    "made": 200,
    "refused.cap_reached": 12,
    "cancelled.purchased": 8,
    "expired.expired": 5,
    "not_taken.rejected": 3,
    "deferred.outside_hours": 70,
    "sent": 160,
    "failed.unreachable": 10,
    "delivered": 140,
    "clicked": 35,
    "converted": 7,
}


def counted(kind: str, counts: dict[str, int], *labels: str) -> Counted:
    return Counted(NOON, kind, labels, counts)  # type: ignore[arg-type]


def by_name(found: list[Stage]) -> dict[str, Stage]:
    return {stage.name: stage for stage in found}


def test_a_month_that_was_worked_out_by_hand() -> None:
    totals = summed(
        [
            counted("visit", VISITS, "site_1"),
            counted("journey", JOURNEYS, "cart"),
            counted("sms", SMS, "marketing", "cart", "cart"),
            counted("sms", {"made": 9, "sent": 9}, "notification", "order_status", "orders"),
        ],
        Of("marketing"),
    )
    found = by_name(stages(totals))
    assert [(stage.name, stage.number) for stage in found.values()] == [
        ("visits", 1_000),
        ("matched", 300),
        ("enrolled", 150),
        ("begun", 160),
        ("written_to", 90),
        ("made", 200),
        ("sent", 160),
        ("delivered", 140),
        ("clicked", 35),
        ("converted", 7),
    ]
    assert found["matched"].falls == (
        Fall("unmatched", "anonymous", 600),
        Fall("unmatched", "unknown_identifier", 100),
    )
    assert found["written_to"].waiting == 10, "160 began: 90 were written to, 60 were not and why, 10 wait"
    assert found["sent"].waiting == 12, "200 were made: 160 left, 28 did not and why, 12 are on their way"
    assert [fall.reason for fall in found["sent"].falls] == ["cap_reached", "purchased", "expired", "rejected"]
    assert found["delivered"].waiting == 10
    assert found["clicked"].falls == (Fall("not_clicked", "not_clicked", 105),)
    rate = found["clicked"].rate
    assert rate is not None
    # Wilson, worked out by hand for 35 of 140: (0.25 + 0.01372) / 1.02744 ± 0.07109
    assert (round(rate.value, 3), round(rate.low, 3), round(rate.high, 3)) == (0.25, 0.186, 0.328)
    assert deferrals(totals["sms"]) == (Fall("deferred", "outside_hours", 70),)


def test_a_click_on_what_no_report_calls_delivered_comes_from_beyond() -> None:
    totals = summed([counted("sms", {"made": 3, "sent": 3, "clicked": 2}, "marketing", "cart", "cart")], Of())
    found = by_name(stages(totals))
    assert (found["delivered"].waiting, found["clicked"].beyond) == (3, 2)
    assert found["clicked"].rate is None, "there is nothing that it would be a share of"


def test_of_one_campaign_there_are_no_visits() -> None:
    everything = [
        counted("visit", VISITS, "site_1"),
        counted("journey", JOURNEYS, "cart"),
        counted("journey", {"begun": 5}, "browse"),
        counted("sms", SMS, "marketing", "cart", "cart"),
        counted("sms", {"made": 4}, "marketing", "broadcast", "brd_1"),
        counted("sms", {"made": 2}, "marketing", "api", ""),
    ]
    of_cart = by_name(stages(summed(everything, Of(campaign="cart")), visits=False))
    assert "visits" not in of_cart
    assert (of_cart["begun"].number, of_cart["made"].number) == (160, 200)
    assert by_name(stages(summed(everything, Of(campaign="api"))))["made"].number == 2
    assert by_name(stages(summed(everything, Of(site="site_2"))))["visits"].number == 0


NAMES = (
    "refused.a",
    "cancelled.b",
    "expired.c",
    "not_taken.d",
    "sent",
    "failed.e",
    "delivered",
    "clicked",
    "converted",
)


@given(
    st.lists(st.dictionaries(st.sampled_from(("made", *NAMES)), st.integers(0, 50)), max_size=4),
    st.dictionaries(st.sampled_from(("begun", "written_to", "nothing.a", "nothing.b")), st.integers(0, 50)),
    st.dictionaries(st.sampled_from(("unmatched.a", "unmatched.b", "matched.a", "enrolled")), st.integers(0, 50)),
)
def test_every_stage_adds_up(sms: list[dict[str, int]], journeys: dict[str, int], seen: dict[str, int]) -> None:
    visits = seen | {"visits": sum(seen.values())}  # Each visit counts once, and for what it came to.
    totals = {"visit": visits, "journey": journeys, "sms": sum(map(Counter, sms), Counter[str]())}
    before: Stage | None = None
    for stage in stages(totals):  # type: ignore[arg-type]
        assert min(stage.number, stage.waiting, stage.beyond, *(fall.number for fall in stage.falls), 0) >= 0
        if stage.of is None:
            assert stage.name in ("visits", "begun", "made")
        else:
            assert before is not None and stage.of == before.number
            fallen = sum(fall.number for fall in stage.falls)
            assert stage.of + stage.beyond == stage.number + fallen + stage.waiting
        before = stage


@pytest.mark.parametrize(
    "reason",
    sorted(
        {
            *get_args(RefusalReason),
            *get_args(DeferralReason),
            *(set(get_args(FailureKind)) - {"retryable"}),
            *get_args(NotEnrolled),
            *EXITS.values(),
        }
    ),
)
def test_every_reason_has_words(reason: str) -> None:
    assert set(words(reason)) == {"fr", "en"}
    assert reason in known(), "or a reader sees a name of ours"
