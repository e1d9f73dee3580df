"""Stream edge: records of the table's changes, to the calls that they mean.

A record that fails fails its batch: all that follows a record may be repeated, so the mapping bisects the batch and
tries again, and after its bounded retries names the record to the queue of lost ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.errors import RelanceError
from chalicelib.logs import log_failure
from chalicelib.storage import contacts, events, keys, ledger, links
from chalicelib.storage.codec import Item, decode_item
from chalicelib.storage.opposition_log import Record, changes
from chalicelib.wiring import Services


class RecordFailed(RelanceError):
    """A record could not be followed; the text is its place in the stream."""


def on_events(stream: Mapping[str, Any], services: Services) -> None:
    """New events of visitors."""
    _each(stream, lambda record: services.trail.follow(events.from_item(_image(record, "NewImage"))))


def on_clicks(stream: Mapping[str, Any], services: Services) -> None:
    """Changed links: a new `last_click` is a click."""

    def follow(record: Mapping[str, Any]) -> None:
        after, before = _image(record, "NewImage"), _image(record, "OldImage")
        newest, earlier = after.get("last_click"), before.get("last_click")
        if newest and newest != earlier:
            link, click = links.from_item(after), links.click_from(newest)
            services.clicks.follow(link, click, links.click_from(earlier) if earlier else None)
            services.experiments.clicked(link.message, click.id)

    _each(stream, follow)


def on_people(stream: Mapping[str, Any], services: Services) -> None:
    """Changed ledgers, removed contacts, and what happened to the others.

    Oppositions and erasures are logged outside of the table, and a no to a campaign counts against it and ends the
    person's journeys; what hung on a contact that aged out goes with it. A contact that something happened to may
    belong to other segments now.
    """
    new: list[tuple[str, str]] = []
    touched: list[tuple[str, str]] = []

    def follow(record: Mapping[str, Any]) -> None:
        before, after = _image(record, "OldImage"), _image(record, "NewImage")
        if after.get("type") == "ledger":
            earlier = ledger.from_item(before) if before else ledger.Ledger(after["person"])
            now = ledger.from_item(after)
            for said in changes(earlier, now):
                services.opposition_log.append(replace(said, person=services.vault.lasting(said.person)))
                if before:  # A ledger that comes into being has no sends to answer, or was moved with what it says.
                    services.stop_watch.follow(now, said)
                    services.responses.opposed(now, said)
                    services.endings.opposed(now, said)
                    services.experiments.opposed(now, said)
        elif not after and before.get("type") == "contact" and _aged_out(record):
            services.erasure.expired(contacts.from_item(before))
        elif not after and before.get("type") == "contact":
            name = services.vault.lasting(before["person"])
            services.opposition_log.append(Record(services.clock.now(), "erased", name, before["base"]))
        elif after and (contact := keys.contact_of(record["dynamodb"]["Keys"]["pk"]["S"])):
            touched.append(contact)
            if record["eventName"] == "INSERT" and record["dynamodb"]["Keys"]["sk"]["S"] == "CONTACT":
                new.append(contact)

    _each(stream, follow)
    services.rosters.add(new)
    services.segment_watch.touched(touched)


def _aged_out(record: Mapping[str, Any]) -> bool:
    """Whether DynamoDB itself removed the item, its time being over: it will do so in a restored table too."""
    return bool(record.get("userIdentity", {}).get("principalId") == "dynamodb.amazonaws.com")


def _each(stream: Mapping[str, Any], follow: Callable[[Mapping[str, Any]], None]) -> None:
    for record in stream["Records"]:
        try:
            follow(record)
        except Exception as error:  # noqa: BLE001 - whatever it was, the record is named and the batch tried again
            number = record["dynamodb"]["SequenceNumber"]
            log_failure("record_failed", error, sequence=number)
            # From None: what the runtime writes of an error must not quote what the record holds.
            raise RecordFailed(number) from None


def _image(record: Mapping[str, Any], which: str) -> Item:
    return decode_item(record["dynamodb"].get(which, {}))
