"""Settings: one TOML file, every key with a default and a line of meaning, nothing secret in it.

Unknown keys are errors that name the line and the nearest known key. Lookup order of the file: `--config`,
`NFTD_CONFIG`, `config.toml` in the current folder, the user's configuration folder, else the defaults.
Of the data folder: `--data`, `NFTD_DATA`, the key `data` (relative to the file), else the user's data folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from generator.categories import CATEGORIES, DREAM_PROMPTS
from generator.limits import IntakeLimits
from nftd.config_errors import explain_invalid, explain_rule, explain_syntax
from nftd.config_generator import GeneratorSettings
from nftd.config_sources import BUNDLED, IMPORTED, PAGE, Line, Section, SourceSettings, fault_of_sources, is_line
from nftd.errors import ConfigError
from publisher.terms import ZERO_ADDRESS, is_address

__all__ = [
    "BUNDLED",
    "IMPORTED",
    "PAGE",
    "Settings",
    "SourceSettings",
    "check",
    "data_folder",
    "find_file",
    "load",
    "parse",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _is_address(value: str) -> str:
    if value and not is_address(value):
        raise ValueError("must be 0x and 40 hex digits in their EIP-55 spelling: copy it from your wallet")
    if value == ZERO_ADDRESS:
        raise ValueError("must not be the zero address, which belongs to nobody")
    return value


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return is_line(value)


def _is_gateway(value: str) -> str:
    try:
        parts = urlsplit(value)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        named = False
    if not named or "@" in value or parts.query or parts.fragment or not (value.isascii() and value.isprintable()):
        raise ValueError("must be the http or https address of a gateway, such as https://ipfs.io")
    return value


Address = Annotated[str, AfterValidator(_is_address)]
Gateway = Annotated[str, AfterValidator(_is_gateway)]
Words = Annotated[str, AfterValidator(_says_something)]

_INTAKE = IntakeLimits()


class HttpSettings(Section):
    """Manners on the network."""

    contact: str = Field("", description="a mail address or page for site owners, sent in the User-Agent")
    interval_seconds: float = Field(2.0, ge=0, le=86_400, description="pause between two requests to one host")
    timeout_seconds: float = Field(30.0, gt=0, le=86_400, description="longest time for one request, all of it")
    max_image_mb: float = Field(32.0, ge=0.001, le=2000, description="largest picture that is downloaded, in MB")
    downloads: int = Field(4, ge=1, le=16, description="pictures loaded at once, each from another host")
    ipfs_gateways: list[Gateway] = Field(
        default=["https://ipfs.io", "https://dweb.link"],
        description="where ipfs:// pictures are asked for, one after the other; their bytes are checked",
    )

    @field_validator("contact")
    @classmethod
    def _fits_a_header(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("must be printable ASCII, since it is sent with every request")
        return value


class SelectionSettings(Section):
    """Which works are worth a rework."""

    policy: Literal["value", "report"] = Field(
        "value", description="value: by sales, bids and likes; report: by asked price and likes, as the study did"
    )
    top_share: Share = Field(0.2, gt=0, description="value: share of the scored works that is taken from the top")
    min_score: Share = Field(0.0, description="value: least score, 0 to 1; what was never sold or bid for reaches 0.6")
    creator_cap: int = Field(5, ge=1, description="value: most works of one creator")
    likes_weight: Share = Field(0.3, description="value: share of likes in the score, where they are shown")
    trim: float = Field(0.05, ge=0, lt=0.5, description="report: share of the cheapest and of the dearest left out")
    price_share: Share = Field(0.25, gt=0, description="report: share taken from the top by price, in each currency")
    likes_share: Share = Field(0.5, gt=0, description="report: share taken from the top by likes, where shown")
    first_year: int = Field(2017, ge=0, le=9999, description="oldest year of creation; a work without a year stays in")
    last_year: int = Field(2100, ge=0, le=9999, description="newest year of creation")

    @model_validator(mode="after")
    def _a_span(self) -> Self:
        if self.first_year > self.last_year:
            raise ValueError(f"first_year {self.first_year} is after last_year {self.last_year}: no work fits")
        return self


class RightsSettings(Section):
    """What may be made from whose work."""

    generate: Literal["allowed", "any"] = Field(
        "allowed",
        description="allowed: only where a license permits it; any: also for study, never publishable",
    )


class OptOutSettings(Section):
    """Whose works are left alone: not selected, not downloaded, and withdrawn where they wait."""

    creators: list[Words] = Field(default=[], description="creators by the names that markets show")
    contracts: list[Words] = Field(default=[], description="contracts, 0x... or chain:contract")
    listings: list[Words] = Field(default=[], description="single works, by address, market:id or l- id in full")


class IntakeSettings(Section):
    """What a picture must be like to go into the generator."""

    fit: Literal["crop", "pad", "stretch"] = Field("crop", description="how a picture becomes square")
    min_side: int = Field(_INTAKE.min_side, ge=1, description="shortest side in pixels")
    max_megapixels: float = Field(40.0, ge=0.001, le=1000, description="largest picture that is decoded")
    text_reader: Literal["opencv", "rapidocr"] = Field(
        "opencv", description="what looks for text; rapidocr is an extra: pip install nftd[ocr]"
    )
    nudity_detector: Literal["none", "nudenet"] = Field(
        "none", description="nudenet is an extra with weights under the AGPL: pip install nftd[nsfw]"
    )
    max_text_share: Share = Field(_INTAKE.max_text_share, description="largest share of the picture seen as text")
    min_sharpness: float = Field(
        _INTAKE.min_sharpness, ge=0, le=1, description="least steepness of the edges, 0 to 1; lower is blurred"
    )
    max_blocking: float = Field(_INTAKE.max_blocking, ge=0, description="largest visible step between JPEG's blocks")
    twin_bits: int = Field(
        8, ge=0, le=64, description="pictures that differ in at most so many bits of pHash are twins"
    )


class CategorySettings(Section):
    """One category: how it is recognized and what it becomes."""

    prompt: Words = Field(description="what the dream is told to paint")
    phrases: list[Words] = Field(min_length=1, description="how such a picture is described, for recognition")


class ChoiceSettings(Section):
    """Which iterate becomes the artwork."""

    fidelity_floor: float = Field(0.3, ge=-1, le=1, description="least likeness to the source (cosine of embeddings)")


class LimitSettings(Section):
    """Clear stops."""

    runs_per_cycle: int = Field(8, ge=0, description="dreams in one cycle; the rest waits for the next")


class PublisherSettings(Section):
    """What would be published, and by whom."""

    chain: Literal["sepolia", "ethereum"] = Field("sepolia", description="sepolia is the test network")
    minter: Address = Field("", description="your address; without it drafts can be reviewed, not signed")
    contract: Address = Field("", description="ERC-721 collection; empty takes Rarible's own on this chain")
    royalty_bps: int = Field(1000, ge=0, le=5000, description="royalties in basis points, 1000 is 10 %")
    pin: Literal["drafts", "approved"] = Field("drafts", description="archive drafts at once, or after approval")


def _categories() -> dict[str, CategorySettings]:
    return {
        name: CategorySettings(prompt=DREAM_PROMPTS[name], phrases=list(phrases))
        for name, phrases in CATEGORIES.items()
    }


class Settings(Section):
    """The whole file."""

    data: Line = Field("", description="folder for everything nftd keeps, relative to this file")
    sources: dict[Name, SourceSettings] = Field(
        default_factory=lambda: {"sample": SourceSettings(start=BUNDLED)},
        description="places to scrape, by name",
    )
    http: HttpSettings = HttpSettings()
    selection: SelectionSettings = SelectionSettings()
    rights: RightsSettings = RightsSettings()
    optout: OptOutSettings = OptOutSettings()
    intake: IntakeSettings = IntakeSettings()
    categories: dict[Name, CategorySettings] = Field(
        default_factory=_categories, min_length=1, description="what works are sorted into; what fits none is left out"
    )
    generator: GeneratorSettings = GeneratorSettings()
    choice: ChoiceSettings = ChoiceSettings()
    limits: LimitSettings = LimitSettings()
    publisher: PublisherSettings = PublisherSettings()


def find_file(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file in force, or None when the defaults are."""
    for path in (given, environ.get("NFTD_CONFIG")):
        if path:
            return _home_of(Path(path))
    import platformdirs

    usual = (Path("config.toml"), Path(platformdirs.user_config_dir("nftd")) / "config.toml")
    return next((path for path in usual if path.is_file()), None)


