"""Reports over the API: a small world through the real path, whose figures were worked out by hand."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.reports import shapes
from chalicelib.sms_providers.contract import InboundText, Receipt
from chalicelib.sms_providers.prices import Money
from chalicelib.storage import cohorts
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.links import Click
from chalicelib.wiring import services
from tests.support import recount
from tests.support.journeys import ONE_STEP, pass_time, start, template
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.world import NOON
from tests.web.conftest import Api

TODAY = "2026-03-02"
UNWILLING = "+33639980050"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148 Safari/604.1"
STRANGER = "+33639980099"
EURO = 1_000_000


@pytest.fixture
def owner(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    return api.with_key("rk_own")


def get(api: Api, shop: Shop, report: str = "", **asked: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = api.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/reports{report}?{query}")
    assert answer.status == 200, answer.text
    return answer.json


def leave_a_cart(shop: Shop, phone: str | None) -> None:
    ids = {"phone_sha256": hashed(phone)} if phone else {}
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids=ids)


def reported(shop: Shop, phone: str, state: Any, reason: str | None = None) -> str:
    (sms,) = (sms for sms in shop.world.provider.sent if sms.to == phone)
    now = shop.world.clock.now()
    shop.world.services.receipt_desk.apply(
        Receipt("recording", f"{state}{phone}", state, now, sms.message_id, None, reason)
    )
    return sms.message_id


def clicks(shop: Shop, message: str, stream: Stream) -> None:
    now = shop.world.clock.now()
    click = Click(f"click-{now}", now, "GET", IPHONE, "fr", "", "FR", "192.0.2.0/24", "")
    assert shop.world.services.links.click(shop.stored(message).code or "", click)
    stream.follow()


def tells_of(shop: Shop, stream: Stream, name: str, order: str, phone: str, **params: Any) -> None:
    told = {"transaction_id": order, "currency": "EUR"} | params
    shop.tell(None, name, caller=shop.server, ids={"phone_sha256": hashed(phone)}, params=told)
    stream.follow()


@pytest.fixture
def a_day(shop: Shop, stream: Stream) -> Shop:
    """Six carts are left at 11:00 in Paris on Monday 2 March; three SMS are made.

    Nobody knows who left the first, a stranger left the second, and a contact who has not agreed to be recognised the
    third. Ines says STOP before hers leaves. Malik's fails at 12:00. Camille's is delivered and opened at 12:00, she
    buys for 80 and 40 euros at 13:00, and answers. A stranger buys for 500.
    """
    own = shop.world.services
    own.gate._price = lambda provider, country, parts: Money(50_000 * parts, "EUR")
    template(shop, "cart-1", "{{ brand }} : votre panier {{ link }}")
    start(shop, "relaunch", ONE_STEP)
    start(shop, "cart", ONE_STEP, state="stopped")
    for phone in (CAMILLE, MALIK, INES):
        shop.contact(phone)
    shop.contact(UNWILLING, matching=False)
    for known in (None, STRANGER, UNWILLING, CAMILLE, MALIK, INES):
        leave_a_cart(shop, known)
    stream.follow()
    now, ines = shop.world.clock.now(), own.vault.person(INES)
    counted = count(shop.advertiser.id, ines, now, "opposed.stop")
    own.ledgers.oppose(ines, shop.advertiser.id, Opposition(now, "stop"), counted)
    pass_time(shop, MINUTE, stream)
    shop.world.clock.advance(HOUR)
    reported(shop, MALIK, "failed", "unreachable")
    clicks(shop, reported(shop, CAMILLE, "delivered"), stream)
    shop.world.clock.advance(HOUR)
    tells_of(shop, stream, "purchase", "T-1", CAMILLE, value=80)
    tells_of(shop, stream, "purchase", "T-2", CAMILLE, value=40)
    tells_of(shop, stream, "purchase", "T-3", STRANGER, value=500)
    own.inbound.receive(InboundText("reply-1", CAMILLE, shop.advertiser.sender, "Merci"))
    stream.follow()
    return shop


def test_the_funnel_of_a_day_and_the_reasons_of_every_fall(a_day: Shop, owner: Api) -> None:
    told = get(owner, a_day, "/funnel", since=TODAY, until=TODAY)
    stages = {stage["stage"]: stage for stage in told["stages"]}
    assert {name: stage["number"] for name, stage in stages.items()} == {
        "visits": 6,
        "matched": 3,
        "enrolled": 3,
        "begun": 3,
        "written_to": 3,
        "made": 3,
        "sent": 2,
        "delivered": 1,
        "clicked": 1,
        "converted": 1,
    }
    falls = {name: {fall["reason"]: fall["number"] for fall in stage["falls"]} for name, stage in stages.items()}
    assert falls["matched"] == {"anonymous": 1, "unknown_identifier": 1, "no_matching_consent": 1}
    assert falls["sent"] == {"opposed": 1}
    assert falls["delivered"] == {"unreachable": 1}
    assert stages["sent"]["falls"][0]["words"]["fr"] == "a dit STOP ou s’est désabonné"
    assert stages["sent"]["rate"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert get(owner, a_day, "/funnel", since="2026-03-01", until="2026-03-01")["stages"][0]["number"] == 0


def test_what_the_sms_brought_and_cost(a_day: Shop, owner: Api) -> None:
    told = get(owner, a_day, "/results")
    assert (told["clicked"]["number"], told["clicked"]["of"]) == (1, 1)
    assert told["replied"]["number"] == 1
    assert told["purchases"]["confirmed"] == {"purchases": 2, "revenue_micro": {"EUR": 120 * EURO}}
    assert told["all_purchases"]["confirmed"] == {"purchases": 3, "revenue_micro": {"EUR": 620 * EURO}}, "a stranger's"
    assert told["cost_micro"] == {"EUR": 100_000}
    # (120.00 − 0.10) ÷ 0.10: of revenue, since the margin is not set.
    assert told["returns"][0]["ratio"] == 1199
    assert told["unsubscribes"]["contacts"] == 4
    assert [reference["verified"] for reference in told["references"]] == [False] * 6
    assert told["references"][0]["measured"] is None, "nobody can measure who reads"


def test_a_refund_corrects_the_hour_of_its_purchase_and_of_its_sms(a_day: Shop, owner: Api, stream: Stream) -> None:
    a_day.world.clock.advance(3 * DAY)
    tells_of(a_day, stream, "refund", "T-1", CAMILLE, value=80)
    told = get(owner, a_day, since=TODAY, until=TODAY)
    assert told["purchases"]["confirmed"] == {"purchases": 1, "revenue_micro": {"EUR": 40 * EURO}}
    assert told["purchases"]["refunded"]["amount_micro"] == {"EUR": 80 * EURO}
    assert told["converted"]["number"] == 1, "the other order stands"
    assert told["days"][0]["revenue_micro"] == {"EUR": 40 * EURO}
    tells_of(a_day, stream, "refund", "T-2", CAMILLE)
    assert get(owner, a_day, "/results", since=TODAY, until=TODAY)["converted"]["number"] == 0
    kept = {place: counts for place, counts in recount.kept(a_day).items() if place[0] != "visit"}
    assert kept == recount.recounted(a_day)
    assert recount.visits(a_day) == 6


def test_days_and_hours_are_the_advertisers_own(a_day: Shop, owner: Api) -> None:
    told = get(owner, a_day, "/hours", since=TODAY, until=TODAY)
    (eleven,) = (row for row in told["hours"] if row["hour"] == "11:00")
    assert (eleven["visits"], eleven["begun"], eleven["sent"], eleven["at"]) == (6, 3, 2, "2026-03-02T10:00Z")
    services().advertisers.save(replace(a_day.advertiser, zone="Pacific/Auckland"))
    told = get(owner, a_day, "/days", since=TODAY, until="2026-03-03")
    # Monday 11:00 in Paris is 23:00 in Auckland, and what came an hour later is Tuesday's.
    assert [(row["day"], row["sent"], row["delivered"]) for row in told["days"]] == [
        ("2026-03-02", 2, 0),
        ("2026-03-03", 0, 1),
    ]


def test_each_campaign_has_a_row_and_a_table_has_the_same(a_day: Shop, owner: Api) -> None:
    (row,) = get(owner, a_day, "/campaigns")["campaigns"]
    assert (row["class"], row["led"], row["campaign"], row["made"]) == ("marketing", "cart", "relaunch", 3)
    answer = owner.ask("GET", f"/v1/advertisers/{a_day.advertiser.id}/reports/campaigns.csv")
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["campaign"], line["made"], line["clicked.number"], line["cost_micro.EUR"]) == (
        "relaunch",
        "3",
        "1",
        "100000",
    )
    (source,) = get(owner, a_day, "/traffic")["traffic"]
    assert (source["medium"], source["campaign"], source["clicks"]) == ("sms", "relaunch", {"person": 1})


def test_sales_before_and_after_are_of_the_whole_shop(a_day: Shop, owner: Api, stream: Stream) -> None:
    a_day.world.clock.advance(DAY)
    tells_of(a_day, stream, "purchase", "T-0", STRANGER, value=310)
    a_day.world.clock.advance(DAY)
    path = f"/v1/advertisers/{a_day.advertiser.id}/reports/growth"
    told = owner.ask("GET", f"{path}?campaign=relaunch&since={TODAY}").json
    assert (told["days"], told["unknown"]) == (0, "nothing_before"), "nobody told of sales before that Monday"
    visit = cohorts.Cohort("visit", a_day.advertiser.id, ("site_1",), NOON - 3 * DAY)
    a_day.world.services.table.update(visit.moved("v-1", {"visits": 1}))
    told = owner.ask("GET", f"{path}?campaign=relaunch&since={TODAY}").json
    assert told["days"] == 2, "Monday and Tuesday: Wednesday is not over"
    assert told["after"] == {
        "since": "2026-03-02",
        "until": "2026-03-03",
        "purchases": 4,
        "revenue_micro": {"EUR": 930 * EURO},
    }
    assert (told["before"]["since"], told["before"]["purchases"], told["change"]) == ("2026-02-28", 0, {"EUR": None})
    assert owner.ask("GET", f"{path}?campaign=other").json["days"] == 0
    late = owner.ask("GET", f"{path}?campaign=relaunch&since=2026-03-03").json
    assert (late["days"], late["unknown"]) == (0, "began_before"), "the day before has its SMS too"
    assert owner.ask("GET", path).json["errors"][0]["field"] == "campaign"


@pytest.mark.parametrize(
    ("asked", "field"),
    [("since=2025-01-01", "since"), ("until=today", "until"), ("class=sms", "class"), ("since=2026-03-09", "since")],
)
def test_what_cannot_be_reported_on_is_told_by_field(owner: Api, shop: Shop, asked: str, field: str) -> None:
    answer = owner.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/reports/funnel?{asked}")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


SHAPES = {
    "": shapes.Everything,
    "/funnel": shapes.Funnel,
    "/results": shapes.Results,
    "/campaigns": shapes.Campaigns,
    "/days": shapes.ByDay,
    "/hours": shapes.ByHour,
    "/traffic": shapes.Traffic,
}


def test_each_report_is_as_it_is_described(a_day: Shop, owner: Api) -> None:
    for report, shape in SHAPES.items():
        told = get(owner, a_day, report)
        assert TypeAdapter(shape).validate_python(told, strict=True) == told, "nothing lacks, and nothing is left out"
    assert get(owner, a_day, "/results", campaign="relaunch")["clicked"]["number"] == 1
    growth = get(owner, a_day, "/growth", campaign="relaunch")
    TypeAdapter(shapes.Growth).validate_python(growth, strict=True)


def test_what_is_read_grows_with_days_and_not_with_messages(shop: Shop, owner: Api) -> None:
    def reads() -> int:
        seen: list[str] = []
        events = shop.world.dynamodb.meta.events
        events.register("before-call.dynamodb", lambda model, **_: seen.append(model.name), "count")
        get(owner, shop, since="2026-02-01", until="2026-02-28")
        events.unregister("before-call.dynamodb", unique_id="count")
        return seen.count("Query")

    def write(messages: int) -> None:
        at = NOON - 3 * DAY
        for number in range(messages):
            cohort = cohorts.Cohort("sms", shop.advertiser.id, ("marketing", "cart", "cart"), at + number % 24 * HOUR)
            # Whatever was counted, an hour has eight items for each kind.
            shop.world.services.table.update(cohort.moved(f"msg-{number}", {"made": 1_000, "sent": 1_000}))

    write(10)
    few = reads()
    write(200)
    assert few == reads()
    assert few == 3 * 29 + 1, "28 days of Paris touch 29 of UTC: three kinds of counts, and the size of the base"
