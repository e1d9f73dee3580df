"""What advertisers have written: the templates of their SMS, each under an id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Template:
    """One text to fill in, and what may become of it."""

    id: str
    text: str
    """Liquid (messaging/template_language.py)."""
    message_class: MessageClass = "marketing"
    journey: str = "offer"
    """What it is for, such as `cart` or `unpaid_order` (messaging/content.py)."""
    language: Language = "fr"
    sender: str | None = None
    """Who it is from; None: the advertiser's usual sender."""
    gsm_safe: bool = False
    """Whether characters outside GSM-7 are written with those inside it, where that makes the text GSM-7."""
    budget: int = 1
    """The SMS that it should take: the product's name is shortened for it."""
    promo_pool: str | None = None
    """Where `code` comes from: each SMS takes one of this pool's, and does not go without."""
    survey: str | None = None
    """What it asks: `survey` in its text is this survey's first question, and a reply answers it."""
    max_parts: int = 3
    """The most SMS that it may take: a longer one is refused."""
    changed_at: int = 0


class Templates:
    """Reads and writes of templates."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, template_id: str) -> Template | None:
        """One template, or None."""
        item = self._table.get(keys.template(advertiser, template_id))
        return _template(item) if item else None

    def all(self, advertiser: str) -> Iterator[Template]:
        """An advertiser's templates, by id."""
        for item in self._table.query(keys.advertiser_partition(advertiser), keys.TEMPLATE_PREFIX):
            yield _template(item)

    def save(self, advertiser: str, template: Template) -> None:
        """Create or replace a template."""
        key = keys.template(advertiser, template.id)
        self._table.put(Put(key, {"type": "template", "v": 1} | asdict(template)))

    def delete(self, advertiser: str, template_id: str) -> bool:
        """Remove a template; False where there is none."""
        try:
            self._table.delete(Delete(keys.template(advertiser, template_id), "attribute_exists(pk)"))
        except ConditionFailed:
            return False
        return True


_FIELDS = tuple(field.name for field in fields(Template))


class TemplatesOnce(Templates):
    """Reads each template once: for a rehearsal, in which a text must not change on the way."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._known: dict[tuple[str, str], Template | None] = {}

    def get(self, advertiser: str, template_id: str) -> Template | None:
        """One template, or None."""
        asked = advertiser, template_id
        if asked not in self._known:
            self._known[asked] = super().get(advertiser, template_id)
        return self._known[asked]


def _template(item: Item) -> Template:
    given: dict[str, Any] = {name: item[name] for name in _FIELDS if name in item}
    return Template(**given)
