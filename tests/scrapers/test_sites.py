"""The table of sources: the entry points of the group nftd.scrapers, ours and those of other packages."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from scrapers import sites
from scrapers.errors import BadRule, UnknownSource
from scrapers.sites import GROUP, make_source, source_types

OURS = {"nftshowroom", "objkt", "opensea", "page", "rarible", "table", "teztok"}


def test_a_source_is_made_from_its_configured_type() -> None:
    source = make_source("page", "my-gallery", {"start": "https://gallery.example/", "max_pages": 3})
    assert source.name == "my-gallery"


def test_all_our_types_are_registered() -> None:
    assert set(source_types()) >= OURS


def test_our_types_are_found_where_the_installed_metadata_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "entry_points", lambda **_: ())
    assert set(source_types()) == OURS


def test_an_unknown_type_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(UnknownSource, match="'page'"):
        make_source("pages", "x", {})
    with pytest.raises(UnknownSource, match="known are nftshowroom, objkt"):
        make_source("zzzz", "x", {})


def foreign(name: str, value: str, package: str = "their-package") -> EntryPoint:
    point = EntryPoint(name, value, GROUP)
    object.__setattr__(point, "dist", None)
    vars(point)["dist"] = SimpleNamespace(name=package)
    return point


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A package of somebody else, with whatever module a test writes into it."""
    monkeypatch.syspath_prepend(tmp_path)
    points = (foreign("theirs", "their_module:Theirs"),)
    monkeypatch.setattr(sites, "entry_points", lambda **_: points)
    monkeypatch.delitem(sys.modules, "their_module", raising=False)
    return tmp_path / "their_module.py"


def test_another_package_adds_a_type(install: Path) -> None:
    install.write_text(
        "class Theirs:\n"
        "    html = False\n"
        "    def __init__(self, name): self.name = name\n"
        "    @classmethod\n"
        "    def from_options(cls, name, options): return cls(name + options['tail'])\n"
        "    def pages(self, session, cursor, known): return iter(())\n"
    )
    assert make_source("theirs", "new", {"tail": "-market"}).name == "new-market"


@pytest.mark.parametrize(
    "module",
    [
        "import a_module_that_is_not_there",
        "raise SystemError('broken')",
        "Other = 1",
        "Theirs = 1",
        "this is no Python",
        "class Theirs:\n    @classmethod\n    def from_options(cls, name, options): return 1 / 0",
    ],
)
def test_a_broken_package_is_one_error_that_names_it(install: Path, module: str) -> None:
    install.write_text(module)
    with pytest.raises(UnknownSource, match="of package their-package cannot be used") as caught:
        make_source("theirs", "x", {})
    assert caught.value.evidence == {"type": "theirs", "package": "their-package"}
    assert make_source("page", "x", {"start": "https://gallery.example/"}).name == "x", "the others go on"


def test_a_packages_own_complaint_about_options_goes_through(install: Path) -> None:
    install.write_text(
        "from scrapers.errors import BadRule\n"
        "class Theirs:\n"
        "    @classmethod\n"
        "    def from_options(cls, name, options): raise BadRule('no', option='colour')\n"
    )
    with pytest.raises(BadRule):
        make_source("theirs", "x", {})


def test_a_name_that_two_packages_claim_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "entry_points", lambda **_: (foreign("page", "their_module:Theirs"),))
    with pytest.raises(UnknownSource, match="registered twice, by nftd and their-package"):
        make_source("page", "x", {"start": "https://gallery.example/"})


def test_metadata_older_than_the_checkout_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "entry_points", lambda **_: (foreign("page", "scrapers.old:Page", "nftd"),))
    assert make_source("page", "x", {"start": "https://gallery.example/"}).name == "x"


def test_reading_pages_imports_neither_pandas_nor_torch_nor_nftd() -> None:
    heavy = "{'pandas', 'numpy', 'torch', 'cv2', 'nftd'}"
    modules = "scrapers, scrapers.sites.page, scrapers.sites.teztok, scrapers.sites.rarible, scrapers.sites.opensea"
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_checking_rules_loads_no_html_parser_until_a_selector_is_given() -> None:
    code = """
import sys
from scrapers.sites import make_source
make_source("page", "x", {"start": "https://gallery.example/"})
make_source("teztok", "x", {})
print(sorted({"bs4", "soupsieve", "lxml"} & set(sys.modules)))
make_source("page", "x", {"start": "https://gallery.example/", "links": "a.work"})
print("soupsieve" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "True", ""]
