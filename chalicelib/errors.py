"""What can go wrong, in the domain's words. The HTTP edge gives each a status (web/problems.py)."""

from __future__ import annotations

from dataclasses import dataclass


class RelanceError(Exception):
    """Any error that Relance raises on purpose. Its text never holds personal data."""


class ConfigurationError(RelanceError):
    """The stage's settings do not allow it to start."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with an input: where, which rule, and what to do, in words."""

    field: str
    rule: str
    message: str


class InvalidInput(RelanceError):
    """The input breaks rules; `errors` names each field and rule, never the value."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.rule}" for error in errors))
        self.errors = errors


class TooLarge(RelanceError):
    """The input is over a stated size."""


class Unauthenticated(RelanceError):
    """No key, or a key that is not known."""


class Forbidden(RelanceError):
    """The key is known and does not reach this."""


class NotFound(RelanceError):
    """There is no such thing, or the key may not know of it."""


class Conflict(RelanceError):
    """What is there already is another, and stays; `reason` names why, where there is a name."""

    reason: str = ""


class TooMany(RelanceError):
    """A limit is reached; `retry_after_s` says when it makes sense to try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many: try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class StorageUnavailable(RelanceError):
    """The store did not take or give what was asked: try again."""


class NotSetUp(RelanceError):
    """The stage has not been given what this needs."""


class ModelUnavailable(RelanceError):
    """The language model did not answer; the text is the service's code."""


class MailUnavailable(RelanceError):
    """An e-mail was not taken; the text is the service's code."""
