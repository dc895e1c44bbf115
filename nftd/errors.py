"""What can go wrong in nftd itself.

::

    NftdError
    ├── ConfigError        2  the configuration cannot be used
    ├── UsageError         2  the command was asked for something it does not do
    │   ├── NotFound       2  no row has this id
    │   └── Ambiguous      2  more than one row has this id
    ├── DataFolderError    1  the data folder cannot be used
    │   └── NewerStore     1  the database was written by a newer nftd
    ├── NotFetched         3  no address gave the file that was asked for
    ├── BlobMissing        1  a row names bytes that are not in the store
    ├── CycleRunning       1  another cycle holds the lock
    ├── SourceOff          1  a source is switched off, or refuses us just now
    ├── LeaseLost          1  somebody else took this work over
    ├── IllegalTransition  1  a state may not follow another
    └── Refused            1  a rule of the gate forbids this decision

The number is the exit code. `permanent` tells the work loop that another try cannot help.
"""

from __future__ import annotations

from typing import ClassVar


class NftdError(Exception):
    """Root of nftd's own errors: a stable `code`, `permanent`, and evidence."""

    code: ClassVar[str] = "error"
    permanent: ClassVar[bool] = True
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **evidence: object) -> None:
        super().__init__(message)
        self.evidence = evidence


class ConfigError(NftdError):
    code = "config"
    exit_code = 2


class UsageError(NftdError):
    code = "usage"
    exit_code = 2


class NotFound(UsageError):
    code = "not_found"


class Ambiguous(UsageError):
    code = "ambiguous"


class DataFolderError(NftdError):
    code = "data_folder"


class NewerStore(DataFolderError):
    code = "newer_store"


class NotFetched(NftdError):
    """Every address was tried in vain; what was loaded is kept, and the next try goes on from there."""

    code = "not_fetched"
    permanent = False
    exit_code = 3


class BlobMissing(NftdError):
    code = "blob_missing"


class CycleRunning(NftdError):
    code = "cycle_running"


class SourceOff(NftdError):
    """Work for a source that must be left alone; it is held, and its attempts are not counted."""

    code = "source_off"
    permanent = False
    held = True


class LeaseLost(NftdError):
    code = "lease_lost"


class IllegalTransition(NftdError):
    code = "illegal_transition"


class Refused(NftdError):
    code = "refused"
