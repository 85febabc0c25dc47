"""Photos of findings: told by their content, turned upright, freed of what a phone writes into them (place, device, time), kept by hash."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading.tables import MEGABYTE
from survey_app.domain.assessments import PHOTO_LIMIT_BYTES, PHOTOS_A_CLAUSE, CountyAssessment, Photo
from survey_app.domain.clock import Clock
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.ids import growing_id
from survey_app.services.assessments.starting import record_act, to_change
from survey_app.services.assessments.uploading import shown_file_name
from survey_app.storage.entries import insert_photo, list_photos, mark_photo_removed
from survey_app.storage.files import keep_file, read_file
from survey_app.storage.session import Database

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE: Final = "image/jpeg"
LONGEST_SIDE: Final = 2_048  # enough to read a notice on a wall
MOST_PIXELS: Final = 60_000_000
QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file as it was sent."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo as it is kept: a JPEG that holds the picture and nothing else."""

    file_name: str
    content: bytes
    width: int
    height: int
    original_sha256: str


def clean_photos(files: Sequence[PhotoFile]) -> list[CleanPhoto]:
    """The photos as they are kept. Raises `InvalidInput` naming every file that is no photo, or too large."""
    cleaned: list[CleanPhoto] = []
    problems: list[InputProblem] = []
    for file in files:
        try:
            cleaned.append(_clean(file))
        except InvalidInput as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise InvalidInput(problems)
    return cleaned


def add_photos(
    connection: Connection,
    clock: Clock,
    user: StaffUser,
    assessment: CountyAssessment,
    clause: str,
    photos: Iterable[CleanPhoto],
) -> None:
    """Stores photos of a clause, in the caller's transaction; one that is there already is not added twice. Raises `InvalidInput`."""
    present = [one for one in list_photos(connection, assessment.id) if one.clause == clause and not one.removed_at]
    known = {one.original_sha256 for one in present}
    fresh = {one.original_sha256: one for one in photos if one.original_sha256 not in known}
    if len(present) + len(fresh) > PHOTOS_A_CLAUSE:
        raise InvalidInput([InputProblem("photos", wording.TOO_MANY_PHOTOS, {"limit": PHOTOS_A_CLAUSE})])
    for clean in fresh.values():
        photo = _stored(connection, clock, user, clause, clean)
        insert_photo(connection, assessment.id, photo)
        record_act(connection, clock, user, "photo_added", assessment, {"clause": clause, "sha256": photo.sha256})


def remove_photo(database: Database, clock: Clock, user: StaffUser, assessment_id: str, photo_id: str) -> None:
    """Takes a photo out of its finding; it is still kept. Raises `AssessmentSigned`, `UnknownAssessment`."""
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        if mark_photo_removed(connection, assessment_id, photo_id, user.name, clock.now()):
            record_act(connection, clock, user, "photo_removed", assessment, {"photo": photo_id})


def photo_content(database: Database, assessment_id: str, photo_id: str) -> tuple[Photo, bytes] | None:
    """A photo of this assessment; None where there is none."""
    with database.read() as connection:
        found = next((one for one in list_photos(connection, assessment_id) if one.id == photo_id), None)
        return None if found is None else (found, read_file(connection, found.sha256))


def _stored(connection: Connection, clock: Clock, user: StaffUser, clause: str, clean: CleanPhoto) -> Photo:
    return Photo(
        id=growing_id(clock),
        clause=clause,
        sha256=keep_file(connection, clean.content),
        media_type=MEDIA_TYPE,
        size=len(clean.content),
        width=clean.width,
        height=clean.height,
        file_name=clean.file_name,
        original_sha256=clean.original_sha256,
        by=user.name,
        at=clock.now(),
    )


def _clean(file: PhotoFile) -> CleanPhoto:
    name = shown_file_name(file.file_name)
    if len(file.content) > PHOTO_LIMIT_BYTES:
        limit = PHOTO_LIMIT_BYTES // MEGABYTE
        raise _invalid(wording.PHOTO_TOO_LARGE, name=name, size=-(-len(file.content) // MEGABYTE), limit=limit)
    upright = _upright(name, file.content)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=QUALITY, optimize=True)  # neither exif nor anything else is passed on
    return CleanPhoto(name, written.getvalue(), *upright.size, sha256(file.content).hexdigest())


def _upright(name: str, content: bytes) -> Image.Image:
    """The picture as its photographer saw it, over white where it was transparent."""
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        turned = ImageOps.exif_transpose(picture)
        layers = turned.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _invalid(wording.PHOTO_TOO_WIDE, name=name, limit=MOST_PIXELS // 1_000_000) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise _invalid(wording.PHOTO_NOT_IMAGE, name=name) from error
    upright = Image.new("RGB", layers.size, "white")
    upright.paste(layers, mask=layers.getchannel("A"))
    return upright


def _invalid(message: Message, **values: object) -> InvalidInput:
    return InvalidInput([InputProblem("photos", message, values)])
