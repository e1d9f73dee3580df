"""The way from an address below /console/ to the module that shows it."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from chalice.app import Response

from chalicelib.errors import NotFound, RelanceError
from chalicelib.web import problems
from chalicelib.web.console_pages.api import Refused
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.sections import SECTIONS
from chalicelib.web.sessions import require_token

_OVERVIEW, _TOUR = "overview", "tour"
_MODULES = {one.name: one.name.replace("-", "_") for one in SECTIONS if not one.built_in} | {
    "": _OVERVIEW,
    _TOUR: _TOUR,
}


class Pages(Protocol):
    """What the module of a section has."""

    def show(self, desk: Desk, *rest: str) -> Response:
        """Answer a GET of the section, or of what is below it."""

    def act(self, desk: Desk, *rest: str) -> Response:
        """Answer a form that was posted there."""


def _module(section: str) -> Pages:
    """The module of a section. Raises NotFound."""
    if section not in _MODULES:
        raise NotFound("page")
    return cast("Pages", import_module(f"chalicelib.web.console_pages.{_MODULES[section]}"))


def answered(desk: Desk, *rest: str) -> Response:
    """What a section's module answers; what it or the API refuses is a page that says why."""
    section = desk.place.partition("/")[0]
    try:
        if any("/" in part for part in rest):
            raise NotFound("page")  # It would be another route of the API; no name of a thing has one.
        if not desk.is_form:
            return _module(section).show(desk, *rest)
        require_token(desk.session, desk.fields.get("token", ""))
        return _module(section).act(desk, *rest)
    except Refused as refused:
        return desk.page("refused", refused.answer.status, problem=refused.answer.body)
    except RelanceError as error:
        status, problem = problems.problem(error)
        return desk.page("refused", status, problem=problem)
