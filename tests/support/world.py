"""A stage of its own for one test: a table made from the template, its secrets, a stopped clock, a provider."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from itertools import count
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.audience.import_uploads import ImportDesk
from chalicelib.aws.boto import CLIENT_CONFIG
from chalicelib.aws.lean import PATIENT, LeanClient, Patience
from chalicelib.clock import StoppedClock
from chalicelib.settings import AwsAccess, Settings
from chalicelib.sms_providers.reports import Reports
from chalicelib.storage import enrolments, links
from chalicelib.storage.codec import Item, decode_item
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.export_files import ExportFiles
from chalicelib.storage.import_files import ImportFiles, ImportQueue
from chalicelib.storage.import_uploads import Uploads
from chalicelib.storage.links import Click, Link
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.receipt_queue import ReceiptQueue
from chalicelib.storage.send_queue import SendQueue
from chalicelib.vault import Vault, new_secrets
from chalicelib.wiring import Services
from chalicelib.workers.notices import on_notices
from chalicelib.workers.send import on_orders
from tests.support.fakes import InMemoryLog, InMemoryQueue, RecordingProvider
from tests.support.template import table_request

NOON = 1_772_445_600_000
"""Monday 2 March 2026, 10:00 UTC: 11:00 in Paris."""
IMPORT_FILES = "import-files"
EXPORT_FILES = "export-files"
"""Buckets, where a test has made them."""
ORIGIN = "https://r.example"
_numbers = count(1)
_PATIENT_CONFIG = CLIENT_CONFIG.merge(Config(connect_timeout=30, read_timeout=30))
"""The product's, but for its time-outs: what a busy machine is late with is not a fault that a test asked for."""


@cache
def aws(service: str, endpoint_url: str | None = None) -> Any:
    """The client of a service on moto, or at an endpoint, with the product's own retries."""
    return new_client(service, endpoint_url)


def new_client(service: str, endpoint_url: str | None = None) -> Any:
    """As above, and nobody else's."""
    return _session().client(service, endpoint_url=endpoint_url, config=_PATIENT_CONFIG)  # type: ignore[call-overload]


def access(url: str) -> AwsAccess:
    """What a function at this endpoint finds in its environment."""
    return AwsAccess("eu-west-3", "test", "test", None, {"": url})


