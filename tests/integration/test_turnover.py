"""What waits is turned over, counted and told where it does not agree (integrity.md A.6), on both engines."""

import pytest
from sqlalchemy import delete, select, update

from survey_app.domain.campaigns import State
from survey_app.domain.errors import DatabaseMismatch, GroupStopped, WrongState
from survey_app.services.closing import close_campaign, forget_campaign_codes
from survey_app.services.mixing import Mixer, clean_key_directory, count_sheets, turn_over_all
from survey_app.services.settling import settle
from survey_app.services.submission import look_up
from survey_app.storage import tables
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.results import count_labels
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

CROWDS = [Crowd("parent", "S1", 12), Crowd("parent", "S2", 12), Crowd("public", "", 12)]


@pytest.fixture
def survey(database, keys, clock) -> Survey:
    return open_survey(database, keys, clock, CROWDS, min_seconds=0)


def hand_in(survey: Survey, group: str, school: str, number: int, start: int = 0) -> list[str]:
    codes = survey.codes[group, school][start : start + number]
    for code in codes:
        survey.submit(code, nonce=code)
    return codes


def campaign_of(survey: Survey):
    with survey.database.read() as connection:
        return find_campaign(connection, CAMPAIGN)


def close(survey: Survey):
    from datetime import timedelta

    survey.clock.move(timedelta(days=2))
    return close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)


def is_balanced(counts: dict[str, int]) -> bool:
    return counts["used"] == counts["envelopes"] + counts["responses"] + counts["withheld"] + counts["lost"]


def test_turning_over_gives_new_ids_keys_and_ciphertexts(survey: Survey) -> None:
    hand_in(survey, "parent", "S1", 6)
    before = set(survey.stored(tables.envelope, "id", "ct"))
    old = [file for file in (survey.keys.path / "pools").iterdir() if "S1" in file.name]
    assert Mixer().round(survey.database, survey.keys) == [CAMPAIGN]
    after = set(survey.stored(tables.envelope, "id", "ct"))
    assert len(after) == len(before) == 12
    assert not {id_ for id_, _ in before} & {id_ for id_, _ in after}
    assert not {ct for _, ct in before} & {ct for _, ct in after}
    assert not any(file.exists() for file in old)
    assert is_balanced(survey.counts())


def test_what_was_turned_over_comes_out_at_the_closing(survey: Survey) -> None:
    hand_in(survey, "parent", "S1", 6)
    mixer = Mixer(turned_over_every_s=0)
    mixer.round(survey.database, survey.keys)
    hand_in(survey, "parent", "S1", 3, start=6)
    mixer.round(survey.database, survey.keys)
    hand_in(survey, "public", "", 5)
    assert close(survey).state == State.CLOSED
    counts = survey.counts()
    assert (counts["responses"], counts["withheld"], counts["envelopes"], counts["texts"]) == (14, 0, 0, 0)
    assert is_balanced(counts)
    assert not survey.keys.pool_batches()


def test_crowds_below_k_are_withheld_and_destroyed(survey: Survey) -> None:
    hand_in(survey, "parent", "S1", 3)
    hand_in(survey, "public", "", 4)
    hand_in(survey, "parent", "S2", 1)
    close(survey)
    counts = survey.counts()
    assert (counts["responses"], counts["withheld"], counts["comments"]) == (0, 8, 0)
    assert is_balanced(counts)


def test_small_crowds_join_without_unit(survey: Survey) -> None:
    hand_in(survey, "parent", "S1", 3)
    hand_in(survey, "parent", "S2", 4)
    close(survey)
    assert set(survey.stored(tables.response, "label")) == {f"{CAMPAIGN}/parent/"}
    assert survey.counts()["responses"] == 7


