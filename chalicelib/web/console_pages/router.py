"""The way from an address below /console/ to the module that shows it."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from chalice.app import Response

from chalicelib.errors import NotFound, RelanceError
from chalicelib.web import problems
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.sections import SECTIONS

_OVERVIEW = "overview"
_MODULES = {one.name: one.name.replace("-", "_") for one in SECTIONS if not one.built_in} | {"": _OVERVIEW}


class Pages(Protocol):
    """What the module of a section has."""

    def show(self, desk: Desk, *rest: str) -> Response:
        """Answer a GET of the section, or of what is below it."""

    def act(self, desk: Desk, *rest: str) -> Response:
        """Answer a form that was posted there."""


def module(section: str) -> Pages:
    """The module of a section. Raises NotFound."""
    if section not in _MODULES:
        raise NotFound("page")
    return cast("Pages", import_module(f"chalicelib.web.console_pages.{_MODULES[section]}"))


def refused(desk: Desk, error: RelanceError) -> Response:
    """A page that says why what was asked for is not to be had."""
    status, problem = problems.problem(error)
    return desk.page("refused", status, problem=problem)
