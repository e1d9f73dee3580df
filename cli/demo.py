"""`make demo`: the service and a shop on this machine, three visits, and what came of them; and a shop's month.

Everything runs below this process and ends with it. What the services hold is kept for the next run.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from chalicelib.errors import RelanceError
from chalicelib.links.names import CODE
from chalicelib.sms_providers.outbox import KeptSms
from chalicelib.wiring import Services
from cli.clock import StageClock
from cli.connection import STATE_FILE, Stage, local_client
from cli.daytime import into_the_day
from cli.interrupts import Interrupts, Stopped
from cli.maison_lumen import LAMP, ShopServer, admin, customers, settle, write_private
from cli.month import DAYS, LivedMonth, lived
from cli.stack import LocalStack, PortTaken
from cli.visit import DemoFailed, Outcome, check_landing, outcomes, play

# The emulator's first tick comes up to 70 s after its start, and the functions behind it start for the first time.
_PATIENCE_S = 150


@dataclass(frozen=True, slots=True)
class State:
    """What the running demo tells others, in state.json."""

    origin: str
    shop: str
    phone: str
    console: str
    operator_key: str
    advertiser: str
    site: str
    table: str
    endpoint_url: str


Settled = tuple[State, Services, LivedMonth | None]


def main() -> int:
    """Run the demo; returns the exit status."""
    options = _options()
    interrupts = Interrupts()
    status, last_word = 0, "Stopped: nothing is left running."
    try:
        with _alone(options.state_dir), _running(options, interrupts) as (state, services, month):
            found = _play(state, services, options.state_dir)
            if options.once:
                _check(found[0], state, services)
            else:
                _tell(found, state, month, options.state_dir)
                # Ctrl-C is how it is meant to end.
                with suppress(Stopped):
                    while True:
                        time.sleep(1)
    except Stopped as stopped:
        status = stopped.exit_status
    except BrokenPipeError:
        # Whoever read our output has gone.
        status = 1
    except PortTaken as taken:
        status, last_word = 1, f"make demo: {taken}: `make demo PORT=… SHOP_PORT=…`"
    except RelanceError as error:
        status, last_word = 1, f"make demo: {error}"
    _end(last_word)
    return status


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description="Play a visit on this machine and show its SMS.")
    parser.add_argument("--port", type=int, default=4566, help="of the service")
    parser.add_argument("--shop-port", type=int, default=4568, help="of the shop")
    parser.add_argument("--state-dir", type=Path, default=STATE_FILE.parent, help="what is kept between runs")
    parser.add_argument("--days", type=int, help=f"of the simulated shop, {DAYS} where nothing is said; 0: none")
    parser.add_argument("--once", action="store_true", help="check that the SMS came and its link lands, and stop")
    options = parser.parse_args()
    if options.days is None:
        options.days = 0 if options.once else DAYS
    if options.port == options.shop_port:
        parser.error("the service and the shop each need a port of their own")
    return options


@contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """Two demos must not write the same state."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoFailed(f"it runs already: {_shown(state_dir)}/state.json says where") from None
        yield


@contextmanager
def _running(options: argparse.Namespace, interrupts: Interrupts) -> Iterator[Settled]:
    """The deployed service, the shop in front of it, and state.json that tells of both."""
    directory: Path = options.state_dir
    published = directory / "state.json"
    for port in (options.port, options.shop_port):
        _require_free(port)
    stack = LocalStack("local", options.port, directory, persist=True, auth=False)
    shop = ShopServer(options.shop_port, directory / "shop.log")
    try:
        _say(f"Starting the cloud's emulator (its log: {_shown(stack.log)})")
        with interrupts.held():
            stack.start()
        stack.deploy(_say)
        state, services, month = _settle(stack, options.shop_port, directory, options.days)
        with interrupts.held():
            shop.start(state.origin, state.site)
        write_private(published, asdict(state))
        yield state, services, month
    finally:
        with interrupts.held():
            with suppress(OSError):  # a reader who has gone must not keep us from stopping
                _say("Stopping")
            published.unlink(missing_ok=True)
            shop.stop()
            stack.stop()


