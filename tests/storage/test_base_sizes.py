"""A base's size is exact: whoever comes in or leaves moves it once."""

from __future__ import annotations

from typing import Any

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.storage.codec import encode_item
from chalicelib.workers.stream import on_people
from tests.support.shop import CAMILLE, MALIK, PHONES, Shop


def size(shop: Shop) -> int:
    return shop.world.services.base_sizes.get(shop.advertiser.id)


def arrivals(shop: Shop, *phones: str) -> list[Arrival]:
    said = Statement({"sms_marketing": True}, shop.world.clock.now(), "import")
    return [Arrival(Profile(phone), said) for phone in phones]


def removal(item: dict[str, Any]) -> dict[str, Any]:
    """What the stream tells when DynamoDB has removed an item whose time was over."""
    image = encode_item(item)
    keys = {"pk": image["pk"], "sk": image["sk"]}
    change = {"Keys": keys, "OldImage": image, "SequenceNumber": "1"}
    return {
        "eventName": "REMOVE",
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": change,
    }


def test_who_comes_counts_once_and_who_is_erased_no_more(shop: Shop) -> None:
    person = shop.contact()
    shop.contact(first_name="Camille")
    shop.contact(MALIK)
    assert size(shop) == 2
    for _ in range(2):
        shop.world.services.erasure.erase(shop.advertiser.id, person)
    assert size(shop) == 1
    shop.world.services.intake.take(shop.advertiser.id, arrivals(shop, CAMILLE)[0])
    assert size(shop) == 1, "erased numbers stay out"


def test_an_import_counts_whom_it_adds(shop: Shop) -> None:
    shop.contact(PHONES[5])
    rows = arrivals(shop, *PHONES[5:25], PHONES[6])
    for _ in range(2):
        shop.world.services.intake.take_many(shop.advertiser.id, rows)
    assert size(shop) == 20


def test_each_base_has_its_own(shop: Shop) -> None:
    shop.contact()
    shop.contact(base="partner", advertisers=(shop.advertiser.id,))
    assert size(shop) == 1
    assert shop.world.services.base_sizes.get("partner") == 1


def test_who_ages_out_is_counted_out_once_however_often_it_is_told(shop: Shop) -> None:
    shop.contact()
    shop.contact(MALIK)
    item = next(item for item in shop.world.of_type("contact") if item["base"] == shop.advertiser.id)
    shop.world.dynamodb.delete_item(TableName=shop.world.table, Key={k: {"S": item[k]} for k in ("pk", "sk")})
    for _ in range(3):
        on_people({"Records": [removal(item)]}, shop.world.services)
    assert size(shop) == 1
