"""The passes of a key's rotation over the whole table: an operator's job, never a request's (docs/adr/0010).

Each item is changed only as it was read, so whoever writes it meanwhile wins; each pass finds what is left to do by
looking, so it can be stopped and run again. A pass goes over one segment of the table: several run side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.audience.profile import digests_of, open_profile
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.contacts import Contact, Contacts, from_item, save_identifier
from chalicelib.storage.conversation import assignee_context, because_context, said_context, thread_context
from chalicelib.storage.survey_entries import texts_context
from chalicelib.storage.surveys import seed_context
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update
from chalicelib.storage.trial_phones import trial_place
from chalicelib.vault import Vault, identifier_version

_ATTEMPTS = 4
_OWN_KEY = frozenset({("consent", "payload")})
"""Bytes that no key of the stage has sealed: (type, attribute)."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass over a segment did."""

    seen: int = 0
    changed: int = 0
    left: int = 0
    """Items that were written meanwhile, or do not open: the next pass looks at them again."""

    def __add__(self, other: Passed) -> Passed:
        return Passed(self.seen + other.seen, self.changed + other.changed, self.left + other.left)


class Rekeying:
    """Passes over one segment out of `segments`."""

    def __init__(self, table: Table, contacts: Contacts, vault: Vault) -> None:
        self._table = table
        self._contacts = contacts
        self._vault = vault

    def identify(self, version: int, segment: int = 0, segments: int = 1) -> Passed:
        """Write the identifiers of every contact under the key `version`, where it has not been done."""
        passed = Passed()
        for item in self._table.scan(segment, segments, "CONTACT#"):
            if item["type"] == "contact":
                done = item.get("identified", 1) >= version or self._identify(from_item(item), version)
                passed += Passed(1, int(item.get("identified", 1) < version and done), int(not done))
        return passed

    def forget(self, versions: frozenset[int], segment: int = 0, segments: int = 1) -> Passed:
        """Delete the identifiers that no key of `versions` has made."""
        passed = Passed()
        for item in self._table.scan(segment, segments, "IDENT#"):
            stale = identifier_version(item["pk"].rpartition("#")[2]) not in versions
            if stale:
                self._table.delete(Delete((item["pk"], item["sk"])))
            passed += Passed(1, int(stale))
        return passed

    def reseal(self, segment: int = 0, segments: int = 1) -> Passed:
        """Seal everything whose place is known under the current data key."""
        current = self._vault.data_version
        passed = Passed()
        for item in self._table.scan(segment, segments):
            sealed = {name: item[name] for name in _places(item) if item.get(name) and item[name][0] != current}
            if sealed:
                done = self._reseal(item, sealed)
                passed += Passed(1, int(done), int(not done))
        return passed

    def sealed_under(self, version: int, segment: int = 0, segments: int = 1) -> Counter[str]:
        """How many items of each type hold something that the data key `version` has sealed."""
        counted: Counter[str] = Counter()
        for item in self._table.scan(segment, segments):
            kind = str(item.get("type"))
            counted[kind] += any(
                isinstance(value, bytes) and value[:1] == bytes([version]) and (kind, name) not in _OWN_KEY
                for name, value in item.items()
            )
        return +counted

    def _identify(self, contact: Contact | None, version: int) -> bool:
        for _ in range(_ATTEMPTS):
            if contact is None:
                return True  # Gone meanwhile: there is nobody to lead to.
            try:
                self._table.transact([_mark(contact, version), *self._identifiers(contact, version)])
            except TransactionRefused:
                contact = self._contacts.get(contact.base, contact.person)
            else:
                return True
        return False

    def _identifiers(self, contact: Contact, version: int) -> list[Put]:
        """The writes of a contact's identifiers under one key, but those that are somebody else's by now."""
        digests = digests_of(open_profile(self._vault, contact))
        forms = [self._vault.identifiers(digest) for digest in digests]
        led = self._contacts.identified([contact.base], [hmac for known in forms for hmac in known])
        puts = []
        for known in forms:
            if {led.get((contact.base, hmac), contact.person) for hmac in known} == {contact.person}:
                (new,) = (hmac for hmac in known if identifier_version(hmac) == version)
                put = save_identifier(contact.base, new, contact.person, contact.acted_at)
                mine = "attribute_not_exists(pk) OR #person = :person"
                puts.append(put._replace(condition=mine, values={"person": contact.person}))
        return puts

    def _reseal(self, item: Item, sealed: Mapping[str, bytes]) -> bool:
        # Imported here, as the vault does: what shares this package and never decrypts should not pay for it.
        from cryptography.exceptions import InvalidTag

        places = _places(item)
        try:
            fresh = {
                name: self._vault.seal(self._vault.open(old, places[name]), places[name])
                for name, old in sealed.items()
            }
            self._table.update(
                Update(
                    (item["pk"], item["sk"]),
                    "SET " + ", ".join(f"#{name} = :{name}" for name in sealed),
                    fresh | {f"old_{name}": old for name, old in sealed.items()},
                    condition=" AND ".join(f"#{name} = :old_{name}" for name in sealed),
                )
            )
        except (ConditionFailed, InvalidTag):
            return False
        return True


def _mark(contact: Contact, version: int) -> Update:
    """Notes on a contact that it was done, on condition that its profile is as it was read."""
    return Update(
        keys.contact(contact.base, contact.person),
        "SET #identified = :version",
        {"version": version, "sealed": contact.sealed},
        condition="#sealed = :sealed",
    )


def _places(item: Item) -> dict[str, str]:
    """Sealed attribute to the place that it is bound to. What has no place here has to age out."""
    places = _PLACES.get(item.get("type", ""))
    return places(item) if places else {}


def _of_contact(item: Item) -> dict[str, str]:
    owner = f"{item['base']}/{item['person']}"
    return {"sealed": f"contact/{owner}", "key": f"contact-key/{owner}"}


def _of_message(item: Item) -> dict[str, str]:
    kinds = {"text": "message", "data": "message-data", "phone": "message-phone"}
    return {name: f"{kind}/{item['id']}" for name, kind in kinds.items()}


def _of_said(item: Item) -> dict[str, str]:
    text = item["thread"], item["id"]
    return {"text": said_context(*text), "because": because_context(*text)}


def _of_thread(item: Item) -> dict[str, str]:
    kept = {"phone": thread_context(item["id"]), "assignee": assignee_context(item["id"])}
    return kept | {"last_text": said_context(item["id"], item["last_id"])}


_PLACES: dict[str, Callable[[Item], dict[str, str]]] = {
    "contact": _of_contact,
    "consent": lambda item: {"subject": item["chain"]},
    "proof": lambda item: {"sealed": f"proof/{item['sk'].rpartition('#')[2]}"},
    "message": _of_message,
    "thread": _of_thread,
    "said": _of_said,
    "trial_phone": lambda item: {"sealed": trial_place(keys.advertiser_of(item["pk"]), item["person"])},
    "survey": lambda item: {"seed": seed_context(item["id"])},
    "survey_entry": lambda item: {"texts": texts_context(item["survey"], item["id"])},
    "lead_source": lambda item: dict.fromkeys(("secret", "verify_token", "access_token"), f"lead-source/{item['id']}"),
    "advertiser": lambda item: {"agent_name": f"agent/{item['id']}"},
    "admin_key": lambda item: dict.fromkeys(("name", "email"), f"admin-key/{item['id']}"),
    **{
        kind: lambda item: {"sealed": f"{item['type']}/{item['id']}"}
        for kind in ("outbox", "webhook", "notices", "audit", "stray")
    },
}
