"""Bodies and answers of halts in the admin API."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.halts import Halt
from chalicelib.units import Moment
from chalicelib.web.body import Body, example


class NewHalt(Body):
    """Why marketing is stopped, for whoever finds it standing still."""

    model_config = example({"why": "complaints"})

    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class HaltTold(TypedDict):
    """Whether something stands still; where it does, since when, by whom, why."""

    halted: bool
    at: NotRequired[Moment]
    by: NotRequired[str]
    """`operator`, an advertiser's id, or `stop_rate`: too many people said STOP."""
    why: NotRequired[str]


def halt_answer(halt: Halt | None) -> HaltTold:
    """A halt as the API tells it."""
    return {"halted": True, "at": halt.at, "by": halt.by, "why": halt.why} if halt else {"halted": False}
