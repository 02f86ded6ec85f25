"""Where a database is: secret references resolved late, and only the approved host and port."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from portal.core.errors import DomainError, Forbidden, Invalid, NotFound
from syncengine.codes import Code
from syncengine.connectors.base import Unavailable
from syncengine.connectors.file.paths import locate, open_folder, outside

SECRETS_FOLDER = "TIEOUT_SECRETS_DIR"
_DEFAULT_SECRETS = "/run/secrets"
OWN_VARIABLES = frozenset(
    [
        *("DATABASE_URL", "SECRET_KEY", "BROKER_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS_ONLY"),
        *("DEBUG", "STATIC_COLLECTED", "LOG_LEVEL"),
    ]
)
OWN_PREFIXES = ("TIEOUT_", "EMAIL_", "DJANGO_", "CELERY_")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MAX_SECRET = 4_096
_TLS_PARAMETERS = frozenset({"sslmode", "sslrootcert"})
_DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "mssql": 1433}


@dataclass(frozen=True, slots=True)
class Address:
    """A database at an approved place. `url` holds the password and stays out of every text."""

    backend: str
    host: str
    port: int
    path: Path | None
    url: URL = field(repr=False)

    def scrub(self, text: str) -> str:
        """The text of a driver's error without secrets, on one line, at most 500 characters."""
        secrets = [self.url.password, self.url.username, *(str(value) for value in self.url.query.values())]
        for secret in secrets:
            if secret:
                text = text.replace(str(secret), "***")
        return " ".join(text.split())[:500]

    @property
    def place(self) -> tuple[str, ...]:
        """The database itself, however it is spelt; a host without an address counts by its name."""
        if self.path is not None:
            return (self.backend, str(self.path.resolve()))
        try:
            host = self.resolve()
            host = "loopback" if ipaddress.ip_address(host.partition("%")[0]).is_loopback else host
        except Unavailable:
            host = self.host.lower()
        return (self.backend, host, str(self.port), self.url.database or "")

    def resolve(self) -> str:
        """The IP address to connect to, resolved once. Raises Unavailable SRC-019."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError:
            raise Unavailable(
                Code.SRC_019, f"The host {self.host} has no address.", place=self.host
            ) from None
        return str(found[0][4][0])


def address_of(url: str, host: str, port: int, roots: Sequence[Path], environ: Mapping[str, str]) -> Address:
    """The address behind a reference: `env:NAME`, `file:PATH` (in the secrets folder) or `sqlite:PATH`.

    Raises SRC-002 (not a reference), SRC-003 (SQLite outside the roots), SRC-022 (no such secret), SRC-023
    (the secret's host or port differ from `host` and `port`, or it carries other parameters than TLS ones),
    SRC-025 (a setting of the portal).
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest and not rest.startswith("//"):
        return _sqlite(URL.create("sqlite", database=rest), roots)
    if scheme == "env":
        if is_own(rest):
            words = f"{rest[:64]} is a setting of the portal itself; no connection may use it."
            raise Forbidden(Code.SRC_025, words, place="connection.url")
        secret, where = environ.get(rest, "") if _VARIABLE.fullmatch(rest) else "", "the environment"
    elif scheme == "file":
        folder = Path(environ.get(SECRETS_FOLDER) or _DEFAULT_SECRETS)
        secret, where = _secret_file(rest, folder), f"the folder {folder} ({SECRETS_FOLDER})"
    else:
        words = "The url must be env:NAME, file:PATH or sqlite:PATH; a secret itself is never stored."
        raise Invalid(Code.SRC_002, words, place="connection.url")
    if not secret.strip():
        words = f"The secret {scheme}:{rest[:64]} is not set; it was looked for in {where}."
        raise Invalid(Code.SRC_022, words, place="connection.url")
    return _from_secret(secret.strip(), host, port, roots)


def is_own(variable: str) -> bool:
    """Whether a variable of the environment is a setting of the portal itself."""
    name = variable.strip().upper()
    return name in OWN_VARIABLES or name.startswith(OWN_PREFIXES)


def _secret_file(path: str, folder: Path) -> str:
    """The secret in a file of the folder, named by its path there or from the root; "" without one."""
    given = folder / path
    try:
        real = given.resolve(strict=True)
        if ".." in Path(path).parts or not real.is_relative_to(folder.resolve()) or not real.is_file():
            return ""
        with real.open("rb") as file:
            return file.read(_MAX_SECRET).decode()
    except (OSError, ValueError):
        return ""


def _from_secret(secret: str, host: str, port: int, roots: Sequence[Path]) -> Address:
    try:
        url = make_url(_with_known_scheme(secret))
    except (ArgumentError, ValueError):
        raise Invalid(Code.SRC_022, "The secret is not a database URL.", place="connection.url") from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, roots)
    if not host or not port:
        words = "The connection must name the approved host and port of the database."
        raise Invalid(Code.SRC_002, words, place="connection.host")
    actual_port = url.port or _DEFAULT_PORTS.get(backend, 0)
    if (url.host or "").lower() != host.lower() or actual_port != port:
        raise _redirected("The secret names another host or port than the connection.")
    if set(url.query) - _TLS_PARAMETERS:
        raise _redirected("The secret's URL carries parameters other than sslmode and sslrootcert.")
    return Address(backend, host, port, None, url)


def _with_known_scheme(secret: str) -> str:
    return (
        "postgresql://" + secret.removeprefix("postgres://") if secret.startswith("postgres://") else secret
    )


def _redirected(words: str) -> DomainError:
    return Forbidden(Code.SRC_023, words, place="connection.url")


def _sqlite(url: URL, roots: Sequence[Path]) -> Address:
    """A SQLite file through plain folders; the file may not exist yet.

    A relative path lies below the last root, the installation's own (TIEOUT_DATA_DIR/drop), whatever exists
    elsewhere: a target must not move with the files that happen to be there. An absolute one lies below any.
    """
    name = url.database or ""
    if url.query or not name or name.startswith((":", "file:")):
        raise outside(name)
    root, parts = locate(name, roots if name.startswith("/") else roots[-1:])
    if not parts:
        raise outside(name)
    try:
        with open_folder(root, parts[:-1]):
            pass
    except NotFound as error:
        words = f"There is no folder {root.joinpath(*parts[:-1])} for the database {name!r}."
        hint = "Make the folder, or name another place by its absolute path, below one of TIEOUT_FILE_ROOTS."
        raise NotFound(words, code=error.code, place="connection.url", hint=hint) from None
    path = root.joinpath(*parts)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise outside(name)
    return Address("sqlite", "", 0, path, url)
