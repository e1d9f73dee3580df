"""`make demo`, as the process that it starts: what it shows, and that nothing of it outlives it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.artifact import PROJECT_ROOT
from tests.e2e.conftest import free_port


class Demo:
    """A demo with ports and state of its own, in a session of its own, by which its processes are known."""

    def __init__(self, state_dir: Path, *arguments: str) -> None:
        self.ports = free_port(), free_port()
        self.state_dir = state_dir
        options = f"--port {self.ports[0]} --shop-port {self.ports[1]}".split()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.demo", *options, "--state-dir", str(state_dir), *arguments],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, text: str) -> str:
        """Its output up to the line that holds `text`."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if text in line:
                return "".join(lines)
        raise AssertionError(f"{text!r} never came:\n{''.join(lines)}")

    def finish(self) -> tuple[int, str]:
        """Its exit status and the rest of its output."""
        output, _ = self.process.communicate(timeout=240)
        return self.process.returncode, output

    def left_over(self) -> list[str]:
        """Its processes that live, its ports that are listened on, and the state that is published."""
        session = str(self.process.pid)
        left = [command for command, state, of in processes() if of == session and state != "Z"]
        left += [f"port {port}" for port in self.ports if listens(port)]
        return left + [str(path) for path in self.state_dir.glob("state.json")]


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "demo"


def test_once_shows_the_sms_and_why_others_got_none(state_dir: Path) -> None:
    demo = Demo(state_dir, "--once", "--days", "1")
    status, output = demo.finish()

    assert status == 0, output
    origin = f"http://127.0.0.1:{demo.ports[0]}"
    assert re.search(rf"Maison Lumen: bonjour Camille, Lampe Opaline vous attend: {origin}/\w+ STOP au 36111", output)
    assert "Malik: It was not sent: the person has not agreed to marketing SMS" in output
    assert "Inès: The person has not agreed to be matched with visits" in output
    assert "its link landed" in output
    assert "Living 1 days of “Lampes Aurore (trafic simulé)”" in output
    assert set(json.loads((state_dir / "month.json").read_text())) == {"advertiser", "key"}
    assert demo.left_over() == []


@pytest.mark.parametrize("moment", ["Starting", "Deploying"])
def test_stopped_on_the_way_it_leaves_nothing(state_dir: Path, moment: str) -> None:
    demo = Demo(state_dir)
    demo.read_until(moment)
    demo.process.terminate()
    status, output = demo.finish()

    assert status == 128 + signal.SIGTERM
    assert output.splitlines()[-1] == "Stopped: nothing is left running."
    assert "Traceback" not in output
    assert demo.left_over() == []


@pytest.mark.parametrize("option", ["--port", "--shop-port"])
def test_a_taken_port_is_named_at_once_with_the_way_out(state_dir: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        started = time.monotonic()
        # The last word on an option counts.
        demo = Demo(state_dir, option, port)
        status, output = demo.finish()

    assert status == 1
    assert f"port {port} of 127.0.0.1 is taken" in output
    assert "make demo PORT=… SHOP_PORT=…" in output
    assert "Traceback" not in output
    assert time.monotonic() - started < 30
    assert demo.left_over() == []


def test_a_second_demo_on_the_same_state_gives_way(state_dir: Path) -> None:
    first = Demo(state_dir)
    first.read_until("Starting")
    status, output = Demo(state_dir).finish()
    first.process.terminate()
    first.finish()

    assert status == 1
    assert "it runs already" in output
    assert first.left_over() == []


def processes() -> Iterator[tuple[str, str, str]]:
    """Command, state and session of each process of this machine."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            command, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _parent, _group, session, *_ = rest.split()
        yield command, state, session


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
