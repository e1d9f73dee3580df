"""Receipts on the deployed stack: from the hook through the queue to the message, each function held to its policy."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.e2e.deployed import Deployed, Shop, Visitor, eventually

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def written_to(deployed: Deployed, shop: Shop, phone: str) -> tuple[Visitor, str]:
    """A visitor whose cart led to an SMS, and the message."""
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    return visitor, visitor.message("sent")["message"]


def report(deployed: Deployed, message: str, state: str) -> None:
    body = urlencode({"id": message, "state": state})
    answer = deployed.request("POST", "/hooks/outbox/receipts", body, FORM)
    assert (answer.status, answer.body) == (200, b"OK")


def test_what_a_phone_got_is_delivered_once_whatever_is_said_after(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor, message = written_to(deployed, shop, phone)
    for state in ("unknown_subscriber", "delivered", "delivered", "unreachable"):
        report(deployed, message, state)
    assert visitor.message("delivered")["message"] == message
    assert shop.counts()["message.delivered"] == 1


def test_a_stop_at_the_carrier_opposes(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor, message = written_to(deployed, shop, phone)
    report(deployed, message, "opted_out")
    assert visitor.message("failed")["message"] == message
    eventually(lambda: shop.counts().get("opposed.carrier") == 1)


def test_a_report_of_nobody_knows_what_is_dropped(deployed: Deployed) -> None:
    report(deployed, "msg_unknown", "delivered")
    assert deployed.request("POST", "/hooks/end_user_messaging/receipts", "a=b", FORM).status == 404
    assert deployed.request("POST", "/hooks/outbox/receipts", "id=1&state=lost", FORM).status == 422


def test_the_pull_of_opt_out_lists_runs_within_its_policy(deployed: Deployed) -> None:
    functions = deployed.stack.client("lambda")
    names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
    (pull,) = [name for name in names if "PullOptOuts" in name or "pull_opt_outs" in name]
    assert "FunctionError" not in functions.invoke(FunctionName=pull, Payload=b"{}")
