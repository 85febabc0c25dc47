"""What `junheng serve` does about processes that die, and what they do when it dies: real kills."""

import os
import re
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage import tables
from survey_app.storage.heartbeats import stale_parts
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, open_survey
from tests.engines import on_sqlite
from tests.paths import REPOSITORY
from tests.ports import free_port
from tests.serving import Service, answers, serving, wait_until

SUPERVISE = """
import sys
from pathlib import Path
from survey_app.cli import processes
from survey_app.settings import Settings
processes._TRIES = 2
sys.exit(processes.supervise(Settings(sys.argv[1], Path(sys.argv[2])), "127.0.0.1", int(sys.argv[3]), 1, None))
"""


def commands() -> dict[int, tuple[int, str]]:
    """Of every living process its parent and its command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if state != "Z":
            found[int(folder.name)] = (int(parent), command)
    return found


def below(ancestor: int) -> dict[int, str]:
    """The processes that one has started, and those that these have."""
    processes, found = commands(), {}
    waiting = [ancestor]
    while waiting:
        parent = waiting.pop()
        for process, (its_parent, command) in processes.items():
            if its_parent == parent:
                found[process] = command
                waiting.append(process)
    return found


def children(parent: int) -> list[int]:
    return [process for process, (its_parent, _) in commands().items() if its_parent == parent]


def gunicorn_of(service: Service) -> int:
    """The process with web processes below it."""
    (found,) = [process for process in children(service.process.pid) if children(process)]
    return found


def worker_of(service: Service) -> int:
    """The background worker: spawned, and nothing below it."""
    (found,) = [
        process
        for process, command in below(service.process.pid).items()
        if "spawn_main" in command and process != gunicorn_of(service) and process in children(service.process.pid)
    ]
    return found


@on_sqlite
def test_all_processes_end_when_the_one_that_watches_over_them_is_killed(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path / "keys", workers=2) as service:
        started = below(service.process.pid)
        assert len(started) >= 4, "gunicorn, two web processes, the worker"
        service.process.kill()
        service.process.wait()
        wait_until(lambda: not started.keys() & commands().keys())
        with socket.create_server(("127.0.0.1", service.port)):
            pass


@on_sqlite
def test_a_web_server_that_is_killed_is_started_again(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path / "keys", workers=2) as service:
        before = gunicorn_of(service)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in commands())
        wait_until(lambda: answers(service), service.process)


@on_sqlite
def test_a_worker_that_is_killed_is_started_again(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path / "keys", workers=1) as service:
        before = worker_of(service)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: before not in commands())
        wait_until(lambda: bool(set(spawned(service)) - {before, gunicorn_of(service)}), service.process)
        assert answers(service)


def spawned(service: Service) -> list[int]:
    started = below(service.process.pid)
    return [process for process in children(service.process.pid) if "spawn_main" in started.get(process, "")]


@on_sqlite
def test_a_web_server_that_dies_at_once_again_and_again_is_given_up(database_url: str, tmp_path: Path) -> None:
    KeyDirectory(tmp_path / "keys").session_secret()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = [database_url, str(tmp_path / "keys"), str(taken.getsockname()[1])]
        ended = subprocess.run(
            [sys.executable, "-c", SUPERVISE, *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=180
        )
    assert ended.returncode == 1
    assert "the web server ended at once 2 times: it is not started again" in ended.stderr


def test_two_workers_alone_close_a_campaign_once_and_are_seen(
    database: Database, database_url: str, keys: KeyDirectory
) -> None:
    clock = SystemClock()
    survey = open_survey(database, keys, clock, [Crowd("parent", "s1", 30)])
    for code in survey.all_codes()[:12]:
        survey.submit(code)
    survey.change_campaign(closes=clock.now() - timedelta(hours=2))
    environment = os.environ | {"JUNHENG_DATABASE_URL": database_url, "JUNHENG_KEYS": str(keys.path)}
    command = [sys.executable, "-m", "survey_app.cli", "work"]
    workers = [subprocess.Popen(command, cwd=REPOSITORY, env=environment) for _ in range(2)]
    wait_until(lambda: all(takes_sigterm(worker.pid) for worker in workers))
    wait_until(lambda: survey.stored(tables.campaign, "state") == ["closed"])
    with database.read() as connection:
        assert stale_parts(connection, clock.now()) == []
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert (survey.counts()["responses"], survey.counts()["envelopes"]) == (12, 0)


def takes_sigterm(process: int) -> bool:
    """Whether a process has set up what it does when it is told to stop."""
    (caught,) = re.findall(r"SigCgt:\t(\w+)", Path(f"/proc/{process}/status").read_text())
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@on_sqlite
def test_the_service_is_well_once_its_worker_is_there(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path / "keys", workers=1) as service:
        wait_until(lambda: '"missing":[]' in service.request("/healthz").text)


@on_sqlite
def test_another_server_runs_the_application_with_our_settings(
    database_url: str, keys: KeyDirectory, tmp_path: Path
) -> None:
    keys.session_secret()
    port, log = free_port(), tmp_path / "log"
    environment = os.environ | {
        "JUNHENG_DATABASE_URL": database_url,
        "JUNHENG_KEYS": str(keys.path),
        "JUNHENG_LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:application"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=said, stderr=said)
    service = Service(f"http://127.0.0.1:{port}", process)
    wait_until(lambda: answers(service), process)
    assert service.request("/healthz").text.strip() == '{"missing":["worker"],"status":"degraded"}'
    service.request("/s/7K3M9QXA4HT")
    process.terminate()
    assert process.wait(60) == 0
    assert b"Using worker: gevent" in log.read_bytes()
    assert b"/s/" not in log.read_bytes()