def load(path: Path | None) -> Settings:
    """Read and check the file (None: the defaults); `ConfigError` names line, key and rule."""
    if path is None:
        return Settings()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): check the path and its rights") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside syntax: a number of many digits, brackets in brackets
        raise ConfigError(explain_syntax(path, error)) from None
    return parse(content, path, text)


def parse(content: dict[str, Any], path: Path, text: str) -> Settings:
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(explain_invalid(path, text, error, Settings)) from None
    if fault := fault_of_sources(settings.sources):
        raise ConfigError(explain_rule(path, text, *fault))
    return settings


def check(path: Path | None) -> Settings:
    """Read the file as `load` does, and check also that every enabled source has the key that it needs."""
    settings = load(path)
    if fault := fault_of_sources(settings.sources, with_keys=True):
        text = path.read_text(encoding="utf-8") if path else ""
        raise ConfigError(explain_rule(path or Path("the defaults"), text, *fault))
    return settings


def data_folder(
    settings: Settings, file: Path | None, given: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Path:
    """Where everything is kept, as an absolute path."""
    chosen = given or environ.get("NFTD_DATA")
    if chosen:
        return _home_of(Path(chosen)).absolute()
    if settings.data:
        base = file.absolute().parent if file else Path.cwd()
        return base / _home_of(Path(settings.data))
    import platformdirs

    return Path(platformdirs.user_data_dir("nftd"))


def _home_of(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # ~name of nobody
        raise ConfigError(f"{path} begins with the home folder of nobody: write the path in full") from None
