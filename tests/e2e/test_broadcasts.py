"""A flash sale on the deployed stack: a segment by rules, and carts with the code in them, within the policies."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.e2e.deployed import Deployed, eventually


def ready(deployed: Deployed, segment: str) -> dict[str, Any] | None:
    told: dict[str, Any] = deployed.admin("GET", segment).json
    if told["state"] == "ready" and told["members"] == 2:
        return told
    deployed.pass_minutes(1)
    return None


def test_a_flash_sale_to_a_segment(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    of = f"/v1/advertisers/{shop.advertiser}"
    phones, nameless = ("+33639989701", "+33639989702"), "+33639989703"
    for each in phones:
        shop.opt_in(each)
    shop.opt_in(nameless, first_name="", email="nobody@example.com")

    rules = {"all": [{"fact": "contact.first_name_known", "value": True}]}
    made = deployed.admin("POST", f"{of}/segments", {"name": "Known by name", "rules": rules})
    assert made.status == 201, made.body
    segment = made.json["segment"]
    eventually(lambda: ready(deployed, f"{of}/segments/{segment}"))

    benefit = {"name": "Ten", "benefit": {"kind": "share", "percent": 10}}
    pool = deployed.admin("POST", f"{of}/promo-pools", benefit).json["pool"]
    deployed.admin("POST", f"{of}/promo-pools/{pool}/codes", {"codes": ["FLASH1", "FLASH2"]})
    text = {"text": "{{ first_name }}, vente flash avec {{ code }} : {{ link }}", "promo_pool": pool}
    assert deployed.admin("PUT", f"{of}/templates/flash", text).status == 201
    plan = {"name": "Flash", "segment": segment, "template": "flash", "link": "https://shop.example/cart?promo={code}"}
    broadcast = f"{of}/broadcasts/{deployed.admin('POST', f'{of}/broadcasts', plan).json['broadcast']}"

    rehearsed = deployed.admin("POST", f"{broadcast}/rehearse").json["rehearsal"]
    assert rehearsed["sends"]["people"] == 2, rehearsed
    assert len(deployed.admin("GET", f"{broadcast}/rehearsal").json["rows"]) == 2
    reach = deployed.admin("POST", f"{of}/segments/{segment}/size", {}).json
    assert reach["sends"]["people"] == 2
    assert deployed.admin("POST", f"{broadcast}/approve").status == 200
    assert deployed.admin("POST", f"{broadcast}/launch").json["state"] == "scheduled"
    deployed.pass_minutes(3)

    texts = [eventually(partial(deployed.sms_to, each)) for each in phones]
    assert all("vente flash avec FLASH" in text for text in texts)
    targets = set()
    for sms in texts:
        link = next(word for word in sms.split() if "://" in word and "/u/" not in word)
        landed = deployed.request("GET", f"/{link.rpartition('/')[2]}", headers={"User-Agent": "Mozilla/5.0"})
        targets.add(landed.headers["location"].partition("&")[0])
    assert targets == {f"https://shop.example/cart?promo=FLASH{number}" for number in (1, 2)}
    became = deployed.admin("GET", f"{broadcast}/differences").json
    assert (became["same"], became["differences"]) == (2, [])
    assert deployed.admin("GET", broadcast).json["state"] == "done"
    assert deployed.admin("POST", f"{broadcast}/cancel").json["state"] == "cancelling"
    deployed.pass_minutes(1)
    assert deployed.admin("GET", broadcast).json["state"] == "cancelled"
