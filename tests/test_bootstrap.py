"""bootstrap.py on small projects whose packages are wheels in a folder: real venv, real pip, no index."""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import fake_build

ROOT = Path(__file__).parent.parent

PYPROJECT = """[build-system]
requires = []
build-backend = "fake_build"
backend-path = ["."]

[project]
name = "nftd"
version = "1.0"
dependencies = ["torch>=2.6,<3"]

[project.optional-dependencies]
test = ["pytest"]
"""
CONSTRAINTS = """pytest==9.0

# --- torch and what it asks for
symbols==1.14
torch==2.13.0
"""


@dataclass
class Project:
    """A checkout with a copy of bootstrap.py, and the folder its pip finds wheels in."""

    root: Path
    wheels: Path

    def start(self, *arguments: str, prelude: str = "") -> subprocess.Popen[str]:
        run_it = "sys.argv[:1] = []; runpy.run_path(sys.argv[0], run_name='__main__')"
        code = f"import runpy, sys; {prelude}; {run_it}"
        script = str(self.root / "bootstrap.py")
        command = [sys.executable, *(["-c", code] if prelude else []), script, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.wheels,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return {**kept, **own, "PIP_NO_CACHE_DIR": "1", "PIP_NO_BUILD_ISOLATION": "0"}

    def run(self, *arguments: str, prelude: str = "") -> Result:
        process = self.start(*arguments, prelude=prelude)
        out, err = process.communicate(timeout=120)
        return Result(process.returncode, out, err)

    def builds(self) -> int:
        log = self.root / "builds.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def installed(self, package: str) -> list[str]:
        found = self.root.glob(f".venv/lib/python3*/site-packages/{package}-*.dist-info")
        return [info.name.removeprefix(f"{package}-").removesuffix(".dist-info") for info in found]


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """What the command of a wheel says of its call, which must be all there is on stdout."""
        return dict(json.loads(self.out))


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A fresh checkout in a folder with a space in its name."""
    project = Project(tmp_path / "my nftd", tmp_path / "wheels")
    project.root.mkdir()
    project.wheels.mkdir()
    shutil.copy(ROOT / "bootstrap.py", project.root)
    shutil.copy(fake_build.__file__, project.root)
    (project.root / "pyproject.toml").write_text(PYPROJECT)
    (project.root / "constraints.txt").write_text(CONSTRAINTS)
    for name, version in (("torch", "2.13.0"), ("torch", "2.14.0"), ("symbols", "1.14"), ("symbols", "1.13")):
        fake_build.make_wheel(project.wheels, name, version)
    for version in ("9.0", "9.1"):
        fake_build.make_wheel(project.wheels, "pytest", version)
    return project


@pytest.fixture
def project(bare: Project) -> Project:
    """The same with a .venv that its user made: it borrows our pip, which saves unpacking one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare.root / ".venv"], check=True)
    spec = importlib.util.find_spec("pip")
    assert spec is not None
    assert spec.origin is not None
    (site_packages,) = bare.root.glob(".venv/lib/python3*/site-packages")
    (site_packages / "pip").symlink_to(Path(spec.origin).parent)
    return bare


def preinstall(project: Project, package: str, version: str, requires: tuple[str, ...] = ()) -> None:
    fake_build.make_wheel(project.wheels, package, version, requires)
    pip = [project.root / ".venv/bin/python", "-m", "pip", "install", "--quiet", f"{package}=={version}"]
    subprocess.run(pip, env=project.environment(), check=True)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 100
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def test_a_first_set_up_makes_venv_and_ends_with_the_path_of_nftd(bare: Project) -> None:
    result = bare.run("nftd", "exit", "4")

    assert result.code == 4
    assert result.told["arguments"] == ["exit", "4"]
    assert result.told["cwd"] == str(bare.wheels)
    assert result.told["path"].startswith(f"{bare.root}/.venv/bin{os.pathsep}")
    assert result.err.splitlines()[-1] == f"nftd is ready: {bare.root}/.venv/bin/nftd"
    before_pip = result.err.index("about 135 MB")
    assert before_pip < result.err.index("PyTorch: about 3 GB") < result.err.index("nftd is ready")
    assert bare.installed("torch") == ["2.13.0"]