@cache
def _session() -> boto3.Session:
    """One for all clients: reading the services' descriptions is what making a client costs."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-3")


def create_import_bucket() -> None:
    """The bucket that uploads go to."""
    _create_bucket(IMPORT_FILES)


def create_export_bucket() -> None:
    """The bucket that exports go to."""
    _create_bucket(EXPORT_FILES)


def _create_bucket(name: str) -> None:
    aws("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})


class World:
    """One stage. Workers share its table, secrets, clock, queue and provider."""

    def __init__(self, endpoint_url: str | None = None) -> None:
        self._endpoint_url = endpoint_url
        self.dynamodb = aws("dynamodb", endpoint_url)
        self.table = f"relance-{next(_numbers)}"
        with suppress(self.dynamodb.exceptions.ResourceInUseException):  # the client's own retry, on a busy machine
            self.dynamodb.create_table(**table_request(self.table))
        self.secrets = new_secrets()
        self.clock = StoppedClock(NOON)
        self.provider = RecordingProvider()
        self.queue = InMemoryQueue()
        self.settings = Settings(
            stage="test",
            table=self.table,
            send_queue_url="https://sqs.example/send",
            origin=ORIGIN,
            sms_provider="outbox",
            phone_simulator=True,
            test_clock=True,
            webhooks_to_loopback=True,
        )
        self.opposition_log = InMemoryLog()
        self.import_queue = InMemoryQueue()
        self.receipt_queue = InMemoryQueue()
        self.notice_queue = InMemoryQueue()
        self.services = self.worker()
        self.services.table_identity.confirm()

    def worker(self, dynamodb: Any = None) -> Services:
        """Another container of the stage: nothing is shared but what is outside of it."""
        clients = {"dynamodb": dynamodb or self.dynamodb, "sqs": self.queue}
        return self.equip(Services(self.settings, client=clients.__getitem__))

    def equip(self, services: Services) -> Services:
        """Give a container the world's time, secrets and provider."""
        services.clock = self.clock
        services.vault = Vault(self.secrets.__getitem__)
        services.provider = self.provider
        services.opposition_log = self.opposition_log
        files = ImportFiles(aws("s3"), IMPORT_FILES)
        queue: Any = self.import_queue
        orders: Any = self.queue
        services.send_queue = SendQueue(orders, self.settings.send_queue_url)
        services.import_desk = ImportDesk(
            Uploads(services.table), files, ImportQueue(queue, "imports"), services.import_destination, self.clock
        )
        services.export_files = ExportFiles(aws("s3"), EXPORT_FILES)
        receipts: Any = self.receipt_queue
        services.reports = Reports(ReceiptQueue(receipts, "receipts"), services.vault)
        notices: Any = self.notice_queue
        services.notice_queue = NoticeQueue(notices, "notices")
        return services

    def lean_worker(self, url: str | None = None, *, patience: Patience = PATIENT) -> Services:
        """A container of collect or redirect as deployed: its calls go to the world's endpoint, or to `url`."""
        url = url or self._endpoint_url
        assert url, "moto has no endpoint: ask for an exact world"
        return self.equip(
            Services(
                self.settings,
                calls=lambda service: LeanClient(service, access(url), patience=patience, sleep=lambda _: None),
            )
        )

    def work(self) -> None:
        """A minute's work: what is due is ordered, and every order carried out."""
        self.services.due_steps.run()
        self.services.tick.run()
        while self.queue.entries:
            assert on_orders(self.queue.drain(), self.services) == {"batchItemFailures": []}

    def tell(self) -> None:
        """What is due to be told outside is ordered, and every order carried out."""
        self.services.due_notices.run()
        while self.notice_queue.entries:
            assert on_notices(self.notice_queue.drain(), self.services) == {"batchItemFailures": []}

    def enrolments(self, journey: str | None = None) -> list[Enrolment]:
        """Every contact's place in a journey, or in all."""
        found = [enrolments.from_item(item) for item in self.of_type("enrolment")]
        return [one for one in found if journey in (None, one.journey)]

    def own_client(self) -> Any:
        """A DynamoDB client that no other worker uses: what a thread needs."""
        return new_client("dynamodb", self._endpoint_url)

    def items(self) -> list[Item]:
        """The whole table."""
        scan = self.dynamodb.get_paginator("scan")  # In pages that a busy machine reads in time.
        pages = scan.paginate(TableName=self.table, ConsistentRead=True, PaginationConfig={"PageSize": 500})
        return [decode_item(item) for page in pages for item in page["Items"]]

    def of_type(self, kind: str) -> list[Item]:
        """All items of one type."""
        return [item for item in self.items() if item.get("type") == kind]

    def links(self) -> list[Link]:
        """All short links; a standalone one as often as it has copies."""
        return [links.from_item(item) for item in self.of_type("link")]

    def last_click(self, code: str) -> Click:
        """The newest click on a personal link, as the link has it."""
        (item,) = (item for item in self.of_type("link") if links.from_item(item).code == code)
        return links.click_from(item["last_click"])

    def counts(self, scope: str) -> dict[str, int]:
        """All counts of a scope, whenever they were made; not those of the campaigns in it."""
        totals: dict[str, int] = {}
        for item in self.of_type("counter"):
            if item["pk"].rpartition("#")[0] == f"COUNT#{scope}":
                for name, value in item.items():
                    if name.startswith(("n.", "r.")):  # exact, and those that a repeated call may count twice
                        totals[name[2:]] = totals.get(name[2:], 0) + value
        return totals
