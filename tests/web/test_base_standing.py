"""How a base stands, by the admin API."""

from __future__ import annotations

from tests.support.shop import PHONES, Shop
from tests.web.conftest import Api, key_for


def test_a_base_tells_who_may_be_written_to_and_why_the_others_not(api: Api, shop: Shop) -> None:
    services, base = shop.world.services, shop.advertiser.id
    people = [
        shop.contact(PHONES[1]),
        shop.contact(PHONES[2]),
        shop.contact(PHONES[3], marketing=False),
        shop.contact(PHONES[4], marketing=None),
        shop.contact(PHONES[5]),
    ]
    services.rosters.add([(base, person) for person in people])
    own = api.with_key(key_for(shop, base))
    own.ask("POST", f"/v1/advertisers/{base}/people/object", {"phone": PHONES[2], "reason": "objection"})
    services.contacts.unreachable(base, people[4], shop.world.clock.now())

    told = own.ask("GET", f"/v1/advertisers/{base}/base").json
    assert (told["contacts"], told["looked_at"]) == (5, 5)
    assert told["of_these"] == {"opposed": 1, "unreachable": 1, "never_asked": 1, "refused": 1, "consented": 1}
