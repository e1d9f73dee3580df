"""Packages every stage and lints what CloudFormation would get; and no policy may hold a `*`.

python -m tests.lint_template
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.artifact import REGION, DeployFailed, package
from tests.support.policies import policy_files, wildcards
from tests.support.template import ROOT


def stages() -> list[str]:
    """The stages of .chalice/config.json."""
    return sorted(json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"])


def findings(stage: str, directory: Path) -> str:
    """What is wrong with a stage's template; empty where nothing is."""
    try:
        package(stage, directory, for_template=True)
    except DeployFailed as failed:
        return str(failed)
    linter = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run(
        [linter, "--regions", REGION, "--non-zero-exit-code", "informational", directory / "sam.yaml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return linted.stdout.strip() if linted.returncode else ""


def main() -> int:
    """Print the findings; 1 where there are any."""
    found = {name: "\n".join(wildcards(policy)) for name, policy in policy_files().items()}
    with tempfile.TemporaryDirectory() as scratch:
        for stage in stages():
            found[f"stage {stage}"] = findings(stage, Path(scratch) / stage)
    wrong = {name: text for name, text in found.items() if text}
    for name, text in wrong.items():
        print(f"{name}:\n{text}\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
