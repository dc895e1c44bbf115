"""CSV files as records with line numbers: streamed, in whatever encoding, one broken row never hiding the next.

Source: RFC 4180, and what spreadsheets write beside it: semicolons and tabs, "sep=;", byte order marks, Windows
code pages, bare carriage returns.
"""

from __future__ import annotations

import codecs
import csv
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from scrapers.errors import BadUrl, Gone, Unreachable

MAX_LINE: Final = 1_000_000
MAX_RECORD_LINES: Final = 100
"""A quote that is never closed would take in the whole rest of the file: a record ends here at the latest."""
DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 65_536
_SEP: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record and the number of its first line, from 1; `fault` says why there are no cells."""

    line: int
    cells: list[str]
    fault: str | None = None


class CsvFile:
    """An open file, to be used in a `with` block: iterate over it for its records, empty lines left out.

    `encoding` and `delimiter` are found out where they are None: UTF-8 and, line by line, Windows-1252 where a line
    is none; the delimiter that parts the first line most.
    """

    def __init__(self, path: Path, encoding: str | None = None, delimiter: str | None = None) -> None:
        self.path = path
        self.line = 0
        self._encoding = encoding
        self._delimiter = delimiter
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        self._file: IO[bytes] | IO[str] | None = None

    def __enter__(self) -> CsvFile:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise BadUrl(f"{self.path} is no file", str(self.path))
            self.identity = f"{status.st_size}:{status.st_mtime_ns}"
            self._file = self._open()
        except FileNotFoundError:
            raise Gone(f"{self.path} does not exist", str(self.path)) from None
        except OSError as error:
            raise Unreachable(f"{self.path} cannot be read ({error.strerror})", str(self.path)) from error
        self._choose_delimiter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[Record]:
        while (record := self._record()) is not None:
            if record.fault or any(cell.strip() for cell in record.cells):
                yield record

    def skip_to(self, line: int) -> None:
        """Go on with the record that begins behind the line of this number."""
        while self.line < line and self._next_line() is not None:
            pass

    def give_back(self, record: Record) -> bool:
        """Read the lines behind a record's first once more, each for itself; False where it has but one.

        For records that a stray quote has glued together.
        """
        glued = self._taken[1:]
        self._again.extendleft(reversed(glued))
        self.line = record.line if glued else self.line
        self._taken = self._taken[:1]
        return bool(glued)

    def _record(self) -> Record | None:
        self._taken = []
        first = self.line + 1
        try:
            cells = next(csv.reader(self._lines(), delimiter=self._delimiter or ","), None)
        except csv.Error as error:
            record = Record(first, [], f"no record of CSV ({error})")
            self.give_back(record)
            return record
        except ValueError as error:  # told by _next_line
            return Record(first, [], str(error))
        return None if cells is None else Record(first, cells)

    def _lines(self) -> Iterator[str]:
        while len(self._taken) < MAX_RECORD_LINES and (line := self._next_line()) is not None:
            self._taken.append(line)
            yield line

    def _next_line(self) -> str | None:
        """The next line as text, None at the end; raises ValueError for one that is too long, having passed it."""
        self.line += 1
        if self._again:
            return self._again.popleft()
        if self._file is None or not (raw := self._file.readline(MAX_LINE)):
            self.line -= 1
            return None
        if len(raw) == MAX_LINE and raw[-1:] not in (b"\n", "\n"):
            self._pass_line()
            raise ValueError(f"a line of more than {MAX_LINE} characters")
        return raw if isinstance(raw, str) else _decoded(raw)

    def _pass_line(self) -> None:
        assert self._file is not None  # noqa: S101  # its only caller has just read from it
        while (raw := self._file.readline(MAX_LINE)) and raw[-1:] not in (b"\n", "\n"):
            pass

    def _open(self) -> IO[bytes] | IO[str]:
        file = self.path.open("rb")
        sample = file.read(_SAMPLE)
        marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
        encoding = self._encoding or marked
        bare_returns = b"\r" in sample and b"\n" not in sample
        if encoding is None and not bare_returns:
            file.seek(len(codecs.BOM_UTF8) if sample.startswith(codecs.BOM_UTF8) else 0)
            return file
        file.close()
        return self.path.open(encoding=encoding or "utf-8-sig", errors="replace", newline=None if bare_returns else "")

    def _choose_delimiter(self) -> None:
        first = self._next_line() or ""
        named = _SEP.fullmatch(first.strip("\r\n"))
        if self._delimiter is None:
            self._delimiter = named[1] if named else max(DELIMITERS, key=first.count)
        if not named and first:
            self._again.appendleft(first)
            self.line -= 1


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
