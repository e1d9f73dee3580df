"""What may be done with a key by its role: one table from what a route is about to who reads and who changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import Role

_SCOPED = "/v1/advertisers/{advertiser}"
_PERSONAL = frozenset({"people", "contacts", "imports", "exports", "conversations", "audit", "keys", "notices"})
"""What shows who somebody is, or who did what: not for whoever only reads."""
_LISTS_PEOPLE = frozenset({"members", "contacts", "consents", "rehearsal", "differences", "answers.csv"})
"""Last words of addresses that go through people one by one, whatever they are about: for who may see people."""
_ONE_PERSONS = frozenset(
    {"/v1/messages/{message}", f"{_SCOPED}/messages", f"{_SCOPED}/clicks", "/v1/sites/{site}/visitors/{visitor}"}
)
"""What shows one person's own way, or many's: not for whoever only reads figures."""
_AGENT_READS = frozenset(
    {
        "settings",
        "conversations",
        "automatic-answers",
        "quick-replies",
        "messages",
        "templates",
        "journeys",
        "surveys",
        "counts",
        "halt",
        "hours",
        "sms",
        "halts",
    }
)
_AGENT_CHANGES = frozenset({"conversations"})
_DEVELOPER_CHANGES = frozenset(
    {
        "sites",
        "links",
        "webhooks",
        "lead-sources",
        "templates",
        "test-phones",
        "wordings",
        "complements",
        "promo-codes",
        "messages",
        "verifications",
        "consents",
        "contacts",
        "imports",
    }
)
_ASKS = frozenset({"check", "preview", "simulate", "size"})
"""Last words of addresses whose POST changes nothing: whoever may read a thing may ask. A code's check is none: it
uses up an attempt; a rehearsal is kept, and what a language model is asked costs."""
_READS = frozenset({"GET", "HEAD"})
_OWN = "/v1/keys/self"
"""About the key that asks: everybody's."""


def subject(path: str) -> str:
    """What a route is about, by its resource path: `templates`, `sites`; `settings` for an advertiser itself."""
    rest = path.removeprefix(_SCOPED) if path.startswith(_SCOPED) else path.removeprefix("/v1")
    return rest.strip("/").split("/")[0] or "settings"


def may(role: Role, method: str, path: str) -> bool:
    """Whether a key of this role may call a route. Whom it reaches is another question, its scope's."""
    if path.startswith(_OWN):
        return True
    about = subject(path)
    reads = method in _READS or only_asks(method, path)
    match role:
        case "operator":
            return True
        case "marketer":
            return about != "keys" or reads
        case "agent":
            return about in (_AGENT_READS if reads else _AGENT_CHANGES) and not _lists_people(path)
        case "developer":
            known = about not in _PERSONAL - {"imports"} and not _lists_people(path)
            return known if reads else about in _DEVELOPER_CHANGES
        case "reader":
            return reads and about not in _PERSONAL and not _lists_people(path) and path not in _ONE_PERSONS


def only_asks(method: str, path: str) -> bool:
    """Whether a POST changes nothing."""
    return method == "POST" and _last(path) in _ASKS and subject(path) != "verifications"


def _lists_people(path: str) -> bool:
    return _last(path) in _LISTS_PEOPLE


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]
