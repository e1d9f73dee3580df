"""What tests stand on: a world of their own on moto, and one on DynamoDB Local where true semantics are the point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

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


class _Shared(LoadScopeScheduling):  # type: ignore[misc]
    """How two processes share the suite (docs/adr/0034).

    A file stays whole, for its fixtures; and so does all that looks at the deployed stack, which is started once.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "the deployed stack" if path.startswith("tests/e2e/") else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Not by marks: pytest-xdist 3.8 writes groups into ids, where pytest 9.2 does not read them."""
    return _Shared(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the suite, what takes longest is begun first."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.nodeid.split("/")[1]
    return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)


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
