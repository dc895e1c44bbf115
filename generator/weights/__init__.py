"""Model weights: known by a manifest, converted once to safetensors, checked whenever they are loaded.

Foreign files are never trusted: `convert` reads them without running anything in them. torch is imported only where
tensors are read.
"""

from generator.weights.convert import convert
from generator.weights.manifest import KINDS, Entry, Kind, Origin, manifest
from generator.weights.records import Installed, find, installed, load, look_up

__all__ = [
    "KINDS",
    "Entry",
    "Installed",
    "Kind",
    "Origin",
    "convert",
    "find",
    "installed",
    "load",
    "look_up",
    "manifest",
]
