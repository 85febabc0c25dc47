"""Photos: told by content, upright, without place and device, never more than they should be."""

import io
import struct
import zlib

import pytest
from PIL import Image

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import EntryKind
from survey_app.domain.clock import FixedClock
from survey_app.services.assessments.entering import Typed, save_finding, show_subject
from survey_app.services.assessments.photos import LONGEST_SIDE, PhotoFile, clean_photos
from survey_app.storage.session import Database
from tests.builders_assessments import LI, picture, start

GPS_IFD, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def with_place(kind: str = "JPEG") -> bytes:
    """As a phone takes it: turned by its orientation, with place and model."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MODEL] = "PHONE-MODEL-9"
    exif.get_ifd(GPS_IFD)[1] = "N"
    exif.get_ifd(GPS_IFD)[2] = (27.0, 52.0, 11.25)
    return picture(kind, exif=exif)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_upright_without_place_and_device(kind: str) -> None:
    sent = with_place(kind)
    (clean,) = clean_photos([PhotoFile("现场.jpg", sent)])
    assert b"PHONE-MODEL-9" in sent
    assert b"PHONE-MODEL-9" not in clean.content
    kept = opened(clean.content)
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 80), {})
    top, bottom = kept.getpixel((20, 10)), kept.getpixel((20, 70))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)


def test_a_transparent_picture_lies_on_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    (clean,) = clean_photos([PhotoFile("a.png", written.getvalue())])
    assert opened(clean.content).getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller() -> None:
    (clean,) = clean_photos([PhotoFile("a.jpg", picture(size=(4000, 3000)))])
    assert (clean.width, clean.height) == (LONGEST_SIDE, 1536)


def png_of(width: int, height: int) -> bytes:
    """A tiny file that says it is a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


BAD = {
    "page.jpg": (b"<html><script>alert(1)</script></html>", "photo_not_image"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "photo_not_image"),
    "moving.gif": (picture("GIF"), "photo_not_image"),
    "plan.bmp": (picture("BMP"), "photo_not_image"),
    "book.jpg": (b"PK\x03\x04" + b"\0" * 100, "photo_not_image"),
    "half.jpg": (picture(size=(800, 600))[:2000], "photo_not_image"),
    "empty.jpg": (b"", "photo_not_image"),
    "huge.jpg": (picture() + b"\0" * 8_000_000, "photo_too_large"),
    "bomb.png": (png_of(50_000, 50_000), "photo_too_wide"),
    "far-too-wide.png": (png_of(30_000, 30_000), "photo_too_wide"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_photo_is_refused_whatever_its_name(name: str) -> None:
    content, kind = BAD[name]
    with pytest.raises(InvalidInput) as refused:
        clean_photos([PhotoFile("good.jpg", picture()), PhotoFile(name, content)])
    (problem,) = refused.value.problems
    assert (problem.where, problem.kind, problem.values["name"]) == ("photos", kind, name)


def test_what_hides_behind_a_picture_does_not_come_along() -> None:
    (clean,) = clean_photos([PhotoFile("a.jpg", picture() + b"<script>alert(1)</script>")])
    assert b"script" not in clean.content


def test_a_bad_photo_keeps_the_form_from_being_saved(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    with pytest.raises(InvalidInput):
        save_finding(database, clock, LI, id_, "10.1", Typed("yes", "看过", 0), [PhotoFile("a.jpg", b"no")])
    found = show_subject(database, id_, EntryKind.FINDING, "10.1")
    assert found is not None
    assert (found.versions, found.state.photos) == ([], ())


def test_the_same_photo_is_kept_once_and_twelve_are_enough(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    photos = [PhotoFile(f"{width}.jpg", picture(size=(width, 20))) for width in range(20, 33)]
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", 0), [photos[0], photos[0]])
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", 1), photos[:12])
    with pytest.raises(InvalidInput) as refused:
        save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", 1), [photos[12]])
    assert refused.value.problems[0].kind == "photo_too_many"
    found = show_subject(database, id_, EntryKind.FINDING, "10.1")
    assert found is not None
    assert len(found.state.photos) == 12
