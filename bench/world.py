"""A small world in which one SMS is sent by the real services, on moto with the table of infra/resources.yaml.

It is played once. Its calls are counted while it plays; then it is frozen, and the canned endpoint answers out of it:
a link that was clicked, and a message that is queued for ever.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import boto3
from moto import mock_aws

from bench import visits
from bench.calls import CallLog
from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.aws.boto import CLIENT_CONFIG
from chalicelib.clock import DAY, MINUTE, StoppedClock
from chalicelib.ids import new_id
from chalicelib.settings import Settings
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertiser, Site, digest
from chalicelib.storage.enrolments import save
from chalicelib.storage.messages import Message
from chalicelib.storage.send_queue import Order, StepOrder, decode, encode
from chalicelib.storage.table import Put
from chalicelib.vault import identifier_digest, new_secrets
from chalicelib.web import collect, redirect
from chalicelib.wiring import Services
from chalicelib.workers import send, stream
from tests.support.template import table_request

REGION = "eu-west-3"
NOON = int(datetime(2026, 3, 4, 11, tzinfo=UTC).timestamp() * 1000)
"""Noon of a working day in Paris, so that no figure depends on the hour of its measurement."""
PHONE = "+33639980001"
TEN = 10

STEPS = ("collect", "follow", "tick", "step", "dispatch")
"""From an event to its SMS."""
TICK_FOR_TEN = "tick for ten"
MATCH = "match"
THOUSAND = 1_000


@dataclass(frozen=True)
class Played:
    """What came of it."""

    calls: CallLog
    frozen: dict[str, Any]
    """The table's items, the secrets, and the names that requests need, as JSON."""


class NotPlayed(Exception):
    """The world did not come out as it should; the text says at which point."""


def play() -> Played:
    """From a contact's import to the click on the SMS, then a tick with ten steps of journeys due."""
    with mock_aws(), contextlib.redirect_stdout(io.StringIO()):
        return _World().play()


