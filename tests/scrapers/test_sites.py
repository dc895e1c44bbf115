"""The table of sources."""

import subprocess
import sys

import pytest

from scrapers.errors import UnknownSource
from scrapers.sites import TYPES, make_source


def test_a_source_is_made_from_its_configured_type() -> None:
    source = make_source("page", "my-gallery", {"start": "https://gallery.example/", "max_pages": 3})
    assert source.name == "my-gallery"


def test_every_type_in_the_table_can_be_made() -> None:
    assert [make_source(kind, "x", {"start": "https://gallery.example/"}).name for kind in TYPES] == ["x"] * len(TYPES)


def test_an_unknown_type_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(UnknownSource, match="'page'"):
        make_source("pages", "x", {})


def test_reading_pages_imports_neither_pandas_nor_torch_nor_nftd() -> None:
    heavy = "{'pandas', 'numpy', 'torch', 'cv2', 'nftd'}"
    code = f"import sys, scrapers, scrapers.sites.page; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_checking_rules_loads_no_html_parser_until_a_selector_is_given() -> None:
    code = """
import sys
from scrapers.sites import make_source
make_source("page", "x", {"start": "https://gallery.example/"})
print(sorted({"bs4", "soupsieve", "lxml"} & set(sys.modules)))
make_source("page", "x", {"start": "https://gallery.example/", "links": "a.work"})
print("soupsieve" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "True", ""]
