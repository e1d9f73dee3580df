"""Everything that a text leads to is within the rights of the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.keyword_numbers import KeywordNumber
from tests.support.policies import policy_files
from tests.support.shop import CAMILLE, INES, MALIK, Shop

_OPERATIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


class Recording:
    """A DynamoDB client that notes which operation touches which partition."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.seen: set[tuple[str, str]] = set()

    @property
    def meta(self) -> Any:
        return self._client.meta

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            name = "".join(word.title() for word in operation.split("_"))
            for write in request.get("TransactItems", ()):
                ((kind, told),) = write.items()
                self._note(_OPERATIONS[kind], told.get("Key") or told["Item"])
            for key in [request.get("Key"), request.get("Item")]:
                self._note(name, key)
            for told in request.get("RequestItems", {}).values():
                for key in told["Keys"]:
                    self._note(name, key)
            if operation == "query" and "IndexName" not in request:
                self._note(name, {"pk": request["ExpressionAttributeValues"][":pk"]})
            return getattr(self._client, operation)(**request)

        return call

    def _note(self, operation: str, key: Any) -> None:
        if key:
            self.seen.add((f"dynamodb:{operation}", key["pk"]["S"]))


def missing(policy: dict[str, Any], seen: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What was done that the policy does not allow: the operation, and the kind of partition."""
    allowed = [
        (action, pattern)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for pattern in statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ())
    ]
    return {
        (operation, key.partition("#")[0])
        for operation, key in seen
        if not any(operation == action and fnmatchcase(key, pattern) for action, pattern in allowed)
    }


def test_the_receipts_function_may_do_all_that_texts_lead_to(shop: Shop) -> None:
    recording = Recording(shop.world.dynamodb)
    services = shop.world.worker(recording)
    services.keyword_numbers.assign(KeywordNumber("36124", shop.advertiser.id, "poster-1", "a" * 64))
    for phone in (CAMILLE, INES):
        shop.contact(phone)
        message = shop.message(phone)
        assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    recording.seen.clear()
    said = [
        (CAMILLE, "36123", "Quand arrive mon colis ?"),
        (CAMILLE, "36123", "La lampe est cassée, c'est honteux"),
        (CAMILLE, "36123", "CONTACT"),
        (CAMILLE, "36123", "STOP"),
        (CAMILLE, "36123", "START"),
        (INES, "36123", "STOP TOUT"),
        (INES, "36124", "OUI"),
        (MALIK, "36124", "OUI"),
        (MALIK, "36199", "Qui êtes-vous ?"),
    ]
    for number, (phone, to, text) in enumerate(said):
        shop.world.clock.advance(1_000)
        services.inbound.receive(InboundText(f"t{number}", phone, to, text))
    for part in (1, 2):
        services.inbound.receive(
            InboundText(f"p{part}", INES, "36123", f"part {part}", reference="1", part=part, parts=2)
        )
    assert missing(policy_files()["policy-on-report.json"], recording.seen) == set()
    recording.seen.clear()
    services.inbound.receive(InboundText("p3", INES, "36123", "part 1", reference="2", part=1, parts=2))
    shop.world.clock.advance(300_000)
    recording.seen.clear()
    assert services.long_texts.run() == 1
    assert missing(policy_files()["policy-tick.json"], recording.seen) == set()
