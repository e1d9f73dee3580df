"""Lead sources: the tools that send an advertiser's leads, each with its secret and the shape of its payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Delete, Put, Table

Kind = Literal["webhook", "facebook"]


@dataclass(frozen=True, slots=True)
class LeadSource:
    """One form or tool. Its secrets are sealed (audience/leads.py)."""

    id: str
    advertiser: str
    name: str
    kind: Kind
    secret: bytes
    """What the tool signs with: made here for a webhook, the app's own for Facebook. Sealed."""
    mapping: Mapping[str, str]
    """Field to where the payload has it: a dotted path, or the name of Facebook's question or check box."""
    wording: str
    """Version of the text that the form shows."""
    wording_hash: str
    """SHA-256 of that text."""
    country: str = "FR"
    """Of national numbers."""
    brokers: tuple[str, ...] = ()
    """Who passes the leads on, the first one first."""
    verify_token: bytes = b""
    """Facebook: what its check of the address must show. Sealed."""
    access_token: bytes = field(default=b"", repr=False)
    """Facebook: the page's token, which leads are read with. Sealed."""
    former_secret: bytes = b""
    """What the tool signed with before. Sealed."""
    former_until: int = 0
    """Until when that is taken, too."""


class LeadSources:
    """Reads and writes of lead sources."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, source: LeadSource) -> None:
        """Create or replace a source."""
        item = {"type": "lead_source", "v": 1} | keys.listed("lead_sources", source.advertiser, source.id)
        self._table.put(Put(keys.lead_source(source.id), item | asdict(source)))

    def get(self, source_id: str) -> LeadSource | None:
        """One source, or None."""
        item = self._table.get(keys.lead_source(source_id))
        return from_item(item) if item else None

    def remove(self, source_id: str) -> None:
        """Take a source away: nothing that it sends is taken any more."""
        self._table.delete(Delete(keys.lead_source(source_id)))


def from_item(item: Item) -> LeadSource:
    """A source as the table holds it."""
    facts = {name: item[name] for name in LeadSource.__slots__ if name in item}
    return LeadSource(**{**facts, "brokers": tuple(facts["brokers"])})
