"""The C library's allocator on Linux: what is freed stays with the process.

glibc maps every large activation anew and gives it back when it is freed: the kernel then clears 134 MB, page by page,
for a map that lives for a tenth of a second. A fifth of a step on a CPU goes there.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

TRIM_THRESHOLD: Final = -1  # M_TRIM_THRESHOLD and M_MMAP_MAX of malloc.h
MMAP_MAX: Final = -4
NEVER: Final = -1


def keep_memory() -> bool:
    """Serve all sizes from the heap and never shrink it, for the rest of the process; False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # musl has no such call
        return False
    return bool(mallopt(MMAP_MAX, 0)) and bool(mallopt(TRIM_THRESHOLD, NEVER))
