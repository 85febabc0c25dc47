"""Photos of findings: told by their content, turned upright, freed of what a phone writes into them (place, device, time), kept by hash.

How large a picture would become, and whether it moves, is read from its header and refused before anything of it is decoded; a photo of a
phone is decoded at about the size that is kept, not at the one it was taken in.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading.tables import MEGABYTE
from survey_app.domain.assessments import (
    PHOTO_LIMIT_BYTES,
    PHOTOS_A_CLAUSE,
    PHOTOS_AN_ASSESSMENT,
    CountyAssessment,
    Photo,
)
from survey_app.domain.clock import Clock, sortable_id
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.starting import record_act, to_change
from survey_app.services.assessments.uploading import shown_file_name
from survey_app.storage.assessments.entries import insert_photo, list_photos, mark_photo_removed
from survey_app.storage.assessments.files import keep_file, read_file
from survey_app.storage.session import Database

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE: Final = "image/jpeg"
LONGEST_SIDE: Final = 2_048  # enough to read a notice on a wall
MOST_PIXELS: Final = 60_000_000  # of a JPEG, which can be decoded smaller
MOST_PIXELS_DECODED: Final = 30_000_000  # of the others, which can't
QUALITY: Final = 85
_SMOOTH_MODES: Final = ("RGB", "RGBA", "L", "LA", "CMYK")  # those that can be made smaller without steps


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
    refuse_many(len(files))  # before any is decoded
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


def refuse_many(number: int) -> None:
    """Raises `InvalidInput` where more were sent than a clause may have."""
    if number > PHOTOS_A_CLAUSE:
        raise _too_many()


def refuse_large(file_name: str, size: int) -> None:
    """Raises `InvalidInput` where a photo is too large."""
    if size > PHOTO_LIMIT_BYTES:
        values = {
            "name": shown_file_name(file_name),
            "size": -(-size // MEGABYTE),
            "limit": PHOTO_LIMIT_BYTES // MEGABYTE,
        }
        raise _invalid(wording.PHOTO_TOO_LARGE, **values)


def add_photos(
    connection: Connection,
    clock: Clock,
    user: StaffUser,
    assessment: CountyAssessment,
    clause: str,
    photos: Iterable[CleanPhoto],
) -> None:
    """Stores photos of a clause, in the caller's transaction; one that is there already is not added twice. Raises `InvalidInput`."""
    kept = list_photos(connection, assessment.id)
    present = [one for one in kept if one.clause == clause and not one.removed_at]
    known = {one.original_sha256 for one in present}
    fresh = {one.original_sha256: one for one in photos if one.original_sha256 not in known}
    if len(present) + len(fresh) > PHOTOS_A_CLAUSE:
        raise _too_many()
    if len(kept) + len(fresh) > PHOTOS_AN_ASSESSMENT:
        raise _invalid(wording.TOO_MANY_PHOTOS_IN_ALL, limit=PHOTOS_AN_ASSESSMENT)
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
        id=sortable_id(clock.now()),
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
    refuse_large(file.file_name, len(file.content))
    upright = _upright(name, file.content)
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=QUALITY, optimize=True)  # neither exif nor anything else is passed on
    return CleanPhoto(name, written.getvalue(), *upright.size, sha256(file.content).hexdigest())


def _upright(name: str, content: bytes) -> Image.Image:
    """The picture as its photographer saw it, of the size that is kept, over white where it was transparent."""
    try:
        picture = _opened(name, content)
        if picture.mode not in _SMOOTH_MODES:
            picture = picture.convert("RGBA")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1)  # a JPEG is decoded to less than twice that
        layers = ImageOps.exif_transpose(picture).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_wide(name, MOST_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise _invalid(wording.PHOTO_NOT_IMAGE, name=name) from error
    upright = Image.new("RGB", layers.size, "white")
    upright.paste(layers, mask=layers.getchannel("A"))
    return upright


def _opened(name: str, content: bytes) -> Image.Image:
    """The picture, of which only the header was read. Raises `InvalidInput` where the rest had better not be."""
    webp = _WebpHeader.of(content)  # Pillow makes room for a WebP's whole canvas when it opens one
    if webp and webp.width * webp.height > MOST_PIXELS_DECODED:
        raise _too_wide(name, MOST_PIXELS_DECODED)
    if webp and webp.moves:
        raise _invalid(wording.PHOTO_MOVING, name=name)
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    # a phone's JPEG may hold further pictures, such as a map of its brightness: the first counts
    is_jpeg = picture.format in ("JPEG", "MPO")
    limit = MOST_PIXELS if is_jpeg else MOST_PIXELS_DECODED
    if picture.width * picture.height > limit:
        raise _too_wide(name, limit)
    if not is_jpeg and getattr(picture, "n_frames", 1) > 1:
        raise _invalid(wording.PHOTO_MOVING, name=name)
    return picture


@dataclass(frozen=True, slots=True)
class _WebpHeader:
    """What the first 30 bytes of a WebP say (RFC 9649)."""

    width: int
    height: int
    moves: bool = False

    @classmethod
    def of(cls, content: bytes) -> "_WebpHeader | None":
        """The header; None where the content is no WebP."""
        head = content[:30]
        if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
            return None
        if head[12:16] == b"VP8X":
            return cls(_little(head[24:27]) + 1, _little(head[27:30]) + 1, moves=bool(head[20] & 2))
        if head[12:16] == b"VP8L":
            sides = _little(head[21:25])
            return cls((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1)
        return cls(_little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF)


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")


def _too_wide(name: str, limit: int) -> InvalidInput:
    return _invalid(wording.PHOTO_TOO_WIDE, name=name, limit=limit // 1_000_000)


def _too_many() -> InvalidInput:
    return _invalid(wording.TOO_MANY_PHOTOS, limit=PHOTOS_A_CLAUSE)


def _invalid(message: Message, **values: object) -> InvalidInput:
    return InvalidInput([InputProblem("photos", message, values)])
