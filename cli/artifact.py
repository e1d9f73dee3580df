"""The artifact that is deployed, as `chalice package` makes it; and the tools that make and deploy it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from chalicelib.errors import RelanceError
from cli.bytecode import precompile

REGION = "eu-west-3"
PROJECT_ROOT = Path(__file__).resolve().parent.parent
EXECUTABLES = Path(sys.executable).parent

# The emulator's root account. Any other key is held to its IAM policies where the stack enforces them.
ROOT_KEY = "test"


class DeployFailed(RelanceError):
    """A step of the deployment failed; the text holds what its tool printed."""

    def __init__(self, tool: str, output: str) -> None:
        super().__init__(f"the stack was not deployed; {tool} says:\n{output.strip()}")
        self.output = output


def package(stage: str, directory: Path, root: Path = PROJECT_ROOT, *, for_template: bool = False) -> None:
    """Make a stage's artifact and template, `sam.yaml`, in a directory of their own. Raises DeployFailed.

    `for_template` is for whoever looks at the template alone: the artifact is as Chalice leaves it then.
    """
    shutil.rmtree(directory, ignore_errors=True)
    cache = root / ".chalice" / "deployments"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        # All stages share Chalice's cache of dependencies, and Chalice expects to be alone with it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        run_tool(
            "chalice",
            *("--project-dir", root, "package", "--stage", stage),
            *("--merge-template", root / "infra" / "resources.yaml"),
            *("--template-format", "yaml", directory),
        )
    if not for_template:
        precompile(directory / "deployment.zip")


def run_tool(tool: str, *arguments: str | Path, **environment: str) -> None:
    """Run a tool of this environment, whatever AWS account the shell is set up for."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with subprocess.Popen(
        [EXECUTABLES / tool, *arguments],
        env=inherited
        | {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            # Interrupted: what the tool itself has started, such as Chalice's pip, would outlive it.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        raise DeployFailed(tool, output)