def _settle(stack: LocalStack, shop_port: int, directory: Path, days: int) -> Settled:
    stage = Stage(stack.stack_name, local_client(stack.endpoint_url))
    services, clock = stage.services(), StageClock(stage)
    account = settle(stage, services, stack.origin, f"http://localhost:{shop_port}", directory / "demo.json")
    month = None
    if days:
        month = lived(services, clock, stack.origin, account.operator_key, directory / "month.json", days, _say)
    if into_the_day(clock):
        _say("No marketing may be sent in France now: the demo's time is that of the next opening")
    state = State(
        origin=stack.origin,
        phone=f"{stack.origin}/phone",
        console=f"{stack.origin}/console",
        table=services.settings.table,
        endpoint_url=stack.endpoint_url,
        **asdict(account),
    )
    return state, services, month


def _play(state: State, services: Services, state_dir: Path) -> list[Outcome]:
    """Let the first three customers visit the shop, and show what comes of it."""
    _say(f"Three customers of {state.shop} leave “{LAMP.name}” in their cart")
    visits = [
        play(state.origin, state.site, state.shop, LAMP, first_name, email, services.clock.now())
        for first_name, email in customers()[:3]
    ]
    _say("Waiting for the minute's tick, which finds the carts")
    with Console().status("") as spinner:
        try:
            found = outcomes(
                lambda visit: admin(
                    state.operator_key, "GET", f"{state.origin}/v1/sites/{state.site}/visitors/{visit.visitor}"
                ).json(),
                visits,
                _PATIENCE_S,
                lambda seconds: spinner.update(f"{seconds} s"),
            )
        except DemoFailed as failed:
            raise DemoFailed(f"{failed}\nThe log of the emulator: {_shown(state_dir)}/emulator.log") from failed
    _say("")
    for visit, outcome in zip(visits, found, strict=True):
        _say(f"{visit.first_name}: {outcome.sentence}")
        if outcome.sent:
            sms = _sms(outcome, services)
            _say(f"    SMS from {sms.sender} to {sms.phone}\n    │ {sms.text}")
    return found


def _sms(outcome: Outcome, services: Services) -> KeptSms:
    """The SMS as the phone shows it."""
    for sms in services.outbox.newest():
        if sms.id == outcome.message:
            return sms
    raise DemoFailed(f"{outcome.message} was sent, and the phone does not show it")


def _check(outcome: Outcome, state: State, services: Services) -> None:
    if not outcome.sent:
        raise DemoFailed(f"no SMS came of the first visit. {outcome.sentence}")
    link = re.search(f"{re.escape(state.origin)}/{CODE.pattern}", _sms(outcome, services).text)
    if link is None:
        raise DemoFailed("the SMS came, but without a link")
    check_landing(link[0], LAMP.page(state.shop))
    _say("\nThe SMS came, and its link landed on the shop's page.")


def _tell(found: list[Outcome], state: State, month: LivedMonth | None, state_dir: Path) -> None:
    commands = "".join(f"    .venv/bin/relance why {outcome.message}\n" for outcome in found if outcome.message)
    tour = (
        f"    a guided tour  {state.console}?next=tour\n                   sign in with {month.key}\n" if month else ""
    )
    _say(
        f"""
Open
    the shop       {state.shop}
    the phone      {state.phone}
{tour}    the console    {state.console}
    the inbox      {state.console}/inbox
                   sign in with operator_key of {_shown(state_dir)}/state.json, for the advertiser {state.advertiser}
Try
{commands}    .venv/bin/relance clock advance 46m

Ctrl-C stops it all, and the next `make demo` goes on from here."""
    )


def _require_free(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise PortTaken(port) from None


def _shown(path: Path) -> str:
    """A path as one would type it."""
    return os.path.relpath(path)


def _say(line: str) -> None:
    print(line, flush=True)


def _end(last_word: str) -> None:
    """The reader may have gone by now, as `tee` does at a Ctrl-C and a terminal that is closed."""
    try:
        _say(last_word)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