def test_a_deleted_envelope_stops_its_group_until_it_is_settled(survey: Survey) -> None:
    hand_in(survey, "public", "", 7)
    Mixer().round(survey.database, survey.keys)
    ids = survey.stored(tables.envelope, "id", "label")
    victim = next(id_ for id_, label in ids if label == f"{CAMPAIGN}/public/")
    with survey.database.write() as connection:
        connection.execute(delete(tables.envelope).where(tables.envelope.c.id == victim))
    Mixer().round(survey.database, survey.keys)
    code = survey.codes["public", ""][10]
    with pytest.raises(GroupStopped):
        survey.submit(code)
    assert look_up(survey.database, survey.keys, survey.clock, survey.codes["parent", "S1"][0]).state == "usable"
    (difference,) = settle(survey.database, survey.keys, survey.clock, CAMPAIGN)
    assert (difference.group, difference.balance.missing) == ("public", 1)
    survey.submit(code)
    assert survey.counts()["lost"] == 1
    close(survey)
    assert (survey.counts()["responses"], is_balanced(survey.counts())) == (7, True)


def test_a_code_made_unused_again_is_told_and_does_not_vote_twice(survey: Survey) -> None:
    hand_in(survey, "public", "", 6)
    Mixer().round(survey.database, survey.keys)
    with survey.database.write() as connection:
        used = select(tables.code.c.h).where(tables.code.c.used).limit(1)
        h = connection.execute(used).scalar_one()
        connection.execute(update(tables.code).where(tables.code.c.h == h).values(used=False, retry=None, receipt=None))
    assert count_sheets(survey.database, survey.keys, campaign_of(survey)) == {"public"}
    with pytest.raises(DatabaseMismatch):
        close(survey)
    settle(survey.database, survey.keys, survey.clock, CAMPAIGN)
    assert survey.counts()["used"] == 6
    close(survey)
    assert survey.counts()["responses"] == 6


def test_a_copied_envelope_is_foreign_and_deleted(survey: Survey) -> None:
    hand_in(survey, "public", "", 6)
    with survey.database.write() as connection:
        row = connection.execute(
            select(tables.envelope).where(tables.envelope.c.label == f"{CAMPAIGN}/public/")
        ).first()
        connection.execute(
            tables.envelope.insert(), {"id": b"x" * 16, "label": row.label, "batch": row.batch, "ct": row.ct}
        )
    assert count_sheets(survey.database, survey.keys, campaign_of(survey)) == set()
    assert survey.counts()["envelopes"] == 6


def test_a_lost_key_is_written_off_and_its_places_are_free(survey: Survey) -> None:
    hand_in(survey, "public", "", 6)
    for file in (survey.keys.path / "pools").glob("*public%2F.1.key"):
        file.unlink()
    Mixer().round(survey.database, survey.keys)
    counts = survey.counts()
    assert (counts["lost"], counts["taken"], counts["envelopes"]) == (6, 0, 0)
    hand_in(survey, "public", "", 6, start=6)
    close(survey)
    assert (survey.counts()["responses"], is_balanced(survey.counts())) == (6, True)


def test_keys_left_by_a_crash_are_removed(survey: Survey) -> None:
    hand_in(survey, "public", "", 6)
    survey.keys.make_pool_key(f"{CAMPAIGN}/public/", 0)
    assert clean_key_directory(survey.database, survey.keys) == 1
    turn_over_all(survey.database, survey.keys)
    assert clean_key_directory(survey.database, survey.keys) == 0


def test_codes_of_a_closed_campaign_are_forgotten_and_its_numbers_stay(survey: Survey) -> None:
    hand_in(survey, "public", "", 6)
    with pytest.raises(WrongState):
        forget_campaign_codes(survey.database, survey.keys, survey.clock, CAMPAIGN)
    close(survey)
    with survey.database.read() as connection:
        before = count_labels(connection, CAMPAIGN)
    assert forget_campaign_codes(survey.database, survey.keys, survey.clock, CAMPAIGN) == 36
    assert survey.stored(tables.code, "h") == []
    assert CAMPAIGN not in survey.keys.campaign_keys()
    with survey.database.read() as connection:
        assert count_labels(connection, CAMPAIGN) == before
    assert [(one.group, one.answered, one.withheld) for one in before] == [("public", 6, 0)]
