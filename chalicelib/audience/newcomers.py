"""Somebody whom a base does not know and who opposes nothing: nearly every row of an import, and the quick way for it.

What is written is what arrivals.decide makes of such a person. It is asked once for each kind of statement; what
differs from one newcomer to the next is then filled into the text of its answer (storage/forms.py, docs/adr/0014).
"""

from __future__ import annotations

import secrets

from chalicelib.audience.arrivals import Arrival, decide
from chalicelib.audience.consent_chain import new_chain, new_key, seal_entry, seal_key
from chalicelib.audience.profile import identifiers_of, seal_profile
from chalicelib.audience.statements import identity
from chalicelib.storage.codec import Value
from chalicelib.storage.consent_ledgers import register_of
from chalicelib.storage.contacts import Contact, contact_ttl, identifier_ttl
from chalicelib.storage.forms import Form, of_bytes, of_item, of_text
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.table import Put, Table, Write
from chalicelib.vault import Vault

_MOST_FORMS = 256
# What stands in a form for a person, a source, a field and two moments. Nothing that a file can say looks like them.
_PERSON, _SOURCE, _FIELD = (secrets.token_hex(16) for _ in range(3))
_AT, _NOW = secrets.randbits(120), secrets.randbelow(10**12) + 10**12


class Newcomers:
    """Makes the writes of newcomers as text."""

    def __init__(self, table: Table, vault: Vault) -> None:
        self._table = table
        self._vault = vault
        self._forms: dict[object, Form] = {}

    def writes(self, base: str, person: str, arrival: Arrival, now: int) -> tuple[str, frozenset[str]]:
        """What is to be written for a newcomer, as Table.transact_texts takes it, and the identifiers in it."""
        vault, (profile, statement, fields) = self._vault, arrival
        key, at = new_key(), statement.at
        sealed, chain = seal_profile(vault, base, person, profile), new_chain()
        sealed_key = seal_key(vault, base, person, key)
        entry = seal_entry(vault, Contact(base, person, b"", chain=chain), key, statement, now)
        hmacs = identifiers_of(vault, profile)
        values = {
            "person": person,
            "sealed": of_bytes(sealed),
            "fields": of_item(fields),
            "source": of_text(statement.source),
            "at": str(at),
            "contact_ttl": str(contact_ttl(at)),
            "identifier_ttl": str(identifier_ttl(at)),
            "key": of_bytes(sealed_key),
            "recorded": identity(statement, person),
            "chain": chain,
            "register": register_of(chain, now),
            "now": str(now),
            "hash": entry.hash,
            "commitment": entry.commitment,
            "payload": of_bytes(entry.payload or b""),
            "subject": of_bytes(entry.subject or b""),
        }
        for number, hmac in enumerate(hmacs):
            values[f"hmac{number}"] = hmac
        return self._form(base, arrival, len(hmacs)).filled(values), frozenset(hmacs)

    def _form(self, base: str, arrival: Arrival, identifiers: int) -> Form:
        given, _, _, wording, wording_hash, proof, advertisers, _, _, basis = arrival.statement
        shape = (base, *given.items(), wording, wording_hash, proof, advertisers, basis, identifiers)
        form = self._forms.get(shape)
        if form is None:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            form = self._forms[shape] = self._made(base, arrival)
        return form

    def _made(self, base: str, arrival: Arrival) -> Form:
        sample = Arrival(arrival.profile, arrival.statement._replace(at=_AT, source=_SOURCE), {_FIELD: 0})
        writes = decide(self._vault, base, _PERSON, None, Ledger(_PERSON), sample, _NOW).writes
        entry, line, contact, *identifiers = map(_told, writes)
        holes = {
            "person": _PERSON,
            "sealed": contact["sealed"],
            "fields": contact["fields"],
            "source": _SOURCE,
            "at": _AT,
            "contact_ttl": contact["ttl"],
            "identifier_ttl": identifiers[0]["ttl"],
            "key": contact["key"],
            "recorded": contact["recorded"][0],
            "chain": entry["chain"],
            "register": line["pk"],
            "now": _NOW,
            "hash": entry["hash"],
            "commitment": entry["commitment"],
            "payload": entry["payload"],
            "subject": entry["subject"],
        }
        for number, identifier in enumerate(identifiers):
            holes[f"hmac{number}"] = identifier["pk"].rpartition("#")[2]
        return self._table.form(writes, holes)


def _told(write: Write) -> dict[str, Value]:
    """What a write says."""
    return {"pk": write.key[0], **(write.item if isinstance(write, Put) else write.values)}
