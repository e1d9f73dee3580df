"""What tests stand on: a world of their own on moto, and one on DynamoDB Local where true semantics are the point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

from tests.local.dynamodb_local import DynamoDBLocal, Unavailable
from tests.support import lean_moto
from tests.support.shop import Shop, open_shop
from tests.support.stream import Stream
from tests.support.world import World, aws

lean_moto.install()

# The quick profile tries the same examples each time, so that a red test is red for everybody; the long one looks
# for new ones. A world is made anew for each example, so fixtures that last for a whole test do no harm.
_common = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("quick", max_examples=25, derandomize=True, **_common)  # type: ignore[arg-type]
settings.register_profile("soak", max_examples=2_000, **_common)  # type: ignore[arg-type]
settings.load_profile("soak" if os.environ.get("RELANCE_SOAK") else "quick")


_LONGEST_FIRST = ("e2e", "promises", "browser")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist's own, which reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the suite: what is never parted, and what is begun first. Else nothing changes."""
    if getattr(config.option, "loadgroup", False):
        items.sort(key=_turn)
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_together(item)))


def _turn(item: pytest.Item) -> int:
    folder = item.nodeid.split("/")[1]
    return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)


def _together(item: pytest.Item) -> str:
    """A file stays whole, for its fixtures; and so does all that looks at the deployed stack, which is started once."""
    path = item.nodeid.partition("::")[0]
    on_the_stack = path.startswith("tests/e2e/") and "deployed" in getattr(item, "fixturenames", ())
    return "the deployed stack" if on_the_stack else path


@pytest.fixture
def soaking() -> bool:
    """Whether the long forms of tests are asked for."""
    return bool(os.environ.get("RELANCE_SOAK"))


@pytest.fixture
def new_world() -> Iterator[Callable[[], World]]:
    """Makes worlds on moto. Never for a race: moto lets writes through that DynamoDB refuses."""
    with mock_aws():
        yield World


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    return new_world()


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


@pytest.fixture
def stream(world: World) -> Stream:
    return Stream(world, aws("dynamodbstreams"))


@pytest.fixture(scope="session")
def database() -> Iterator[DynamoDBLocal]:
    """One DynamoDB Local for the session. Where it cannot run, its tests are skipped, but never in CI."""
    running = DynamoDBLocal()
    try:
        running.start()
    except Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    yield running
    running.stop()


@pytest.fixture
def new_exact_world(database: DynamoDBLocal) -> Callable[[], World]:
    """Makes worlds on DynamoDB Local, whose conditions and transactions are exact."""
    return lambda: World(database.endpoint_url)


@pytest.fixture
def exact_world(new_exact_world: Callable[[], World]) -> World:
    return new_exact_world()
