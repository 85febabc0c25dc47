"""What would stop a web process with all its requests: locks of files and of PostgreSQL, the hashing of passwords. Others go on meanwhile.

The web process is one that gevent has patched, as gunicorn's worker is.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

from tests.engines import on_postgresql
from tests.paths import REPOSITORY

AMONG_REQUESTS = """
from gevent import monkey; monkey.patch_all()
import sys
from pathlib import Path
import gevent
from gevent.event import Event
from survey_app.storage.file_lock import locked
file, may_end, order = Path(sys.argv[1]), Event(), []

def hold():
    with locked(file):
        order.append("first")
        may_end.wait()

def wait():
    with locked(file):
        order.append("second")

def other_request():
    order.append("other")
    may_end.set()

gevent.joinall([gevent.spawn(one) for one in (hold, wait, other_request)], raise_error=True)
print(*order)
"""
AMONG_PROCESSES = """
from gevent import monkey; monkey.patch_all()
import sys
from pathlib import Path
import gevent
from survey_app.storage.file_lock import locked

def wait():
    with locked(Path(sys.argv[1])):
        print("mine", flush=True)

waiting = gevent.spawn(wait)
gevent.sleep(0.1)
print("other", flush=True)
waiting.get()
"""
HASHING = """
from gevent import monkey; monkey.patch_all()
import gevent
from survey_app.services.accounts.passwords import hash_password, is_password
order = []

def sign_in():
    kept = hash_password("correct horse battery staple")
    order.append(is_password("correct horse battery staple", kept))

gevent.joinall([gevent.spawn(sign_in), gevent.spawn(order.append, "other")], raise_error=True)
print(*order)
"""

WAITING_FOR_THE_SERVER = """
from gevent import monkey; monkey.patch_all()
import sys
import gevent
from sqlalchemy import text
from survey_app.storage.session import open_database
database, order = open_database(sys.argv[1]), []

def hold():
    with database.write() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
        order.append("first")
        gevent.spawn(wait)
        gevent.sleep(0.2)
        order.append("first goes on")

def wait():
    with database.quick() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        order.append("second")

gevent.spawn(hold).get(timeout=60)
gevent.wait(timeout=60)
print(*order, sep=", ")
"""


@on_postgresql
def test_a_request_that_waits_for_a_lock_of_the_server_lets_the_one_that_holds_it_go_on(database_url: str) -> None:
    command = [sys.executable, "-c", WAITING_FOR_THE_SERVER, database_url]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "first, first goes on, second", done.stderr


def test_a_request_that_waits_lets_the_one_that_holds_go_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", AMONG_REQUESTS, str(tmp_path / "lock")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["first", "other", "second"], done.stderr


def test_other_requests_go_on_while_one_waits_for_another_process(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    command = [sys.executable, "-c", AMONG_PROCESSES, str(file)]
    with file.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "other\n"
    assert process.stdout.readline() == "mine\n"
    assert process.wait(60) == 0
    process.stdout.close()


def test_other_requests_go_on_while_a_password_is_checked() -> None:
    done = subprocess.run([sys.executable, "-c", HASHING], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["other", "True"], done.stderr
