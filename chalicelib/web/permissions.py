"""What may be done with a key by its role: one table from what a route is about to who reads and who changes it."""

from __future__ import annotations

from chalicelib.storage.admin_keys import Role

_SCOPED = "/v1/advertisers/{advertiser}"
_PERSONAL = frozenset({"people", "imports", "conversations", "audit", "keys"})
"""What shows who somebody is, or who did what: not for whoever only reads."""
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
        "imports",
    }
)
_ASKS = frozenset({"check", "preview", "reach", "rehearse", "render", "suggest"})
"""Last words of addresses whose POST changes nothing: whoever may read a thing may ask."""
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
            return about in (_AGENT_READS if reads else _AGENT_CHANGES)
        case "developer":
            return about not in _PERSONAL - {"imports"} if reads else about in _DEVELOPER_CHANGES
        case "reader":
            return reads and about not in _PERSONAL


def only_asks(method: str, path: str) -> bool:
    """Whether a POST changes nothing."""
    return method == "POST" and path.rsplit("/", 1)[-1] in _ASKS
