"""A dump of everything that the deployed stack keeps names nobody (P6)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from tests.e2e.deployed import PRODUCT_PAGE, Deployed, eventually


def table_dump(deployed: Deployed) -> str:
    pages = deployed.stage.client("dynamodb").get_paginator("scan").paginate(TableName=deployed.stage.settings.table)
    return "\n".join(repr(item) for page in pages for item in page["Items"])


def log_dump(deployed: Deployed) -> str:
    logs = deployed.stage.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    lines = [event["message"] for name in groups for event in logs.filter_log_events(logGroupName=name)["events"]]
    return "\n".join(lines) + deployed.stack.log.read_text(errors="replace")


def test_a_dump_of_table_and_logs_names_nobody(deployed: Deployed, phone: str) -> None:
    email = f"zoe.{phone[-2:]}@example.com"
    shop = deployed.open_shop()
    shop.opt_in(phone, first_name="Zoé-Garance", email=email)
    visitor = shop.visitor()
    visitor.fill_cart(phone)
    leaky: dict[str, Any] = visitor.event(
        "view_item",
        items=[{"item_id": "nova", "item_name": f"Lampe pour {email}", "email": email}],
        page_location=f"{PRODUCT_PAGE}&mail={email}&tel={phone}&mail2={email.replace('@', '%40')}",
        customer_phone=phone,
    )
    visitor.send(leaky, ids={"email_sha256": hashlib.sha256(email.encode()).hexdigest(), "customer_id": email})
    visitor.journey("active")
    deployed.pass_minutes(46)
    visitor.message("sent")
    deployed.request("POST", "/e", json.dumps({"site": phone, "visitor": email, "consent": "grant", "events": [phone]}))
    deployed.request("GET", f"/p.gif?s={shop.site}&v={phone}&e={email}")
    deployed.request("GET", f"/{email}")
    form = f"id=r&from=%2B{phone[1:]}&to=36111&text=Appelez-moi+au+{phone[1:]}"
    deployed.request("POST", "/hooks/outbox/replies", form, {"Content-Type": "application/x-www-form-urlencoded"})
    eventually(lambda: shop.counts().get("event.view_item"))

    national = "0" + phone[3:]
    secrets = [
        phone,
        phone[1:],
        national,
        email,
        email.replace("@", "%40"),
        "Zoé-Garance",
        hashlib.sha256(phone.encode()).hexdigest(),
        hashlib.sha256(email.encode()).hexdigest(),
        "bonjour Zo",
        "Appelez-moi",
    ]
    for name, dump in (("table", table_dump(deployed)), ("logs", log_dump(deployed))):
        spaced = re.sub(r"[\s.()-]", "", dump)
        found = [secret for secret in secrets if secret in dump or secret in spaced]
        assert found == [], name

    [kept] = [sms for sms in deployed.services.outbox.newest() if sms.phone == phone and sms.direction == "out"]
    assert "bonjour Zoé-Garance" in kept.text
