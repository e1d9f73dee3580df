"""The console as somebody's browser gets it, without a script."""

from __future__ import annotations

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in


@pytest.fixture
def console(api: Api, shop: Shop) -> Browser:
    """A marketer who has signed in: `console.get("caps")`, `console.post("caps", **console.form(page), limit="3")`."""
    return signed_in(api, shop)
