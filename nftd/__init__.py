"""nftd: watches marketplaces, reworks what people value, lets a person decide."""

__version__ = "0.1.0"
