"""What the audit log tells, in the admin API."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from chalicelib.storage.admin_keys import Role
from chalicelib.units import Moment


class AuditEntry(TypedDict):
    """A change that was asked for, or a person that was looked up."""

    id: str
    at: Moment
    key: str
    """The id of the key that asked: whose it is, the list of keys tells."""
    role: Role
    agent: NotRequired[str]
    """Of what was done in the console: the name that somebody gave when signing in, or that their provider tells."""
    method: str
    route: str
    """With names in braces, as this description has it."""
    status: int | None
    """What it was answered; none where that is not known."""
    target: NotRequired[dict[str, str]]
    """What the names in braces were."""
    asked: NotRequired[Any]
    """The body, without secrets and people; of a look-up its reason."""
    before: NotRequired[Any]
    """What the address showed a moment earlier; null where it showed nothing."""
    after: NotRequired[Any]
    """What it showed then; not there where the change was refused."""
