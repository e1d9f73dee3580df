"""Bytecode in the artifact: a function's files are read-only, so each cold start would compile all that it imports."""

from __future__ import annotations

import compileall
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

_NEVER_IMPORTED = ("pip/", "setuptools/", "_distutils_hack/", "pkg_resources/", "wheel/")
"""What Chalice's command line comes with."""


def precompile(archive: Path) -> int:
    """Put beside each module of an artifact what Python makes of it; returns for how many.

    It holds without a look at the module (PEP 552): nobody changes an artifact after it was made. Another version of
    Python passes it over.
    """
    _drop(archive, "__pycache__/")  # What Python left beside the sources on this machine.
    with TemporaryDirectory() as directory, zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as artifact:
        modules = [
            name for name in artifact.namelist() if name.endswith(".py") and not name.startswith(_NEVER_IMPORTED)
        ]
        artifact.extractall(directory, modules)
        compileall.compile_dir(
            directory, stripdir=directory, quiet=2, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
        )
        made = sorted(Path(directory).rglob("*.pyc"))
        for compiled in made:
            artifact.write(compiled, compiled.relative_to(directory))
    return len(made)


def _drop(archive: Path, part: str) -> None:
    """Take out of an archive whatever has this in its name."""
    with zipfile.ZipFile(archive) as artifact:
        if not any(part in name for name in artifact.namelist()):
            return
        kept = archive.with_suffix(".kept")
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as cleaned:
            for entry in artifact.infolist():
                if part not in entry.filename:
                    cleaned.writestr(entry, artifact.read(entry))
    kept.replace(archive)
