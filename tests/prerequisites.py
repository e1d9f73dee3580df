"""What tests need beside Python: Chromium, a JDK and npm; and DynamoDB Local, fetched once.

    python -m tests.prerequisites

What is missing is installed by apt-get where that needs to ask nobody. Elsewhere it is named, and the tests that need
it are skipped with the reason; but in CI nothing is skipped, so there the answer is 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from tests.browser.conftest import chromium
from tests.local.dynamodb_local import Unavailable, fetch

_OLDEST_JAVA = 17


def missing() -> list[str]:
    """Debian's packages of what is not there."""
    there = {"chromium": chromium() is not None, "default-jdk-headless": has_jdk(), "npm": bool(shutil.which("npm"))}
    return [package for package, found in there.items() if not found]


def has_jdk() -> bool:
    """Whether a JDK of 17 or later is there: DynamoDB Local's launcher is compiled when it is started."""
    if not shutil.which("java") or not shutil.which("javac"):
        return False
    told = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False)
    version = re.search(r"javac (\d+)", told.stdout + told.stderr)
    return version is not None and int(version[1]) >= _OLDEST_JAVA


def privilege() -> list[str] | None:
    """What to put before a command that needs root, or None where it would ask for a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> None:
    """Install Debian packages quietly, where that can be done without asking."""
    prefix = privilege()
    if prefix is None or not shutil.which("apt-get"):
        return
    print(f"Installing {', '.join(packages)} (once)", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    wanted = ["install", "--yes", "--no-install-recommends", *packages]
    for command in (["update"], wanted):
        done = subprocess.run([*apt, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed:\n{done.stderr.strip()}", file=sys.stderr)


def main() -> int:
    """Make sure of everything; 1 where something is missing and nothing may be skipped."""
    packages = missing()
    if packages:
        install(packages)
    problems = [f"not installed: {package} (Debian: apt-get install {package})" for package in missing()]
    try:
        fetch()
    except Unavailable as reason:
        problems.append(str(reason))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        return 0
    if os.environ.get("CI"):
        return 1
    print("The tests that need these will be skipped.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
