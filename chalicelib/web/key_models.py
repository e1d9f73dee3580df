"""The admin API's bodies about keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.storage.admin_keys import Role
from chalicelib.web.body import Body, Name


class NewKey(Body):
    """A key to make. Without a role it may do all that there is in its scope."""

    name: Name | None = None
    """Whose it is: a person or a program."""
    role: Role | None = None
    expires_at: int | None = None
    """When it ends (epoch ms)."""


class Rotation(Body):
    """How long the secret before still opens."""

    overlap_hours: Annotated[int, Field(ge=0, le=24 * 30)] = 24
