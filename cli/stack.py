"""A stack on this machine: the artifact and template of the cloud, deployed by CloudFormation to an emulator.

One port serves two names. What is asked of 127.0.0.1 reaches the service: its API is mapped to that domain,
so that short links are as short as real ones. What is asked of localhost reaches the emulated AWS API.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from chalicelib.errors import RelanceError
from cli.artifact import EXECUTABLES, PROJECT_ROOT, REGION, ROOT_KEY, DeployFailed, package, run_tool

_SOURCES = (
    "app.py",
    "chalicelib/**/*",
    ".chalice/config.json",
    ".chalice/policy-*.json",
    "infra/**/*",
    "requirements.txt",
)
_DEPLOYED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
_SOURCES_TAG = "relance:sources"
_BUCKET = "relance-artifacts"
_START_SECONDS = 30
_STOP_SECONDS = 30


class PortTaken(RelanceError):
    """Something else listens on the port that the stack was given."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 is taken: stop what listens there "
            f"(`ss -ltnp 'sport = :{port}'` names it), or choose another port"
        )


class StartFailed(RelanceError):
    """The emulator ended, or did not answer in time."""

    def __init__(self, log: Path) -> None:
        super().__init__(f"the emulator did not start; the end of {log}:\n{_tail(log)}")


class LocalStack:
    """One stage, deployed to an emulator that runs as a child process.

    `state_dir` takes the emulator's log, the packaged artifact and, with `persist`, what the services hold:
    `stop` writes it and the next `start` reads it. With `auth` each function is held to its role's policy.
    `functions_reach` is the address that functions call AWS at, where it is not the emulator's own.
    """

    def __init__(
        self,
        stage: str,
        port: int,
        state_dir: Path,
        *,
        persist: bool,
        auth: bool,
        root: Path = PROJECT_ROOT,
        functions_reach: str = "",
    ) -> None:
        state_dir = state_dir.resolve()
        self.stage = stage
        self.port = port
        self.log = state_dir / "emulator.log"
        self._kept = state_dir / "state"
        self._scratch = state_dir / "tmp"
        self._package = state_dir / "package"
        self._persist = persist
        self._auth = auth
        self._root = root
        self._functions_reach = functions_reach or self.endpoint_url
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """The service's public origin, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint_url(self) -> str:
        """Where the emulated AWS API answers."""
        return f"http://localhost:{self.port}"

    @property
    def stack_name(self) -> str:
        """The name of the CloudFormation stack."""
        return f"relance-{self.stage}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the emulator and wait until it answers.

        Raises PortTaken; StartFailed where it ends or is silent for 30 seconds.
        """
        if not _is_free(self.port):
            raise PortTaken(self.port)
        shutil.rmtree(self._scratch, ignore_errors=True)
        for directory in (self._kept, self._scratch):
            directory.mkdir(parents=True, exist_ok=True)
        self._rewind_streams()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [EXECUTABLES / "ministack"],
                env=self._emulator_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal reaches only us, and we stop the emulator in good order.
                process_group=0,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the emulator and every process that it started. With `persist` it first writes its state.

        It has 30 seconds for that; then it is killed, and the state stays what the last `stop` left.
        """
        if self._process is None:
            return
        process, self._process = self._process, None
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def deploy(self, say: Callable[[str], None] = lambda _line: None) -> bool:
        """Package the functions and deploy them, telling each step; answer whether there was anything to do.

        The stack carries a digest of its sources as a tag: what is deployed and what is believed to be cannot
        part, even where the emulator was killed and came back with older state. Raises DeployFailed.
        """
        digest = self._digest()
        if self._deployed_digest() == digest:
            say("The stack is up to date")
            return False
        say("Packaging the functions (the first time also fetches their dependencies)")
        package(self.stage, self._package, self._root)
        say("Deploying the stack")
        self._deploy_stack(digest)
        return True

    def outputs(self) -> dict[str, str]:
        """The stack's outputs, by name. Raises ClientError where it is not deployed."""
        [stack] = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def workers(self, function: str) -> list[int]:
        """The processes that run a function now, by its name in the template."""
        named = f"FUNCTION_NAME={self.stack_name}-{function}-".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                environment = (process / "environ").read_bytes()
                if named in environment and os.fsencode(self._scratch) in environment:
                    found.append(int(process.name))
        return found

    # Any: which client it is depends on the name, and callers annotate it with that client's own type.
    def client(self, service: str) -> Any:
        """A client of the emulated service, with the rights of the account's root."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
        )

    def _rewind_streams(self) -> None:
        """Let the consumers of a table's stream read it from its start.

        The emulator keeps how many records each has read, but not the stream, which begins anew: each would
        miss as many records as it had read before.
        """
        kept = self._kept / "lambda.json"
        if kept.exists():
            state = json.loads(kept.read_text())
            state["payload"].pop("dynamodb_stream_positions", None)
            kept.write_text(json.dumps(state))

    def _emulator_environment(self) -> dict[str, str]:
        """All that the emulator is told. The functions inherit it: nothing of the operator's own goes in."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._scratch),
            "TMPDIR": str(self._scratch),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1" if self._persist else "0",
            "STATE_DIR": str(self._kept),
            "AUTH": "true" if self._auth else "false",
            "AWS_ENDPOINT_URL": self._functions_reach,
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/_ministack/ready")
                if connection.getresponse().status == http.client.OK:
                    return
            time.sleep(0.05)
        raise StartFailed(self.log)

    def _sources(self) -> Iterator[Path]:
        for pattern in _SOURCES:
            for path in sorted(self._root.glob(pattern)):
                if path.is_file() and "__pycache__" not in path.parts:
                    yield path

    def _digest(self) -> str:
        digest = hashlib.sha256(f"{self.stage} {self.origin}".encode())
        for path in self._sources():
            digest.update(str(path.relative_to(self._root)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _deployed_digest(self) -> str | None:
        """The digest of what stands in the emulator; None where nothing does, or its last update failed."""
        try:
            [stack] = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        except ClientError:
            return None
        if stack["StackStatus"] not in _DEPLOYED:
            return None
        tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
        return tags.get(_SOURCES_TAG)

    def _deploy_stack(self, digest: str) -> None:
        s3 = self.client("s3")
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        uploaded = self._package / "uploaded.yaml"
        self._run(
            "aws",
            *("cloudformation", "package", "--s3-bucket", _BUCKET),
            *("--template-file", self._package / "sam.yaml", "--output-template-file", uploaded),
            # Over a restart the emulator keeps the list of a bucket's objects, and not the objects.
            "--force-upload",
        )
        try:
            self._run(
                "aws",
                *("cloudformation", "deploy", "--stack-name", self.stack_name, "--s3-bucket", _BUCKET),
                *("--template-file", uploaded, "--no-fail-on-empty-changeset"),
                *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
                *("--parameter-overrides", f"Stage={self.stage}", f"Origin={self.origin}"),
                *("--tags", f"{_SOURCES_TAG}={digest}"),
            )
        except DeployFailed as failed:
            raise DeployFailed("aws", f"{failed.output}\n{self._failed_resources()}") from failed

    def _failed_resources(self) -> str:
        """What CloudFormation says of each resource that failed, the latest first: the tool leaves it out."""
        try:
            events = self.client("cloudformation").describe_stack_events(StackName=self.stack_name)
        except ClientError:
            return ""
        return "\n".join(
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in events["StackEvents"]
            if event["ResourceStatus"].endswith("_FAILED") and "ResourceStatusReason" in event
        )

    def _run(self, tool: str, *arguments: str | Path) -> None:
        """Run a tool of this environment on the emulator."""
        run_tool(tool, *arguments, AWS_ENDPOINT_URL=self.endpoint_url)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that has just been closed does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
