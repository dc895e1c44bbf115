"""Wheels made by hand, and a build backend on them: a project that pip installs with no index at all.

test_bootstrap.py imports `make_wheel` and copies this very file into its projects as their backend (PEP 517
and 660). The backend notes each build in `builds.log` and obeys two files beside it: `fail` makes a build
fail, `hold` makes it wait until the file is gone.
"""

from __future__ import annotations

import time
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = """import json, os, signal, sys
VERSION = {version!r}
def main():
    print(json.dumps(dict(program={name!r}, version=VERSION, arguments=sys.argv[1:], pid=os.getpid(),
                          cwd=os.getcwd(), path=os.environ["PATH"])), flush=True)
    if sys.argv[1:] == ["wait"]:
        signal.pause()
    sys.exit(int(sys.argv[2]) if sys.argv[1:2] == ["exit"] else 0)
"""


def make_wheel(folder: Path, name: str, version: str, requires: Sequence[str] = (), test: Sequence[str] = ()) -> str:
    """Write a wheel whose only module is a command of its own name that tells how it was called."""
    info = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {line}" for line in requires]
    metadata += ["Provides-Extra: test", *(f"Requires-Dist: {line}; extra == 'test'" for line in test)]
    files = {
        f"{name}.py": SCRIPT.format(name=name, version=version),
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    wheel = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(folder / wheel, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return wheel


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    with Path("builds.log").open("a") as log:
        log.write("build\n")
    while Path("hold").exists():
        time.sleep(0.02)
    if Path("fail").exists():
        raise RuntimeError("this build was told to fail")
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    test = project["optional-dependencies"]["test"]
    return make_wheel(Path(wheel_directory), project["name"], project["version"], project["dependencies"], test)
