"""Lead sources: the tools that send an advertiser's leads, each with its secret and the shape of its payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table

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


class LeadSources:
    """Reads and writes of lead sources."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, source: LeadSource) -> None:
        """Create or replace a source."""
        self._table.put(Put(keys.lead_source(source.id), {"type": "lead_source", "v": 1} | asdict(source)))

    def get(self, source_id: str) -> LeadSource | None:
        """One source, or None."""
        item = self._table.get(keys.lead_source(source_id))
        if item is None:
            return None
        facts = {name: value for name, value in item.items() if name not in ("pk", "sk", "type", "v")}
        return LeadSource(**{**facts, "brokers": tuple(facts["brokers"])})
