"""One emulator for the session, with the very artifact and template of the cloud, each function held to its policy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from cli.stack import LocalStack
from tests.browser.conftest import browser, context, page  # noqa: F401 - fixtures
from tests.e2e.deployed import Deployed
from tests.e2e.provider_accounts import keep

_phones = count(1000)  # those before are written out in tests


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    directory: Path = tmp_path_factory.mktemp("stack")
    with LocalStack("test", free_port(), directory, persist=False, auth=True) as stack:
        stack.deploy()
        keep(stack)
        yield Deployed(stack)


@pytest.fixture
def phone() -> str:
    """A fictional phone that no other test of the session uses: caps and oppositions belong to phones."""
    return _next_phone()


@pytest.fixture
def phones() -> list[str]:
    """Six more of them."""
    return [_next_phone() for _ in range(6)]


def _next_phone() -> str:
    return f"+3363998{next(_phones):04d}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
