"""Bodies of halts in the admin API."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.web.body import Body, example


class NewHalt(Body):
    """Why marketing is stopped, for whoever finds it standing still."""

    model_config = example({"why": "complaints"})

    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
