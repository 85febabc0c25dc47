"""The service as the command starts it: gunicorn with four workers and the mixer, over HTTP, on both engines."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from survey_app.domain.clock import FixedClock, SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission.submitting import start_token
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey
from tests.serving import Page, Service, serving, wait_until


@pytest.fixture
def survey(database: Database, keys: KeyDirectory) -> Survey:
    crowds = [Crowd("public", "", 220), Crowd("parent", "S1", 20)]
    return open_survey(database, keys, SystemClock(), crowds, caps={"public": 15}, min_seconds=0)


@pytest.fixture
def service(survey: Survey, database_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(database_url, tmp_path / "keys") as running:
        yield running


def test_two_hundred_at_once_fill_a_cap_of_fifteen(survey: Survey, service: Service) -> None:
    codes = survey.codes["public", ""][:200]
    forms = [service.request(f"/s/{code}") for code in codes]
    with ThreadPoolExecutor(40) as phones:
        pages = list(phones.map(service.fill_in, codes, forms))
    assert Counter(page.status for page in pages) == {200: 15, 409: 185}
    assert len({page.receipt for page in pages if page.status == 200}) == 15
    assert (survey.counts()["used"], survey.counts()["envelopes"]) == (15, 15)
    full = codes[[page.status for page in pages].index(409)]
    assert service.request(f"/s/{full}").receipt is None  # still unused: only the group is full
    survey.change_group("public", cap=16)
    assert service.fill_in(full, forms[codes.index(full)]).status == 200


def test_the_same_form_twice_at_once_and_later_is_one_answer(survey: Survey, service: Service) -> None:
    code = survey.codes["parent", "S1"][0]
    form = service.request(f"/s/{code}")
    with ThreadPoolExecutor(2) as phones:
        pages = list(phones.map(lambda _: service.fill_in(code, form), range(2)))
    pages.append(service.fill_in(code, form, q01="3"))
    assert [page.status for page in pages] == [200] * 3
    assert len({page.receipt for page in pages}) == 1
    assert service.fill_in(code, service_form_of_another_phone(service, survey)).status == 409
    assert survey.counts()["used"] == survey.counts()["envelopes"] + survey.counts()["responses"] == 1


def service_form_of_another_phone(service: Service, survey: Survey) -> Page:
    return service.request(f"/s/{survey.codes['parent', 'S1'][1]}")


def test_looking_changes_nothing(survey: Survey, service: Service) -> None:
    before = survey.counts()
    for code in survey.all_codes():
        assert service.request(f"/s/{code.lower()}").status == 200
        assert service.request(f"/s/{code}", method="HEAD").status == 200
    assert survey.counts() == before


def test_form_of_yesterday_is_stored_after_a_restart(survey: Survey, database_url: str, tmp_path: Path) -> None:
    survey.change_campaign(opens=SystemClock().now() - timedelta(days=3))
    code, keys_dir = survey.codes["parent", "S1"][0], tmp_path / "keys"
    with serving(database_url, keys_dir) as service:
        nonce = service.request(f"/s/{code}").hidden("nonce")
        then = FixedClock(SystemClock().now() - timedelta(hours=30))
        started = start_token(survey.keys, then, code)
    with serving(database_url, keys_dir) as service:
        page = service.request(f"/s/{code}", {"nonce": nonce, "started": started, "q01": "2"})
    assert page.status == 200
    assert page.receipt
    assert survey.counts()["used"] == survey.counts()["envelopes"] == 1


def test_mixer_beside_the_server_mixes(survey: Survey, service: Service) -> None:
    for code in survey.codes["parent", "S1"][:12]:
        assert service.fill_in(code).status == 200
    wait_until(lambda: max(survey.stored(tables.pool, "batch")) > 1)
    counts = survey.counts()
    assert (counts["used"], counts["envelopes"], counts["responses"]) == (
        12,
        12,
        0,
    )  # turned over; none leaves before the closing
