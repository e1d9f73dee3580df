"""The admin API's bodies and answers about keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.admin_keys import Role
from chalicelib.units import Moment
from chalicelib.web.body import Body, Name, example
from chalicelib.web.webhook_models import Email

Account = Annotated[Email, StringConstraints(to_lower=True)]
"""An e-mail that somebody signs in by."""


class NewKey(Body):
    """A key to make. Without a role it may do all that there is in its scope."""

    model_config = example({"name": "Nora, service client"})

    name: Name | None = None
    """Whose it is: a person or a program."""
    email: Account | None = None
    """A person's e-mail: they sign in to the console by the stage's provider, and no secret is made."""
    role: Role | None = None
    expires_at: int | None = None
    """When it ends (epoch ms)."""


class Rotation(Body):
    """How long the secret before still opens."""

    model_config = example({"overlap_hours": 24})

    overlap_hours: Annotated[int, Field(ge=0, le=24 * 30)] = 24


class KeyTold(TypedDict):
    """A key, without its secret."""

    id: str
    scope: str
    """An advertiser's id, or `operator`."""
    role: Role
    name: str | None
    """Whose it is."""
    email: str | None
    """Of a person who signs in by it, in the place of a secret."""
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    """To the hour."""


class KeyMade(KeyTold):
    """A key that was made just now."""

    key: str | None
    """The secret, shown this once; none where an e-mail opens it."""
    advertiser: str


class KeyRotated(KeyTold):
    """A key with another secret."""

    key: str
    """The new one, shown this once."""
    old_ends_at: Moment
