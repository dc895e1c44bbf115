"""Settings: what is accepted, what is refused and how the refusal reads."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.categories import CATEGORIES, DREAM_PROMPTS
from generator.presets import PRESETS
from nftd import config
from nftd.errors import ConfigError
from nftd.http import HttpLimits
from nftd.reference import current, rows, toml
from nftd.shipped import shipped_config, write_config

SHIPPED = Path(__file__).parents[2] / "config.toml"


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(file)
    message = str(error.value)
    assert "\n" not in message
    assert str(file) in message
    return message


def test_the_shipped_file_says_exactly_the_defaults() -> None:
    shipped = config.load(SHIPPED)
    assert shipped.model_copy(update={"data": ""}) == config.Settings()


def lines_by_key(text: str) -> dict[str, str]:
    """The line of every key of the shipped file, by its full name; tables that a person names are `NAME`."""
    table, found = "", {}
    for line in text.splitlines():
        if header := re.match(r"\[([a-z.]+)\]", line):
            table = re.sub(r"^(sources|categories)\.[a-z]+$", r"\1.NAME", header[1]) + "."
        elif key := re.match(r"([a-z_]+) = ", line):
            found[table + key[1]] = line
    return found


def test_the_shipped_file_names_every_key_with_its_meaning() -> None:
    lines = lines_by_key(SHIPPED.read_text())
    single = [row for row in rows() if row["key"] not in {"sources", "categories"}]
    assert [row["key"] for row in single if row["key"] not in lines] == []
    for row in single:
        meaning = row["meaning"].split(";")[0].split(",")[0][:30].lower()
        assert meaning in lines[row["key"]].lower(), (row, lines[row["key"]])
    assert set(lines) == {row["key"] for row in single}


def test_the_shipped_file_gives_every_category_with_its_prompt_and_phrases() -> None:
    shipped = tomllib.loads(SHIPPED.read_text())["categories"]
    assert {name: one["prompt"] for name, one in shipped.items()} == dict(DREAM_PROMPTS)
    assert {name: tuple(one["phrases"]) for name, one in shipped.items()} == dict(CATEGORIES)


def test_the_reference_gives_tables_of_your_own_as_a_whole_and_key_by_key() -> None:
    told = {row["key"]: row["default"] for row in rows()}
    assert told["categories.NAME.prompt"] == "required"
    assert told["sources.NAME.fields"] == "{}"
    assert told["sources"] == '{ sample = { start = "bundled" } }'
    defaults = tomllib.loads("\n".join(f"{key} = {value}" for key, value in told.items() if "NAME" not in key))
    assert config.parse(defaults, Path("config.toml"), "") == config.Settings()


def test_every_key_has_one_line_of_meaning() -> None:
    for row in rows():
        assert row["meaning"]
        assert "\n" not in row["meaning"]


def test_init_writes_the_shipped_file_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    assert write_config(path).read_text() == shipped_config() == SHIPPED.read_text()
    with pytest.raises(ConfigError, match="exists"):
        write_config(path)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    message = refused(tmp_path, "[http]\ncontact = 'a@b'\n\n[generator]\niteration = 5\n")
    assert "line 5" in message
    assert "unknown key generator.iteration" in message
    assert "did you mean iterations?" in message


def test_an_unknown_section_is_named_too(tmp_path: Path) -> None:
    message = refused(tmp_path, "\n[generater]\nsize = 3\n")
    assert "line 2" in message
    assert "did you mean generator?" in message


def test_a_wrong_value_says_value_and_rule(tmp_path: Path) -> None:
    message = refused(tmp_path, "[limits]\nruns_per_cycle = -1\n")
    assert "line 2" in message
    assert "limits.runs_per_cycle = '-1'" in message
    assert "greater than or equal to 0" in message


def test_several_mistakes_are_counted(tmp_path: Path) -> None:
    assert "(and 1 more)" in refused(tmp_path, "[limits]\nruns_per_cycle = -1\n[choice]\nfidelity_flor = 1\n")


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[http]\ncontact = \n")


def test_a_source_without_an_address_is_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, "[sources.mine]\ntype = 'page'\n")
    assert "sources.mine.start: " in told
    assert "start is missing" in told


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert "https://" in refused(tmp_path, "[sources.mine]\nstart = 'file:///etc/passwd'\n")


def test_a_minter_with_a_mistyped_letter_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, "[publisher]\nminter = '0x1a642f0e3c3aF545E7AcBD38b07251B3990914F1'\n")
    assert "publisher.minter" in message
    assert "EIP-55" in message


@pytest.mark.parametrize(
    ("text", "line", "key", "rule"),
    [
        ("[http]\ncontact = 'Jürgen'", 2, "http.contact", "ASCII"),
        ('[http]\ncontact = "a\\r\\nX-Evil: 1"', 2, "http.contact", "ASCII"),
        ("[http]\ninterval_seconds = inf", 2, "http.interval_seconds", "finite"),
        ("[http]\ninterval_seconds = 1e300", 2, "http.interval_seconds", "86400"),
        ("[http]\nmax_image_mb = 1e-9", 2, "http.max_image_mb", "0.001"),
        ("[intake]\nmax_megapixels = 1e-9", 2, "intake.max_megapixels", "0.001"),
        ("[generator]\nsize = 100", 2, "generator.size", "0 or a multiple of 8"),
        ("[generator]\npreset = 'wikiart'\nsize = 520", 3, "generator.size", "0 or a multiple of 16"),
        ("[generator]\nsize = 80000", 2, "generator.size", "8192"),
        (f"[generator]\nseed = {2**63}", 2, "generator.seed", str(2**63 - 1)),
        ("[generator]\nlearning_rate = inf", 2, "generator.learning_rate", "finite"),
        ("[generator]\nlearning_rate = nan", 2, "generator.learning_rate", "finite"),
        ("[generator]\ndevice = 'gpu'", 2, "generator.device", "cuda:1"),
        ("[generator]\ndevice = 'cuda:0, gpu'", 2, "generator.device", "with commas"),
        ("[generator]\ndevice = 'auto, cpu'", 2, "generator.device", "auto stands alone"),
        ("[generator]\nprecision = 'bf16'", 2, "generator.precision", "must be fp32"),
        ("[generator]\npreset = 'wikiart'\nprecision = 'int8'", 3, "generator.precision", "fp16"),
        ("[generator]\nprompts = ['text:0']", 2, "generator.prompts.0", "must not be 0"),
        ('[generator]\nprompts = ["a\\u001b[31m"]', 2, "generator.prompts.0", "control"),
        ("[generator]\nfidelity = -1", 2, "generator.fidelity", "0"),
        ("[generator]\noptimizer = 'lion'", 2, "generator.optimizer", "adamw"),
        ("[generator]\nweights = 'weights'", 2, "generator.weights", "absolute"),
        ("[generator]\nsize = 0x" + "f" * 9000, 2, "generator.size", ""),
        ("[selection]\nlast_year = 99999999999999999999", 2, "selection.last_year", "9999"),
        ("[categories.x]\nprompt = ' '\nphrases = ['x']", 2, "categories.x.prompt", "empty"),
        ("[categories.x]\nprompt = 'x'\nphrases = []", 3, "categories.x.phrases", "at least 1"),
        ("[categories.x]\nprompt = 'x'\nphrases = ['a', '']", 3, "categories.x.phrases.1", "empty"),
        ('[categories.x]\nprompt = "\\u001b[31m"\nphrases = ["x"]', 2, "categories.x.prompt", "control"),
        ("categories = {}", 1, "categories", "at least 1"),
        (f"[publisher]\nminter = '0x{'0' * 40}'", 2, "publisher.minter", "zero address"),
        (f"[publisher]\ncontract = '0x{'0' * 40}'", 2, "publisher.contract", "zero address"),
        ('data = "a\\u0000b"', 1, "data", "control"),
        ("[sources.g]\nstart = 'http://me:pw@example.org/'", 2, "sources.g.start", "password"),
    ],
)
def test_a_value_that_something_would_choke_on_later_is_refused_at_once(
    tmp_path: Path, text: str, line: int, key: str, rule: str
) -> None:
    message = refused(tmp_path, text)
    assert f"line {line}: {key} = " in message
    assert rule in message


GALLERY = "[sources.g]\nstart = 'https://gallery.example/'\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "rule"),
    [
        (GALLERY + "type = 'pages'", 3, "sources.g.type", "did you mean 'page'?"),
        (GALLERY + "links = 'a['", 3, "sources.g.links", "CSS selector"),
        (GALLERY + "next = '>>'", 3, "sources.g.next", "CSS selector"),
        (GALLERY + "fields = { tittle = 'h1' }", 3, "sources.g.fields.tittle", "did you mean 'title'?"),
        (GALLERY + "[sources.g.fields]\nlikes = '.l'\nprice = 'b['", 5, "sources.g.fields.price", "CSS selector"),
        (GALLERY + "fields = { image = 'img @' }", 3, "sources.g.fields.image", "attribute"),
        ("[sources.g]\nstart = 'https://'", 2, "sources.g.start", "address"),
        ("[sources.g]\nstart = 'bundled'\nlinks = 'a['", 3, "sources.g.links", "CSS selector"),
        ("[sources.o]\ntype = 'opensea'", 1, "sources.o.options.collections", "slugs"),
        (
            "[sources.o]\ntype = 'table'\n[sources.o.options]\npath = 'x.csv'\ndelimiter = 'ab'",
            5,
            "sources.o.options.delimiter",
            "one",
        ),
        ("[sources.import]\ntype = 'page'", 1, "sources.import", "nftd import"),
        (
            "[sources.r]\ntype = 'rarible'\nenabled = false\n[sources.r.options]\nkey = 'hush-7f3a'",
            5,
            "sources.r.options.key",
            "credential rarible_api_key",
        ),
        (GALLERY + GALLERY.replace(".g]", ".h]") + "market = 'g'", 5, "sources.h.market", "source g"),
    ],
)
def test_rules_that_a_scraper_would_refuse_are_refused_with_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, rule: str
) -> None:
    message = refused(tmp_path, text)
    assert f"line {line}: {key}: " in message
    assert rule in message


def test_a_source_that_is_switched_off_may_be_unfinished_and_share_a_market(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(GALLERY + "[sources.h]\nenabled = false\nstart = 'http://x.example/'\nmarket = 'g'\nlinks = 'a['\n")
    assert set(config.load(file).sources) == {"g", "h"}


@pytest.mark.parametrize(
    ("text", "key", "rule"),
    [
        ("[http]\nipfs_gateways = ['ipfs.io']", "http.ipfs_gateways.0", "gateway"),
        ("[http]\nipfs_gateways = ['https://me:pw@gate.example']", "http.ipfs_gateways.0", "gateway"),
        ("[http]\nipfs_gateways = ['https://gate.example/?x=']", "http.ipfs_gateways.0", "gateway"),
        ("[http]\ndownloads = 0", "http.downloads", "1"),
        ("[optout]\ncreators = ['']", "optout.creators.0", "empty"),
        ("[optout]\ncreator = ['x']", "optout.creator", "did you mean creators?"),
        (GALLERY + "max_requests_per_month = -1", "sources.g.max_requests_per_month", "0"),
        (GALLERY + "ignore_robots = 'yes'", "sources.g.ignore_robots", "bool"),
        (GALLERY + "decimal = ';'", "sources.g.decimal", "','"),
    ],
)
def test_manners_and_lists_are_checked(tmp_path: Path, text: str, key: str, rule: str) -> None:
    message = refused(tmp_path, text)
    assert key in message
    assert rule in message


def test_a_source_of_another_type_is_told_what_the_file_says_and_no_default() -> None:
    told = config.SourceSettings(type="teztok", max_works=5, options={"rights": ["CC0"], "listed": True}).told("")
    assert told == {"max_works": 5, "rights": ["CC0"], "listed": True}
    page = config.SourceSettings(start="https://g.example/", links="a").told("https://g.example/")
    limits = {"max_pages": 50, "max_works": 1000, "refresh_days": 7}
    assert page == {"start": "https://g.example/", "links": "a", "details": True, "newest_first": False, **limits}


def test_a_contact_that_is_accepted_fits_into_the_user_agent() -> None:
    settings = config.parse({"http": {"contact": "https://example.org/~me?a=1 (art)"}}, Path("config.toml"), "")
    assert HttpLimits(user_agent=f"nftd/1 ({settings.http.contact})").user_agent.endswith("(art))")


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 5000, "[" * 5000])
def test_a_number_or_a_nesting_beyond_reading_is_refused(tmp_path: Path, text: str) -> None:
    assert "TOML" in refused(tmp_path, text)


def test_the_home_folder_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="home folder of nobody"):
        config.data_folder(config.Settings(data="~no-such-user-here/x"), None, None, {})
    with pytest.raises(ConfigError, match="home folder of nobody"):
        config.find_file(Path("~no-such-user-here/config.toml"))


def test_a_check_without_selectors_loads_no_html_parser(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text(GALLERY)
    (tmp_path / "rules.toml").write_text(GALLERY + "links = 'a.work'\n")
    code = "import sys; from pathlib import Path; from nftd import config; config.load(Path(sys.argv[1]));"
    code += "print(sorted({'bs4', 'soupsieve', 'lxml', 'torch'} & set(sys.modules)))"
    told = [
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], capture_output=True, text=True, check=True)
        for name in ("plain.toml", "rules.toml")
    ]
    assert told[0].stdout.strip() == "[]"
    assert "soupsieve" in told[1].stdout


@pytest.mark.parametrize("content", [b"\xff\xfe", b"data = '\xe9'"])
def test_a_file_that_is_not_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(file)


def test_a_missing_file_is_refused_but_a_missing_default_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
    assert config.load(None) == config.Settings()


def test_files_are_looked_for_in_the_documented_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.find_file(None, {}) is None
    (tmp_path / "config.toml").write_text("")
    assert config.find_file(None, {}) == Path("config.toml")
    assert config.find_file(None, {"NFTD_CONFIG": "other.toml"}) == Path("other.toml")
    assert config.find_file(Path("given.toml"), {"NFTD_CONFIG": "other.toml"}) == Path("given.toml")


def test_data_folders_are_looked_for_in_the_documented_order(tmp_path: Path) -> None:
    settings, file = config.Settings(data="kept"), tmp_path / "config.toml"
    assert config.data_folder(settings, file, None, {}) == tmp_path / "kept"
    assert config.data_folder(settings, file, None, {"NFTD_DATA": "/x"}) == Path("/x")
    assert config.data_folder(settings, file, Path("/y"), {"NFTD_DATA": "/x"}) == Path("/y")
    assert config.data_folder(config.Settings(), None, None, {}).name == "nftd"


def test_presets_that_can_be_chosen_exist() -> None:
    assert set(PRESETS) == {"mini", "wikiart"}


def test_the_values_in_force_are_told_as_toml_that_reads_back() -> None:
    told = "\n".join(f"{key} = {value}" for key, value in current(config.Settings()))
    assert tomllib.loads(told) == config.Settings().model_dump(mode="json")


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_content_crashes_the_check(content: object) -> None:
    document = content if isinstance(content, dict) else {"data": content}
    told: list[str] = []
    try:
        config.parse(document, Path("config.toml"), "")
    except ConfigError as error:
        told.append(str(error))
    assert all("\n" not in one for one in told)


@given(st.text() | st.just("\x7f"))
def test_text_is_written_so_that_toml_reads_it_back(text: str) -> None:
    assert tomllib.loads(f"x = {toml(text)}") == {"x": text}
