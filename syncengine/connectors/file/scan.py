"""One pass over raw bytes at copying speed: finds out whether DuckDB may read the file as it stands.

Whatever is odd is left to the Python reader, which either reads it right or names the place.
"""

from __future__ import annotations

import codecs

from portal.core.errors import Invalid
from syncengine.codes import Code
from syncengine.connectors.file.dataset import FileDataset

CHUNK = 1 << 20
LINE_LIMIT = 1 << 20
BOM = b"\xef\xbb\xbf"
_DAMAGED = b"\xef\xbf\xbd"


class ByteScan:
    """Fed with the chunks of a file in order; `plain` and `fits` tell what was seen.

    Raises Invalid SRC-013 from `feed` as soon as a line is longer than the limit.
    """

    def __init__(self, dataset: FileDataset, name: str) -> None:
        self._dataset = dataset
        self._name = name
        self._separator = dataset.separator.encode()
        self._quote = dataset.quote.encode()
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._tail = b""
        self._since_line_end = 0
        self._odd = False
        self._awkward_quotes = False
        self.size = 0
        self.line_ends = 0
        self.returns = 0
        self.crlf = 0
        self.separators = 0
        self.quotes = 0

    def feed(self, chunk: bytes) -> None:
        self._measure_lines(chunk)
        joint = self._tail + chunk
        marked = not self.size and self._dataset.encoding in ("utf-8", "utf-8-sig")
        body = joint.removeprefix(BOM) if marked else joint
        self._look_for_odd(body, body.isascii())
        self._check_encoding(chunk)
        self.line_ends += chunk.count(b"\n")
        if b"\r" in body:
            self.returns += chunk.count(b"\r")
            self.crlf += chunk.count(b"\r\n") + (self._tail.endswith(b"\r") and chunk.startswith(b"\n"))
        self.separators += chunk.count(self._separator) if len(self._separator) == 1 else 0
        if self._quote:
            self._look_at_quotes(body)
            self.quotes += chunk.count(self._quote)
        self.size += len(chunk)
        self._tail = chunk[-3:]

    def _measure_lines(self, chunk: bytes) -> None:
        first = chunk.find(b"\n")
        if (
            self._since_line_end + (first if first >= 0 else len(chunk))
            > LINE_LIMIT * self._bytes_per_character()
        ):
            raise Invalid(
                Code.SRC_013,
                f"The line is longer than {LINE_LIMIT:,} characters.",
                place=f"{self._name}, line {self.line_ends + 1}",
                details={"file": self._name, "line": self.line_ends + 1},
            )
        last = chunk.rfind(b"\n")
        self._since_line_end = len(chunk) - last - 1 if last >= 0 else self._since_line_end + len(chunk)

    def _bytes_per_character(self) -> int:
        return {"utf-8": 4, "utf-8-sig": 4, "utf-16": 4}.get(self._dataset.encoding, 1)

    def _look_for_odd(self, body: bytes, ascii_only: bool) -> None:
        """What DuckDB lets pass: NUL, marks and damage. Empty lines show in the number of rows."""
        self._odd = self._odd or b"\0" in body or (not ascii_only and (BOM in body or _DAMAGED in body))

    def _check_encoding(self, chunk: bytes) -> None:
        if self._odd or (chunk.isascii() and not self._decoder.getstate()[0]):
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self._odd = True
        self._odd = self._odd or self._dataset.encoding == "ascii"

    def _look_at_quotes(self, body: bytes) -> None:
        """DuckDB drops blanks beside quotation marks and an empty extra column at the end of a line."""
        quote, separator = self._quote, self._separator
        self._awkward_quotes = (
            self._awkward_quotes
            or separator + b"\n" in body
            or (b"\r" in body and separator + b"\r" in body)
            or (quote in body and (b" " + quote in body or quote + b" " in body))
        )

    @property
    def plain(self) -> bool:
        """Whether encoding, line ends and layout are those DuckDB reads exactly."""
        dataset = self._dataset
        return (
            dataset.format == "delimited"
            and dataset.encoding in ("ascii", "utf-8", "utf-8-sig")
            and len(self._separator) == 1
            and len(self._quote) <= 1
            and not (dataset.skip_lines or dataset.footer_lines)
            and not self._odd
            and not self._decoder.getstate()[0]
            and self.returns == self.crlf
            and self.crlf in (0, self.line_ends)
            and dataset.null_marker is None
            and not (self.quotes and (self._awkward_quotes or dataset.trailing_separator))
            and not (self.quotes and self._tail.endswith(self._separator))
        )

    def fits(self, columns: int) -> bool:
        """Whether every line can have the same number of separators; quoted ones cannot be counted."""
        if self.quotes:
            return True
        each = columns - (0 if self._dataset.trailing_separator else 1)
        return self.separators == each * self.records_at_most

    @property
    def records_at_most(self) -> int:
        """Physical lines, the header included; quoted line breaks make fewer records than that."""
        return self.line_ends + (self._since_line_end > 0)
