"""The import's pipeline beside its floor, and its memory with a million rows.

python -m bench.imports speed ROWS ROUNDS | memory FILE
"""

from __future__ import annotations

import csv
import hmac
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import phonenumbers
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figures import Figure
from chalicelib.audience.import_files import Record, inspect, read
from chalicelib.audience.import_rows import ImportOptions, RowReader
from chalicelib.audience.importing import file_opener, run
from chalicelib.audience.intake import BATCH, Arrival, Intake
from chalicelib.clock import SystemClock
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.ledger_places import LedgerPlaces
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.table import Table
from chalicelib.vault import Vault, identifier_digest, new_secrets

_MOST_RATIO, _MOST_MB = 2.0, 200
MILLION = 1_000_000
_HEADER = "phone,email,first_name,last_name,city,consent.sms_marketing,consent.matching,consent_at,source"
_BYTES = 3_500, 4_500
"""Of a row's writes as they are sent."""
_BASE, _KEY, _NONCE = "adv_01", os.urandom(32), 12


class WrongAnswer(Exception):
    """What was measured did not do its work."""


def figures(rounds: int, rows: int = MILLION) -> Iterator[Figure]:
    """Speed and memory, each measured in an interpreter of its own."""
    speed = _measure("speed", "300", str(rounds))
    ours, floor = median(speed["ours"]), median(speed["floor"])
    yield Figure(
        "import.ratio",
        round(median(a / b for a, b in zip(speed["ours"], speed["floor"], strict=True)), 3),
        _MOST_RATIO,
        "× floor",
        "CPU time of a row of a CSV file until its five writes are the bytes of a request (read, normalised, hashed,"
        " encrypted, chained, encoded), and the question who is known already, over bare loops of what it cannot do"
        " without: phonenumbers.parse, three HMACs of SHA-256s (person, phone, e-mail) and four AES-GCM encryptions"
        " (profile, ledger's key, its entry under that key, its subject);"
        f" median of {rounds} rounds of 300 rows each, in turn",
        (f"ours {1e6 * ours:.0f} µs, of it to an arrival {1e6 * speed['read']:.0f} µs; floor {1e6 * floor:.0f} µs",),
    )
    yield Figure(
        "import.rows_per_cpu_second", round(1 / ours), None, "/s", "rows of the same rounds, per second of one core"
    )
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "rows.csv"
        with file.open("w", encoding="utf-8") as opened:
            opened.writelines(_lines(rows))
        memory = _measure("memory", str(file))
    yield Figure(
        "import.rss_mb",
        round(memory["rss_mb"], 1),
        _MOST_MB,
        "MB",
        f"most memory of a process that checks a file of {rows:,} rows (`relance contacts import --dry-run`);"
        f" it took {memory['seconds']:.0f} s of CPU. Numbers are drawn by chance, and never leave the process",
    )


def _measure(*arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _lines(rows: int) -> Iterator[str]:
    chance = random.Random(1)
    yield f"{_HEADER}\n"
    for number in range(rows):
        digits = f"6{chance.randrange(8)}{chance.randrange(10**7):07d}"
        phone = " ".join(("0" + digits)[at : at + 2] for at in range(0, 10, 2))
        yield f"{phone},user{number}@example.com,Camille,Aubry,Lyon,yes,no,2026-01-10T10:12:00+01:00,checkout\n"


def _speed(rows: int, rounds: int) -> dict[str, Any]:
    content = "".join(line for line in _lines(rows) if "06 3" not in line).encode()
    vault = Vault(new_secrets().__getitem__)
    calls: dict[str, Callable[[], int]] = {"ours": _ours(content, vault), "floor": _floor(content)}
    reading = _reading(content)
    times: dict[str, list[float]] = {"ours": [], "floor": [], "read": []}
    calls["read"] = reading
    for turn in range(rounds + 2):
        for name, call in calls.items():
            started = time.process_time()
            done = call()
            if turn >= 2:  # The first ones fill caches.
                times[name].append((time.process_time() - started) / done)
    return {"ours": times["ours"], "floor": times["floor"], "read": median(times["read"])}


def _arrivals(content: bytes, now: int) -> Iterator[Arrival]:
    def open_file() -> io.BytesIO:
        return io.BytesIO(content)

    form = inspect(open_file)
    reader = RowReader(ImportOptions(base=_BASE), form.fingerprint, now)
    for record in read(open_file, form):
        arrival = reader.read(record) if isinstance(record, Record) else None
        if not isinstance(arrival, Arrival):
            raise WrongAnswer(arrival)
        yield arrival


def _reading(content: bytes) -> Callable[[], int]:
    now = SystemClock().now()
    return lambda: sum(1 for _ in _arrivals(content, now))


def _ours(content: bytes, vault: Vault) -> Callable[[], int]:
    """The whole import but its checkpoints and what is sent: a table that knows nobody, and takes everything."""
    clock, taken = SystemClock(), 0

    def table_call(operation: str, request: Mapping[str, Any] | str) -> dict[str, Any]:
        nonlocal taken
        if operation == "BatchGetItem":
            return {"Responses": {}}
        taken += len(str(request).encode())
        return {}

    table = Table(table_call, "table", clock)
    intake = Intake(table, Contacts(table), Ledgers(table, LedgerPlaces(table, vault)), vault, clock)

    def call() -> int:
        nonlocal taken
        done, taken, arrivals = 0, 0, _arrivals(content, clock.now())
        while batch := list(islice(arrivals, BATCH)):
            if {"added"} != set(intake.take_many(_BASE, batch)):
                raise WrongAnswer(done)
            done += len(batch)
        if not _BYTES[0] < taken / done < _BYTES[1]:
            raise WrongAnswer(taken)
        return done

    return call


def _floor(content: bytes) -> Callable[[], int]:
    cells = list(csv.reader(io.StringIO(content.decode())))[1:]
    cipher, place = AESGCM(_KEY), b"contact/adv_01/" + b"0" * 40
    profile, entry, subject = b"p" * 100, b"e" * 320, b"s" * 60

    def call() -> int:
        for row in cells:
            phonenumbers.parse(row[0], "FR")
            for text in (row[0], row[0], row[1]):
                hmac.digest(_KEY, identifier_digest(text).encode(), "sha256").hex()
            for plain in (profile, _KEY, subject):
                cipher.encrypt(os.urandom(_NONCE), plain, place)
            AESGCM(os.urandom(32)).encrypt(os.urandom(_NONCE), entry, place)
        return len(cells)

    return call


def _memory(file: Path) -> dict[str, float]:
    started = time.process_time()
    report = run(file_opener(file), ImportOptions(base=_BASE), SystemClock().now(), None)
    if report.accepted + report.merged < report.rows * 0.7:
        raise WrongAnswer(report.refused)
    return {
        "rss_mb": _most_memory_mb(),
        "seconds": time.process_time() - started,
    }


def _most_memory_mb() -> float:
    """Of this program alone: `ru_maxrss` would also tell what the process held that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    print(json.dumps(_memory(Path(given[0])) if what == "memory" else _speed(int(given[0]), int(given[1]))))