def test_nothing_is_set_up_again_when_nothing_changed(project: Project) -> None:
    project.run("nftd")
    result = project.run("nftd", "--json", "a b", "")

    assert (result.code, result.err) == (0, "")
    assert result.told["arguments"] == ["--json", "a b", ""]
    assert project.builds() == 1


def test_a_changed_pyproject_sets_up_again(project: Project) -> None:
    project.run("nftd")
    (project.root / "pyproject.toml").write_text(PYPROJECT.replace('"1.0"', '"1.1"'))
    result = project.run("nftd")

    assert "setting up" in result.err
    assert result.told["version"] == "1.1"
    assert project.builds() == 2


def test_pytest_brings_the_test_tools_and_they_stay(project: Project) -> None:
    project.run("nftd")
    assert project.installed("pytest") == []

    result = project.run("pytest", "-k", "some words")
    assert (result.told["program"], result.told["arguments"]) == ("pytest", ["-k", "some words"])
    assert project.installed("pytest") == ["9.0"]

    (project.root / "constraints.txt").write_text(CONSTRAINTS.replace("pytest==9.0", "pytest==9.1"))
    assert project.run("nftd").code == 0
    assert project.installed("pytest") == ["9.1"]


def test_a_killed_set_up_is_repeated(project: Project) -> None:
    (project.root / "hold").touch()
    process = project.start("nftd")
    wait_for(project.root / "builds.log")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (project.root / "hold").unlink()

    result = project.run("nftd")
    assert result.code == 0
    assert "nftd is ready" in result.err
    assert project.builds() == 2


def test_a_package_that_a_killed_pip_left_without_its_command_is_installed_again(project: Project) -> None:
    preinstall(project, "torch", "2.13.0")
    (info,) = project.root.glob(".venv/lib/python3*/site-packages/torch-2.13.0.dist-info")
    (info / "INSTALLER").unlink()
    (project.root / ".venv/bin/torch").unlink()

    assert project.run("torch").told["version"] == "2.13.0"


def test_a_venv_that_was_killed_before_it_had_pip_is_completed(bare: Project) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare.root / ".venv"], check=True)

    assert bare.run("nftd").code == 0


def test_a_failed_set_up_says_so_and_is_tried_again(project: Project) -> None:
    (project.root / "fail").touch()
    result = project.run("nftd")
    assert (result.code, result.out) == (1, "")
    assert "told to fail" in result.err
    assert result.err.splitlines()[-1].startswith("nftd: the set-up failed")

    (project.root / "fail").unlink()
    assert project.run("nftd").code == 0


def test_the_second_of_two_set_ups_waits_and_finds_it_done(project: Project) -> None:
    (project.root / "hold").touch()
    first = project.start("nftd", "first")
    wait_for(project.root / "builds.log")
    second = project.start("nftd", "second")
    assert second.stderr is not None
    assert "waiting" in second.stderr.readline()
    (project.root / "hold").unlink()

    for process, argument in ((first, "first"), (second, "second")):
        out, _ = process.communicate(timeout=120)
        assert json.loads(out)["arguments"] == [argument]
        assert process.returncode == 0
    assert project.builds() == 1


def test_a_set_up_waits_for_a_pip_that_outlived_its_bootstrap(project: Project) -> None:
    (project.root / "hold").touch()
    first = project.start("nftd")
    wait_for(project.root / "builds.log")
    first.kill()
    second = project.start("nftd")
    assert second.stderr is not None
    assert "waiting" in second.stderr.readline()
    (project.root / "hold").unlink()

    assert second.wait(timeout=120) == 0
    first.communicate()
    second.communicate()


