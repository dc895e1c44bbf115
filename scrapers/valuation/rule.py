"""The thresholds and weights of a selection."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Policy = Literal["value", "report"]
# How far each kind of evidence of worth is trusted, best first: its scores are multiplied by this. Neither asks nor
# likes are what somebody paid.
TRUST: Final = MappingProxyType({"sales": 1.0, "sale": 0.9, "bid": 0.8, "peers": 0.6, "asks": 0.3, "likes": 0.3})
POLICIES: Final[tuple[str, ...]] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """What a selection goes by; shares are fractions of rows, 0 < share <= 1.

    Both policies: `first_year` and `last_year` are inclusive, None for no bound; `media` are the kinds that count.
    `value`: `top_share` of the scored works is taken, none below `min_score` (0 to 1), at most `creator_cap` of one
    creator; likes have `likes_weight` in the score, the value has the rest.
    `report`: `trim` is cut from each end of an asset's prices, 0 for none, then `price_share` and `likes_share` taken.
    """

    policy: Policy = "value"
    top_share: float = 0.2
    min_score: float = 0.0
    creator_cap: int = 5
    likes_weight: float = 0.3
    trim: float = 0.05
    price_share: float = 0.25
    likes_share: float = 0.5
    first_year: int | None = None
    last_year: int | None = None
    media: tuple[str, ...] = ("photo",)
    allow_nsfw: bool = False

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"policy {self.policy!r} is unknown: known are {' and '.join(POLICIES)}")
        if not 0 <= self.trim < 0.5:
            raise ValueError(f"trim = {self.trim}: a fraction from 0 to below 0.5 is cut from each end")
        for name in ("top_share", "price_share", "likes_share"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} = {getattr(self, name)}: a fraction above 0 and up to 1 is kept")
        for name in ("min_score", "likes_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} = {getattr(self, name)}: it is a number from 0 to 1")
        if self.creator_cap < 1:
            raise ValueError(f"creator_cap = {self.creator_cap}: at least 1 work of a creator is taken")

    @property
    def told(self) -> dict[str, object]:
        """What this policy goes by, JSON-able."""
        years = {"first_year": self.first_year, "last_year": self.last_year}
        names = {
            "value": ("top_share", "min_score", "creator_cap", "likes_weight"),
            "report": ("trim", "price_share", "likes_share"),
        }[self.policy]
        trust = {"trust": dict(TRUST)} if self.policy == "value" else {}
        return {name: getattr(self, name) for name in names} | years | trust
