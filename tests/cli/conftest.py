"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from cli import passes


@pytest.fixture(autouse=True)
def one_segment_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto copies all its tables at each transaction, and fails where another thread writes meanwhile."""
    monkeypatch.setattr(passes, "each_segment", lambda part: [part(n) for n in range(passes.SEGMENTS)])
