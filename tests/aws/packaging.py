"""The environment for packaging, made once for the project, in a home of a test's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.commands.shell import ROOT


def share_packaging(home: Path) -> Path:
    """Let a home use the project's environment for packaging; its Python. Made on the first call (half a minute)."""
    subprocess.run([ROOT / "bin" / "setup", "package"], cwd=ROOT, check=True, capture_output=True)
    made = Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local").resolve() / "package-venv"
    own = home / "package-venv"
    (own / "bin").mkdir(parents=True)
    for part in made.iterdir():
        if part.name != "bin":
            (own / part.name).symlink_to(part)
    for program in (made / "bin").iterdir():
        (own / "bin" / program.name).symlink_to(program)
    # bin/setup believes no environment whose programs name another place.
    (own / "bin" / "pip").unlink()
    (own / "bin" / "pip").write_text(f"#!{own}/bin/python\n")
    return own / "bin" / "python"