def test_a_suitable_torch_is_kept_with_what_it_pins_itself(project: Project) -> None:
    preinstall(project, "torch", "2.7.0+cpu", requires=("symbols==1.13",))
    result = project.run("nftd")

    assert result.code == 0
    assert project.installed("torch") == ["2.7.0+cpu"]
    assert project.installed("symbols") == ["1.13"]
    assert "torch 2.7.0+cpu is kept" in result.err
    assert "3 GB" not in result.err


@pytest.mark.parametrize(
    ("version", "is_kept"),
    [
        ("2.6.0", True),
        ("2.13.0+cpu", True),
        ("2.99.1", True),
        ("2.5.1", False),
        ("3.0.0", False),
        ("1.13.1", False),
    ],
)
def test_a_torch_from_2_6_below_3_is_suitable(bare: Project, version: str, is_kept: bool) -> None:
    (bare.root / f".venv/lib/python3.11/site-packages/torch-{version}.dist-info").mkdir(parents=True)
    bootstrap = runpy.run_path(str(bare.root / "bootstrap.py"))

    assert bootstrap["suitable_torch"]() == (version if is_kept else None)


@pytest.mark.parametrize(("torch", "pins"), [(None, 3), ("2.13.0", 3), ("2.13.0+cpu", 3), ("2.7.0", 1)])
def test_only_another_torch_than_the_pinned_one_drops_its_pins(bare: Project, torch: str | None, pins: int) -> None:
    bootstrap = runpy.run_path(str(bare.root / "bootstrap.py"))

    assert bootstrap["constraints_for"](torch).count("==") == pins


def test_a_torch_that_is_too_old_is_replaced_by_the_pinned_one(project: Project) -> None:
    preinstall(project, "torch", "2.5.1")
    result = project.run("nftd")

    assert result.code == 0
    assert project.installed("torch") == ["2.13.0"]
    assert "about 3 GB" in result.err


def test_a_moved_checkout_is_set_up_anew(project: Project) -> None:
    project.run("nftd")
    moved = Project(project.root.with_name("moved"), project.wheels)
    project.root.rename(moved.root)
    result = moved.run("nftd")

    assert result.code == 0
    assert result.told["path"].startswith(str(moved.root))


def test_the_command_takes_over_the_process_and_its_signals(project: Project) -> None:
    project.run("nftd")
    process = project.start("nftd", "wait")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["pid"] == process.pid
    process.terminate()

    assert process.wait(timeout=10) == -signal.SIGTERM
    process.communicate()


def test_an_unknown_command_is_one_clear_line(project: Project) -> None:
    project.run("nftd")
    result = project.run("nfdt", "once")

    assert result.code == 1
    assert result.err == f"there is no command 'nfdt' in {project.root}/.venv/bin\n"


def test_no_command_prints_the_usage_and_sets_nothing_up(bare: Project) -> None:
    nothing, asked = bare.run(), bare.run("--help")

    assert (nothing.code, nothing.out) == (2, "")
    assert (asked.code, asked.err) == (0, "")
    assert "python3 bootstrap.py nftd once" in nothing.err
    assert nothing.err == asked.out
    assert not (bare.root / ".venv").exists()


def test_an_old_python_is_one_clear_line(bare: Project) -> None:
    result = bare.run("nftd", prelude="sys.version_info = (3, 10, 12, 'final', 0)")

    assert result.code == 1
    assert result.err == "nftd needs Python 3.11 or newer, this is 3.10: name a newer one\n"


def test_a_checkout_without_its_files_is_one_clear_line(project: Project) -> None:
    (project.root / "constraints.txt").unlink()
    result = project.run("nftd")

    assert result.code == 1
    assert result.err.splitlines()[-1] == (
        f"nftd: [Errno 2] No such file or directory: '{project.root}/constraints.txt'"
    )


def test_a_python_without_venv_names_the_package_to_install(bare: Project) -> None:
    result = bare.run("nftd", prelude="sys.modules['ensurepip'] = None")

    assert result.code == 1
    assert "apt install python3-venv" in result.err.splitlines()[-1]
    assert not (bare.root / ".venv").exists()
