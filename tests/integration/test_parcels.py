"""Files that wait for one person for a while."""

from datetime import timedelta

from sqlalchemy import select

from survey_app.domain.clock import FixedClock
from survey_app.services.parcels import (
    ParcelKind,
    discard_parcel,
    leave_parcel,
    open_parcel,
    sweep_parcels,
)
from survey_app.storage.office_tables import parcel
from survey_app.storage.session import Database

FILES = {"codes.csv": b"7K3M-9QXA-4HT", "sheets.pdf": bytes(range(256)) * 100, "问卷/家长.yaml": b""}
CODES, UPLOADS = ParcelKind.CODES, ParcelKind.UPLOADS


def test_what_is_left_comes_back_until_it_is_discarded(database: Database, clock: FixedClock) -> None:
    token = leave_parcel(database, clock, "admin", CODES, FILES, "c1")
    for _ in range(2):
        assert open_parcel(database, clock, "admin", CODES, token, "c1") == FILES
    discard_parcel(database, "admin", token)
    assert open_parcel(database, clock, "admin", CODES, token, "c1") is None


def test_a_token_opens_for_its_owner_kind_and_subject_only(database: Database, clock: FixedClock) -> None:
    token = leave_parcel(database, clock, "admin", CODES, FILES, "c1")
    assert open_parcel(database, clock, "other", CODES, token, "c1") is None
    assert open_parcel(database, clock, "admin", UPLOADS, token, "c1") is None
    assert open_parcel(database, clock, "admin", CODES, token, "c2") is None
    assert open_parcel(database, clock, "admin", CODES, token + "x", "c1") is None
    assert open_parcel(database, clock, "admin", CODES, "\udcff", "c1") is None
    discard_parcel(database, "other", token)
    assert open_parcel(database, clock, "admin", CODES, token, "c1") == FILES


def test_codes_are_kept_an_hour_and_uploads_a_day(database: Database, clock: FixedClock) -> None:
    codes = leave_parcel(database, clock, "admin", CODES, FILES)
    uploads = leave_parcel(database, clock, "admin", UPLOADS, FILES)
    later = FixedClock(clock.now() + timedelta(hours=1))
    assert open_parcel(database, later, "admin", CODES, codes) is None
    assert open_parcel(database, later, "admin", UPLOADS, uploads) == FILES
    assert sweep_parcels(database, later) == 1
    assert sweep_parcels(database, later) == 0
    assert sweep_parcels(database, FixedClock(clock.now() + timedelta(days=1))) == 1


def test_the_database_can_not_read_a_parcel(database: Database, clock: FixedClock) -> None:
    token = leave_parcel(database, clock, "admin", CODES, FILES)
    with database.read() as connection:
        (row,) = connection.execute(select(parcel)).all()
    assert b"7K3M" not in bytes(row.ciphertext)
    assert token.encode() not in bytes(row.ciphertext) + bytes(row.id)
