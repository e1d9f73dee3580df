"""Lists on the deployed stack: the function may read what they need, and what is made is listed."""

from __future__ import annotations

from tests.e2e.deployed import Deployed, eventually
from tests.support.shop import MALIK

_LISTS = ("sites", "contacts", "imports", "messages", "links", "clicks", "link-domains", "lead-sources")


def test_what_an_advertiser_has_is_listed(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    own = f"/v1/advertisers/{shop.advertiser}"
    consent = {"phone": MALIK, "given": {"sms_marketing": True}, "source": "checkout"}
    person = deployed.admin("POST", f"{own}/contacts", consent).json["person"]
    code = deployed.admin("POST", f"{own}/links", {"target": "https://shop.example/x"}).json["code"]

    for name in _LISTS:
        assert deployed.admin("GET", f"{own}/{name}?limit=5").status == 200, name
    assert deployed.admin("GET", f"/v1/sites/{shop.site}/shops").json == {"shops": [], "next": None}
    (site,) = deployed.admin("GET", f"{own}/sites").json["sites"]
    (link,) = deployed.admin("GET", f"{own}/links").json["links"]
    assert (site["site"], link["code"]) == (shop.site, code)
    everybody = deployed.admin("GET", "/v1/advertisers?limit=1").json["advertisers"]
    assert everybody[0]["advertiser"] == shop.advertiser

    def on_the_roster() -> bool | None:
        listed = deployed.admin("GET", f"{own}/contacts?consented=sms_marketing").json["contacts"]
        return [one["person"] for one in listed] == [person] or None

    assert eventually(on_the_roster)
    known = deployed.admin("GET", f"{own}/people/{person}?reason=support")
    assert known.status == 200 and known.json["consents"]["sms_marketing"]["given"]

    assert deployed.admin("PUT", f"{own}/caps", {"caps": [{"limit": 2}]}).status == 200
    assert deployed.admin("PUT", f"{own}/hours", {"spread_s": 60}).status == 200
    assert deployed.admin("POST", f"/v1/sites/{shop.site}/rotate", {}).status == 200


def test_the_operator_reaches_queues_strays_and_countries(deployed: Deployed) -> None:
    assert deployed.admin("GET", "/v1/strays?reason=support").status == 200
    assert deployed.admin("GET", "/v1/dead-letters").status == 200
    assert "moved" in deployed.admin("POST", "/v1/dead-letters/redrive", {"most": 1}).json
    assert deployed.admin("GET", "/v1/countries/BE").json["signatures"] is not None
    assert deployed.admin("PUT", "/v1/countries/BE", {"values": {}, "by": "Nora"}).status == 422
    assert deployed.admin("POST", "/v1/hours/check", {"phone": MALIK}).json["country"] == "FR"
