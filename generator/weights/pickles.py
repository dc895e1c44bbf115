"""PyTorch's own files (.ckpt, .pt, .pth, .bin), read without running anything that is in them.

They are pickles, that is programs. `torch.load(weights_only=True)` runs none of their calls but those that rebuild
tensors. Before that the names that a pickle would import are listed here without running it: those of training
programs become inert stand-ins, and a file with any other is refused. So is TorchScript, a program by intent.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from generator.errors import BadCheckpoint
from generator.weights.manifest import printable
from generator.weights.opcodes import imports_of

ZIP: Final = b"PK\x03\x04"
LEGACY: Final = b"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."  # torch's magic number, pickled (before 1.6)

_LONGEST_PICKLE: Final = 64 * 2**20  # lightning's are near 1 MB: the numbers lie beside the pickle, not in it
_LEGACY_PICKLES: Final = 5  # magic number, version, machine, content, names of the storages
# What training programs leave beside the weights: settings, callbacks, numbers of numpy, types.
_TRAINING: Final = re.compile(
    r"(pytorch_lightning|lightning|lightning_fabric|lightning_utilities|omegaconf|taming|basicsr|numpy)\..+"
    r"|argparse\.Namespace|typing\.Any|pathlib\.(Pure)?(Posix|Windows)Path|collections\.defaultdict"
    r"|(builtins|__builtin__)\.(set|dict|list|int|float|str|bool|tuple|object|unicode|long)"
)
_TENSORS: Final = re.compile(r"torch\..+|collections\.(OrderedDict|Counter)|_codecs\.encode")  # torch decides on these

_Stub = Callable[..., object] | tuple[Callable[..., object], str]


class Inert:
    """Stands for a class of a training program: it takes whatever it is given and keeps nothing."""

    def __new__(cls, *_args: object, **_named: object) -> Inert:
        return super().__new__(cls)

    def __init__(self, *_args: object, **_named: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def read_pickled(path: Path) -> object:
    """The content of a file written by torch.save, its tensors on the CPU; raises `BadCheckpoint`."""
    import torch

    with open(path, "rb") as file:
        is_zip = file.read(len(ZIP)) == ZIP
    try:
        names = _names_in_zip(path) if is_zip else _names_in_legacy(path)
    except BadCheckpoint:
        raise
    except Exception as error:  # noqa: BLE001  # see below
        raise _damaged(path, error) from None
    if foreign := [name for name in sorted(names) if not (_TENSORS.fullmatch(name) or _TRAINING.fullmatch(name))]:
        raise _hostile(path, foreign[0])
    stubs: list[_Stub] = [(_stand_in(name), name) for name in sorted(names) if _TRAINING.fullmatch(name)]
    try:
        with torch.serialization.safe_globals(stubs), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of protocols and old kinds of storages: what they warn of is refused
            return torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip)
    except Exception as error:  # noqa: BLE001  # damaged bytes raise whatever they hit first: KeyError, EOFError, ...
        if found := re.search(r"GLOBAL ([\w.]{1,200})", str(error)):
            raise _hostile(path, found[1]) from None
        raise _damaged(path, error) from None


def _names_in_zip(path: Path) -> set[str]:
    """The names that the pickle of a zip file imports; also checks that nothing in it is packed, or is a program."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        inner = {one.filename.partition("/")[2] for one in members}
        if "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
            raise BadCheckpoint(
                f"{path.name} is a TorchScript program, which would have to be run to be read: take the same model as "
                "safetensors (nftd weights fetch knows where)",
                file=path.name,
            )
        if packed := [one.filename for one in members if one.compress_type != zipfile.ZIP_STORED]:
            raise BadCheckpoint(
                f"{path.name}: {packed[0][:100]!r} is compressed, torch.save never does", file=path.name
            )
        pickles = [one for one in members if one.filename.endswith("/data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > _LONGEST_PICKLE:
            raise BadCheckpoint(f"{path.name} is a zip file, but not one that torch.save writes", file=path.name)
        with archive.open(pickles[0]) as file:
            return set(imports_of(file))


def _names_in_legacy(path: Path) -> set[str]:
    names: set[str] = set()
    with open(path, "rb") as file:
        for _ in range(_LEGACY_PICKLES):
            names.update(imports_of(file))
    return names


def _stand_in(name: str) -> Callable[..., object]:
    """What takes the place of a class: a plain mapping where the unpickler will fill it, else something inert."""
    if name.endswith(".AttributeDict"):
        return OrderedDict
    return _empty_mapping if name.endswith(".defaultdict") else Inert


def _empty_mapping(*_args: object) -> dict[object, object]:
    return {}


def _hostile(path: Path, name: str) -> BadCheckpoint:
    shown = printable(name[:100])
    return BadCheckpoint(
        f"{path.name} calls {shown} while it is read: weights never do, so it was refused and nothing of it was run. "
        "Delete it and take the model from elsewhere",
        file=path.name,
        calls=shown,
    )


def _damaged(path: Path, error: Exception) -> BadCheckpoint:
    told = str(error).rpartition("WeightsUnpickler error:")[2].partition("Check the documentation")[0]
    reason = " ".join(f"{type(error).__name__}: {told}".split())[:160]
    return BadCheckpoint(
        f"{path.name} ({path.stat().st_size:,} bytes) is cut off or damaged ({printable(reason)}): fetch it again",
        file=path.name,
    )
