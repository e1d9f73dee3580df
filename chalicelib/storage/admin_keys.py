"""Keys of the admin API: who one is, what it reaches, until when. Only the hashes of their secrets are kept.

A key is a person's or a program's, and stays the same when its secret is changed: for a while the old secret and the
new one both open. What a container has read of a secret it believes for ten seconds, so a key that is taken away is
gone everywhere after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from chalicelib.clock import HOUR, SECOND
from chalicelib.storage import keys
from chalicelib.storage.advertisers import OPERATOR, digest
from chalicelib.storage.codec import Item
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update, Write

Role = Literal["operator", "marketer", "agent", "developer", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)
_USED_EVERY = HOUR
"""How exactly it is noted when a key was used last."""
_LEGACY = 16


@dataclass(frozen=True, slots=True)
class AdminKey:
    """A key, without its secret."""

    id: str
    """Who it is: approvals and the audit log name it."""
    scope: str
    """An advertiser's id, or OPERATOR."""
    role: Role
    """What may be done with it (web/permissions.py)."""
    name: bytes | None = None
    """Whose it is, as whoever made it says; sealed, since it may be a person's."""
    email: bytes | None = None
    """The e-mail that opens it at the console's sign-in provider; sealed. Such a key has no secret to show."""
    created_at: int = 0
    expires_at: int | None = None
    """When this secret ends (epoch ms); None: it does not."""
    used_at: int | None = None
    """When it was used last, to the hour."""
    replaced: bool = False
    """Whether this secret has given way to another, and opens for a while only: it changes the key no more."""


class AdminKeys:
    """Storage of keys, found by the hash of what is shown, and listed by their scope."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def grant(self, secret: str, scope: str, role: Role | None = None) -> AdminKey:
        """Let a secret reach a scope: with all of it that there is, or by a role."""
        key = AdminKey(_id_of(secret), scope, role or usual_role(scope))
        self.create(secret, key)
        return key

    def create(self, secret: str, key: AdminKey) -> None:
        """Keep a new key."""
        self._table.transact(_secret_of(secret, key))

    def known(self, secret: str, now: int) -> AdminKey | None:
        """Whose a secret is; None for one that is unknown, or whose time is over."""
        return self.known_by(digest(secret), now)

    def known_by(self, hashed: str, now: int) -> AdminKey | None:
        """The same by a secret's digest, which is what a session of the console holds."""
        item = self._kept.get(keys.admin_key(hashed), absent=False)
        key = _key(item) if item else None
        return None if key is None or _is_over(key, now) else key

    def used(self, hashed: str, key: AdminKey, now: int) -> None:
        """Note that a key was used, by its secret's digest. It is known to the hour: most uses write nothing."""
        if key.used_at is not None and now - key.used_at < _USED_EVERY:
            return
        place = keys.admin_key(hashed)
        noted = Update(
            place,
            "SET #used_at = :now",
            {"now": now, "before": now - _USED_EVERY},
            condition="attribute_exists(pk) AND (attribute_not_exists(#used_at) OR #used_at <= :before)",
        )
        try:
            self._table.update(noted)
        except ConditionFailed:
            return  # It was taken away meanwhile, or another container has noted it.
        self._kept.forget(place)

    def of(self, scope: str, now: int) -> tuple[AdminKey, ...]:
        """A scope's keys that open something, the oldest first; of one with two secrets, the newer with its end."""
        found: dict[str, AdminKey] = {}
        for _, key in self._secrets(scope):
            before = found.get(key.id)
            if _is_over(key, now):
                continue
            newer = key if before is None or before.replaced else before
            found[key.id] = replace(newer, used_at=_latest(key, before))
        return tuple(sorted(found.values(), key=lambda key: (key.created_at, key.id)))

    def rotate(self, scope: str, key_id: str, secret: str, now: int, overlap_ms: int) -> AdminKey | None:
        """Give a key another secret. Those that it had open for `overlap_ms` more.

        None where there is no such key, or somebody else has rotated it or taken it away meanwhile.
        """
        held = [pair for pair in self._secrets(scope, key_id) if not _is_over(pair[1], now)]
        current = next((key for _, key in held if not key.replaced), None)
        if current is None:
            return None
        ends = [write for hashed, key in held for write in _end(hashed, key, now + overlap_ms)]
        try:
            self._table.transact([*_secret_of(secret, replace(current, used_at=None)), *ends])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return None
        for hashed, _ in held:
            self._kept.forget(keys.admin_key(hashed))
        return current

    def revoke(self, scope: str, key_id: str) -> bool:
        """Take a key away, with every secret it has. False where there is none."""
        found = False
        # A rotation that came in between leaves a secret that the first look did not see.
        while rows := list(self._rows(scope, key_id)):
            found = True
            for row in rows:
                self._table.transact([Delete((row["pk"], row["sk"])), Delete(keys.admin_key(row["digest"]))])
                self._kept.forget(keys.admin_key(row["digest"]))
        return found

    def adopt(self) -> Iterator[AdminKey]:
        """List the keys of version 1, which are found by their secrets only: then they can be rotated and taken away.

        Goes through the table: an operator's job. Again, or after an interruption, it does what is left.
        """
        prefix, _ = keys.admin_key("")
        for item in self._table.scan(0, 1, prefix):
            if "id" in item:
                continue
            key, hashed = _key(item), str(item["pk"]).removeprefix(prefix)
            opens, listed = _stored(hashed, key)
            unchanged = opens._replace(condition="attribute_exists(pk) AND attribute_not_exists(#id)")
            try:
                self._table.transact([unchanged, listed])
            except TransactionRefused as refused:
                if not refused.failed:
                    raise
                continue  # It was taken away meanwhile, or somebody else has adopted it.
            self._kept.forget(keys.admin_key(hashed))
            yield key

    def _rows(self, scope: str, key_id: str = "") -> Iterator[Item]:
        return self._table.query(keys.advertiser_partition(scope), keys.admin_key_row(key_id))

    def _secrets(self, scope: str, key_id: str = "") -> Iterable[tuple[str, AdminKey]]:
        """Each secret's digest, with what it opens."""
        rows = {keys.admin_key(row["digest"]): row["digest"] for row in self._rows(scope, key_id)}
        places = list(rows)
        found = [self._table.get_many(places[start : start + 100]) for start in range(0, len(places), 100)]
        return [(rows[place], _key(item)) for page in found for place, item in page.items()]


