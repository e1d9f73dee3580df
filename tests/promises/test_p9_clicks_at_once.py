"""P9 under load, on DynamoDB Local: of clicks at once, told twice and followed at once, each is counted once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.clock import MINUTE
from chalicelib.storage.links import Link, create
from chalicelib.web import redirect as edge
from chalicelib.workers.stream import RecordFailed
from tests.support import gateway
from tests.support.stream import Record, Stream
from tests.support.world import NOON, World, new_client

IPHONE = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Accept-Language": "fr",
}
CARD = {"User-Agent": "WhatsApp/2.24.10.76 i"}
STANDALONE = Link("abc347", "https://shop.example/", "adv_a", "", "", "", "", NOON)
PERSONAL = replace(
    STANDALONE, code="bbbbbbbbb1", site="site_a", base="adv_a", person="p" * 40, message="msg_1", sent_at=NOON - MINUTE
)


@pytest.mark.parametrize("link", [STANDALONE, PERSONAL], ids=["standalone", "personal"])
def test_of_clicks_at_once_each_is_counted_once(exact_world: World, soaking: bool, link: Link) -> None:
    world, clicks = exact_world, 4_000 if soaking else 160
    if link.standalone:
        assert world.services.links.add(link)
    else:
        world.services.table.transact([create(link)])
    stream = Stream(world, new_client("dynamodbstreams", world.dynamodb.meta.endpoint_url))
    containers = [world.lean_worker() for _ in range(8)]

    def click(own: int) -> None:
        for number in range(own, clicks, 8):
            event = gateway.short_link(link.code, headers=CARD if number % 4 == 0 else IPHONE)
            assert edge.handle(event, containers[own])["statusCode"] == 302

    # A container answers one request at a time: each thread has its own.
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))
    records: list[Record] = []
    while new := stream.new_records():
        records += new
    told = records * 2
    random.Random(4).shuffle(told)
    followers = [world.worker(world.own_client()) for _ in range(4)]

    def follow(own: int) -> None:
        for record in told[own::4]:
            for _ in range(20):  # As the mapping does, after others were in the way.
                try:
                    stream.replay([record], followers[own])
                except RecordFailed:
                    continue
                break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(follow, range(4)))

    counted = {"click.person": clicks * 3 // 4, "click.preview": clicks // 4}
    uniques = {"click.unique_link": 1} | ({} if link.standalone else {"click.unique_contact": 1})
    assert {name: n for name, n in world.counts("adv_a").items() if name.startswith("click.")} == counted | uniques
    assert len(world.of_type("click")) == clicks
