"""The artifact's bytecode: what a function imports is compiled before it is deployed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from cli.bytecode import precompile


def test_a_module_is_loaded_from_its_bytecode(tmp_path: Path) -> None:
    archive = tmp_path / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as artifact:
        artifact.writestr("shop/__init__.py", "")
        artifact.writestr("shop/lamp.py", "said = 'as it was deployed'\n")
        artifact.writestr("pip/never.py", "")
        artifact.writestr("words.json", "{}")
        artifact.writestr("shop/__pycache__/lamp.cpython-311.pyc", b"of another time")
    assert precompile(archive) == 2

    unpacked = tmp_path / "function"
    with zipfile.ZipFile(archive) as artifact:
        artifact.extractall(unpacked)
        assert len(set(artifact.namelist())) == len(artifact.namelist()) == 6
    # Were it compiled anew, it would say something else.
    (unpacked / "shop" / "lamp.py").write_text("said = 'compiled again'\n")
    asked = [sys.executable, "-c", "from shop.lamp import said; print(said)"]
    told = subprocess.run(asked, cwd=unpacked, capture_output=True, text=True, check=True)
    assert told.stdout == "as it was deployed\n"