def usual_role(scope: str) -> Role:
    """Everything that there is in a scope."""
    return "operator" if scope == OPERATOR else "marketer"


def _id_of(secret: str) -> str:
    return f"key_{digest(secret)[:_LEGACY]}"


def _secret_of(secret: str, key: AdminKey) -> list[Write]:
    return [*_stored(digest(secret), key)]


def _stored(hashed: str, key: AdminKey) -> tuple[Put, Put]:
    """What a secret opens, and its line in the list of its scope."""
    ends: dict[str, Any] = {"ttl": key.expires_at // SECOND + 1} if key.expires_at else {}
    return (
        Put(keys.admin_key(hashed), {"type": "admin_key", "v": 2} | asdict(key) | ends),
        Put(
            keys.admin_key_listed(key.scope, key.id, hashed),
            {"type": "admin_key_listed", "v": 1, "digest": hashed} | ends,
        ),
    )


def _end(hashed: str, key: AdminKey, before: int) -> list[Update]:
    """The writes by which a secret gives way: it opens until `before`, or until its own end where that is earlier."""
    at = before if key.expires_at is None else min(before, key.expires_at)
    ends = {"ttl": at // SECOND + 1}
    return [
        Update(
            keys.admin_key(hashed),
            "SET #expires_at = :at, #replaced = :yes, #ttl = :ttl",
            {"at": at, "yes": True, "known": key.replaced} | ends,
            # Of two who rotate at once one is first, and a key that was taken away gets no new secret.
            condition="attribute_exists(pk) AND (#replaced = :known OR attribute_not_exists(#replaced))",
        ),
        Update(keys.admin_key_listed(key.scope, key.id, hashed), "SET #ttl = :ttl", ends, "attribute_exists(pk)"),
    ]


def _key(item: Item) -> AdminKey:
    if "id" not in item:  # Version 1 knew a scope and nothing else.
        return AdminKey(f"key_{item['pk'].removeprefix('KEY#')[:_LEGACY]}", item["scope"], usual_role(item["scope"]))
    return AdminKey(**{name: item[name] for name in AdminKey.__slots__ if name in item})


def _is_over(key: AdminKey, now: int) -> bool:
    return key.expires_at is not None and key.expires_at <= now


def _latest(key: AdminKey, before: AdminKey | None) -> int | None:
    used = [one.used_at for one in (key, before) if one is not None and one.used_at is not None]
    return max(used, default=None)