class _World:
    def __init__(self) -> None:
        self._calls = CallLog()
        self._clock = StoppedClock(NOON)
        self._dynamodb = boto3.client("dynamodb", region_name=REGION)
        self._sqs = boto3.client("sqs", region_name=REGION)
        self._secrets: dict[str, str] = {}
        self._settings = Settings(
            stage="bench",
            table="bench",
            send_queue_url=self._sqs.create_queue(QueueName="send")["QueueUrl"],
            origin="https://r.example",
            sms_provider="outbox",
            phone_simulator=False,
            test_clock=False,
        )
        self._dynamodb.create_table(**table_request(self._settings.table))
        Services(self._settings, self._clock, self._client).table_identity.confirm()

    def play(self) -> Played:
        self._keep_secrets()
        site = self._set_up()
        self._import_contact()
        event = self._visit(site)
        self._follow(event)
        self._clock.advance(45 * MINUTE)
        order = self._step(self._tick("tick"))
        queued = self._items()
        message = self._send(order)
        code = str(message.code)
        self._click(code)
        items = {**self._items(), **queued}
        self._ten_due()
        self._match_among_a_thousand()
        frozen = {
            "items": list(items.values()),
            "secrets": self._secrets,
            "settings": {
                "STAGE": self._settings.stage,
                "TABLE_NAME": self._settings.table,
                "SEND_QUEUE_URL": self._settings.send_queue_url,
                "ORIGIN": self._settings.origin,
                "SMS_PROVIDER": self._settings.sms_provider,
            },
            "now": self._clock.now(),
            "site": site.id,
            "code": code,
            "order": order,
        }
        # As the wire has it: bytes in base64.
        return Played(self._calls, json.loads(json.dumps(frozen, default=lambda raw: base64.b64encode(raw).decode())))

    def _container(self) -> Services:
        """The services of a function whose container has just started: nothing is cached."""
        services = Services(self._settings, self._clock, self._client)
        # A container makes sure of its table once, and not for each SMS: that is left out of the count, as secrets are.
        services.table_identity.halt()
        return services

    def _client(self, service: str) -> Any:
        client = boto3.client(service, region_name=REGION, config=CLIENT_CONFIG)  # type: ignore[call-overload]
        # Secrets are read once for each container, not for each SMS: SSM is left out of the count.
        return client if service == "ssm" else self._calls.watch(client)

    def _keep_secrets(self) -> None:
        ssm = boto3.client("ssm", region_name=REGION)
        for name, secret in new_secrets().items():
            path = f"{self._settings.keys_path}/{name}"
            ssm.put_parameter(Name=path, Value=secret, Type="SecureString")
            self._secrets[path] = secret

    def _set_up(self) -> Site:
        advertisers = self._container().advertisers
        advertiser = Advertiser(new_id("adv", NOON), "Lampes du Quai SAS", "Lampes du Quai", "36080")
        site = Site(
            new_id("site", NOON), advertiser.id, "Boutique", (visits.SHOP,), digest("a secret of the site's back end")
        )
        advertisers.save(advertiser)
        advertisers.save_site(site)
        self._advertiser = advertiser.id
        return site

    def _import_contact(self) -> None:
        statement = Statement({"sms_marketing": True, "matching": True}, NOON - DAY, "checkout")
        arrival = Arrival(Profile(PHONE, "camille@client.example", "Camille"), statement)
        outcome = self._container().intake.take(self._advertiser, arrival)
        _expect(outcome == "added", f"the contact was taken: {outcome}")

    def _visit(self, site: Site) -> Mapping[str, Any]:
        """Collect's function; gives the event's item as the stream would."""
        request = visits.beacon(site.id, NOON, identifier_digest(PHONE))
        services = self._container()
        with self._calls.step("collect"):
            answer = collect.handle(request, services)
        _expect(json.loads(answer["body"]).get("accepted") == 1, f"the event was accepted: {answer}")
        return next(item for (_, sk), item in self._items().items() if sk.startswith(keys.EVENT_PREFIX))

    def _follow(self, event: Mapping[str, Any]) -> None:
        record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": event}}
        services = self._container()
        with self._calls.step("follow"):
            stream.on_events({"Records": [record]}, services)

    def _tick(self, step: str) -> str:
        """The tick's function; gives the first order off the queue."""
        services = self._container()
        with self._calls.step(step):
            services.due_steps.run()
            services.tick.run()
        received = self._sqs.receive_message(QueueUrl=self._settings.send_queue_url).get("Messages", [])
        _expect(bool(received), "the tick queued an order")
        return received[0]["Body"]

    def _step(self, order: str) -> str:
        """The step of the journey that is due; gives the order for its message, which the same worker carries out."""
        services, step = self._container(), decode(order)
        assert isinstance(step, StepOrder)
        with self._calls.step("step"):
            made = services.steps.run(step.enrolment, step.version)
        _expect(isinstance(made, Message), f"the step made a message: {made}")
        assert isinstance(made, Message)
        return encode(Order(made.id, made.version, made.due_at or 0))

    def _send(self, order: str) -> Message:
        services = self._container()
        with self._calls.step("dispatch"):
            answer = send.on_orders({"Records": [{"messageId": "1", "body": order}]}, services)
        message = services.messages.get(json.loads(order)["message"])
        _expect(message is not None and message.state == "sent", f"the SMS was sent: {answer}, {message}")
        assert message is not None
        return message

    def _click(self, code: str) -> None:
        answer = redirect.handle(visits.click(code), self._container())
        _expect(answer["statusCode"] == 302, f"the link landed: {answer}")

    def _match_among_a_thousand(self) -> None:
        """A visitor with three identifiers, in a base with a thousand contacts more."""
        services = self._container()
        others = [
            Put(
                keys.identifier(
                    self._advertiser, services.vault.identifier(identifier_digest(f"{number}@client.example"))
                ),
                {"type": "identifier", "v": 1, "base": self._advertiser, "person": f"{number:040d}"},
            )
            for number in range(THOUSAND)
        ]
        _expect(not services.table.put_many(others), "a thousand more are in the base")
        named = {"customer": "customer:7", "phone": PHONE, "email": "camille@client.example"}
        keyed = {kind: services.vault.identifier(identifier_digest(text)) for kind, text in named.items()}
        with self._calls.step(MATCH):
            match = services.matcher.match(self._advertiser, keyed)
        _expect(not isinstance(match, str), f"the visitor was matched: {match}")

    def _ten_due(self) -> None:
        """The steps of ten contacts fall due, of a thousand who are in the journey."""
        services, now = self._container(), self._clock.now()
        person = services.vault.person(PHONE)
        (known,) = services.enrolments.of_contact(self._advertiser, person)
        moments = [now + number * (1 if number < TEN else DAY) for number in range(THOUSAND)]
        waiting = [
            save(replace(known, person=f"{number:040d}", state="active", due_at=due_at), None)
            for number, due_at in enumerate(moments)
        ]
        _expect(not services.table.put_many(waiting), "a thousand are in the journey")
        self._tick(TICK_FOR_TEN)

    def _items(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The whole table."""
        items: list[dict[str, Any]] = self._dynamodb.scan(TableName=self._settings.table)["Items"]
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}


def _expect(came_true: bool, what: str) -> None:
    if not came_true:
        raise NotPlayed(f"it did not come true that {what}")
