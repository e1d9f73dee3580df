"""What holds for every command: it answers programs, it says how far it is, and its words can be completed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from chalicelib.wiring import Services
from cli import answers, progress
from cli.connection import NoStage, Stage
from cli.main import app
from cli.progress import Progress
from tests.support.shop import Shop


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below one, with the words that call it."""
    if not hasattr(command, "commands"):
        yield words, command
        return
    for name, below in command.commands.items():
        yield from commands(below, (*words, name))


COMMANDS = dict(commands(get_command(app)))
NO_STAGE = "there is none here"


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 80
    assert ("contacts", "import") in COMMANDS and ("why",) in COMMANDS


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_answers_programs_too_and_says_what_it_does(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    told = next((param for param in command.params if "--json" in param.opts), None)
    assert told is not None, "take AsJson of cli/answers.py"
    assert (told.name, told.help) == ("as_json", "Answer in JSON."), "and no --json of its own"
    assert command.help


def test_a_program_is_told_what_is_wrong_in_json_and_a_person_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise NoStage(NO_STAGE)

    monkeypatch.setattr(answers, "connect", nowhere)
    program = CliRunner().invoke(app, ["why", "msg_1", "--json"])
    assert (program.exit_code, program.stdout) == (1, "")
    assert json.loads(program.stderr) == {"error": NO_STAGE}
    person = CliRunner().invoke(app, ["why", "msg_1"])
    assert (person.exit_code, person.stderr) == (1, f"relance: {NO_STAGE}\n")


def test_words_are_completed_in_a_shell() -> None:
    asked = {"_RELANCE_COMPLETE": "complete_bash", "COMP_WORDS": "relance contacts im", "COMP_CWORD": "2"}
    call = "import sys; from cli.main import app; app(prog_name='relance')"
    done = subprocess.run(
        [sys.executable, "-c", call], env=os.environ | asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["import"]


class Watch:
    """A terminal, and a clock that says how long the command has run."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.out = io.StringIO()
        self.progress = Progress(self.out, lambda: self.seconds)

    def shown(self) -> str:
        """What stands on the line."""
        return self.out.getvalue().rsplit("\r\x1b[K", 1)[-1]


def test_a_long_command_says_what_it_has_read_and_written(shop: Shop) -> None:
    watch = Watch()
    client = watch.progress.watch(lambda _: shop.world.own_client())("dynamodb")
    client.scan(TableName=shop.world.table)
    assert watch.out.getvalue() == "", "nobody waits for two seconds to be told"

    watch.seconds = 65
    client.scan(TableName=shop.world.table)
    there = len(shop.world.items())
    assert watch.shown() == f"1:05  {2 * there:,} items read, 0 written"
    item = {"pk": {"S": "X"}, "sk": {"S": "X"}}
    client.transact_write_items(TransactItems=[{"Put": {"TableName": shop.world.table, "Item": item}}])
    watch.seconds = 66
    client.batch_write_item(RequestItems={shop.world.table: [{"PutRequest": {"Item": item}}]})
    client.get_item(TableName=shop.world.table, Key=item)
    assert watch.shown() == f"1:06  {2 * there:,} items read, 2 written", "not at each call"
    watch.progress.stop()
    assert watch.shown() == ""
    watch.seconds = 90
    client.get_item(TableName=shop.world.table, Key=item)
    assert watch.shown() == ""


@pytest.mark.parametrize(
    ("terminal", "words", "shows"), [(True, (), True), (True, ("--json",), False), (False, (), False)]
)
def test_progress_is_for_people_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, terminal: bool, words: tuple[str, ...], shows: bool
) -> None:
    stage = Stage("relance-test", lambda _: shop.world.own_client())
    asked: list[Any] = []

    def services(own: Stage) -> Services:
        asked.append(own.client)
        return shop.world.services

    monkeypatch.setattr(answers, "connect", lambda: stage)
    monkeypatch.setattr(Stage, "services", services)
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=Terminal(terminal)))
    assert CliRunner().invoke(app, ["why", shop.message().id, *words]).exit_code == 0
    assert [client is not stage.client for client in asked] == [shows]


class Terminal(io.StringIO):
    """Standard error, at a terminal or not."""

    def __init__(self, is_one: bool) -> None:
        super().__init__()
        self._is_one = is_one

    def isatty(self) -> bool:
        return self._is_one
