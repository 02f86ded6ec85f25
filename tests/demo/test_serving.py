"""Serving the demo: the worker is started again, signals reach everybody, a taken port is said."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from portal.core.errors import Conflict
from syncengine.demo import serving
from syncengine.demo.serving import Child, Supervisor, demand_free_port, portal_children

FOREVER = "import time; time.sleep(60)"


def child(name: str, code: str, *arguments: str, vital: bool = False) -> Child:
    return Child(name, [sys.executable, "-c", code, *arguments], vital)


def signal_when(ready, number: int) -> None:
    """Send ourselves a signal as soon as `ready()` holds."""

    def wait() -> None:
        while not ready():
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    threading.Thread(target=wait, daemon=True).start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_children_and_the_exit_code_is_zero(number: int) -> None:
    server, worker = child("web server", FOREVER, vital=True), child("worker", FOREVER)
    before = signal.getsignal(number)
    signal_when(lambda: worker.process is not None, number)
    assert Supervisor([server, worker], lambda text: None).run() == 0
    assert server.process is not None and server.process.poll() == -signal.SIGTERM
    assert worker.process is not None and worker.process.poll() == -signal.SIGTERM
    assert signal.getsignal(number) == before


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "starts"
    code = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(7)"
    said: list[str] = []
    signal_when(lambda: marks.exists() and len(marks.read_text()) >= 2, signal.SIGTERM)
    server = child("web server", FOREVER, vital=True)
    assert Supervisor([server, child("worker", code, str(marks))], said.append).run() == 0
    assert "exit code 7" in said[0]


def test_a_web_server_that_ends_ends_the_worker_and_gives_its_exit_code() -> None:
    worker = child("worker", FOREVER)
    said: list[str] = []
    assert (
        Supervisor([child("web server", "raise SystemExit(3)", vital=True), worker], said.append).run() == 3
    )
    assert worker.process is not None and worker.process.poll() is not None
    assert said == ["The web server ended with exit code 3."]


def test_a_child_that_ignores_the_signal_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(serving, "_GRACE_SECONDS", 0.5)
    mark = tmp_path / "deaf"
    deaf = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open(sys.argv[1], 'w').close(); time.sleep(60)"
    )
    worker = child("worker", deaf, str(mark))
    signal_when(mark.exists, signal.SIGTERM)
    assert Supervisor([worker], lambda text: None).run() == 0
    assert worker.process is not None and worker.process.poll() == -signal.SIGKILL


def test_a_taken_port_is_refused_with_a_code_and_a_hint() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Conflict) as caught:
            demand_free_port(port)
    assert caught.value.code == "RUN-902"
    assert f"--port {port + 1}" in caught.value.hint
    demand_free_port(port)


def test_the_portal_is_one_server_process_and_one_worker() -> None:
    server, worker = portal_children(8123, "/srv/tieout/manage.py")
    assert "127.0.0.1:8123" in server.command
    assert server.command[server.command.index("--limit-request-line") + 1] == "8190"
    assert server.vital and not worker.vital
    assert worker.command[-1] == "runworker"
