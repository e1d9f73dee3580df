"""Where a site's opt-in form is: its page, to be printed as a QR code, and what a shop pastes to have it on its own."""

from __future__ import annotations

from html import escape
from typing import Literal

from typing_extensions import TypedDict


class FormPlaced(TypedDict):
    """A site's opt-in form, as it is put before people."""

    page: str
    """The form as a page of its own: for a link, a tablet, a poster."""
    qr: str
    """That address as a QR code (SVG)."""
    code: str
    """What the shop pastes where the form shall stand."""


def placed(service: str, site: str, language: Literal["fr", "en"], accent: str = "") -> FormPlaced:
    """The form of a site of this service. `accent`: its button's colour, six hexadecimal digits; empty: ours."""
    page = f"{service}/optin/{site}"
    theme = f""" data-theme='{{"accent": "#{accent}"}}'""" if accent else ""
    code = f'<script async src="{escape(service)}/w.js" data-site="{site}" data-language="{language}"{theme}></script>'
    return {"page": page, "qr": f"{page}/qr.svg", "code": code}
