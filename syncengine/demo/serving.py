"""Runs the web server and the worker as child processes until a signal ends all three."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from portal.core.errors import Conflict
from syncengine.demo.codes import Code

HOST = "127.0.0.1"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POLL_SECONDS = 0.2
_GRACE_SECONDS = 15.0
_LONGEST_PAUSE = 30.0
_COLLECTED = {"STATIC_COLLECTED": "1"}


@dataclass(slots=True)
class Child:
    """One process. A vital one ends everything when it ends; another one is started again."""

    name: str
    command: Sequence[str]
    vital: bool
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            self.command, env={**os.environ, **self.environment}
        )
        self.starts += 1

    @property
    def pause(self) -> float:
        """Seconds before the next start: doubled each time."""
        return min(2.0 ** (self.starts - 1), _LONGEST_PAUSE)


@dataclass(slots=True)
class Supervisor:
    """Starts the children, restarts the worker, and passes SIGINT and SIGTERM on."""

    children: list[Child]
    say: Callable[[str], None]
    stopping: bool = field(default=False, init=False)

    def run(self) -> int:
        """Until a signal (0) or until a vital child ended by itself (its exit code, at least 1)."""
        before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        try:
            for child in self.children:
                child.start()
            return self._watch()
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self) -> int:
        while not self.stopping:
            for child in self.children:
                code = self._look(child)
                if code is not None:
                    return code
            time.sleep(_POLL_SECONDS)
        return 0

    def _look(self, child: Child) -> int | None:
        """Restart an ended child after its pause; the exit code when it was vital."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                child.start()
            return None
        code = child.process.poll()
        if code is None:
            return None
        if child.vital:
            self.say(f"The {child.name} ended with exit code {code}.")
            return max(code, 1)
        self.say(f"The {child.name} ended with exit code {code}; it starts again in {child.pause:.0f} s.")
        child.process, child.again_at = None, now + child.pause
        return None

    def _end_all(self) -> None:
        """SIGTERM to all, SIGKILL to those that do not end in time."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def demand_free_port(port: int) -> None:
    """Raises Conflict RUN-902 when something listens on the port already."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise Conflict(
                Code.RUN_902,
                f"Something else uses port {port} of {HOST}.",
                hint=f"End it, or choose another port: manage.py quickstart --port {port + 1}",
            ) from None


def collect_static(manage: str) -> None:
    """Compressed static files under names with a hash, so that a browser asks for each of them once."""
    command = [sys.executable, manage, "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **_COLLECTED}, check=True)  # noqa: S603 - as above


def portal_children(port: int, manage: str) -> list[Child]:
    """Gunicorn (one process, several threads) and the worker. `manage` is the path of manage.py."""
    server = [
        sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{HOST}:{port}", "--workers", "1",
        "--threads", "8", "--limit-request-line", "8190", "--timeout", "120", "--log-level", "warning",
        "--chdir", str(Path(manage).parent),
    ]  # fmt: skip
    return [
        Child("web server", server, vital=True, environment=_COLLECTED),
        Child("worker", [sys.executable, manage, "runworker"], vital=False),
    ]
