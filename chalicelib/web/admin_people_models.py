"""Bodies of the admin API's routes about people."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from chalicelib.web.body import Body, example

Reason = Literal["access", "portability", "erasure", "objection", "rectification", "dispute", "authority", "support"]
"""Why somebody looks. A list, since free text would carry names and numbers into the log."""
REASONS: tuple[Reason, ...] = get_args(Reason)
Identifier = Annotated[str, Field(min_length=1, max_length=320)]


class WithReason(Body):
    """What any access to a person must say."""

    model_config = example({"reason": "access"})

    reason: Reason


class FindPerson(WithReason):
    """Whom to find, by one identifier. In a body, so that none stands in an address or a log."""

    model_config = example({"reason": "access", "phone": "+33 6 39 98 00 01"})

    phone: Identifier | None = None
    email: Identifier | None = None
    customer_id: Identifier | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> FindPerson:
        if sum(value is not None for value in (self.phone, self.email, self.customer_id)) != 1:
            raise ValueError("give one of phone, email and customer_id")
        return self


class ObjectPhone(WithReason):
    """A phone that wants no SMS any more, whether it is a contact or not."""

    model_config = example({"reason": "objection", "phone": "+33 6 39 98 00 01"})

    phone: Identifier
    scope: Literal["advertiser", "everyone"] = "advertiser"


class ObjectPerson(WithReason):
    """A person who wants no SMS any more. `everyone` is the operator's alone."""

    model_config = example({"reason": "objection"})

    scope: Literal["advertiser", "everyone"] = "advertiser"
