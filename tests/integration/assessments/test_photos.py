"""Photos: told by content, upright, without place and device, never more than they should be."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image, ImageFile, WebPImagePlugin

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import EntryKind
from survey_app.domain.clock import FixedClock
from survey_app.services.assessments import photos as module
from survey_app.services.assessments.entering import Typed, save_finding, show_subject
from survey_app.services.assessments.photos import LONGEST_SIDE, PhotoFile, clean_photos, remove_photo
from survey_app.storage.session import Database
from tests.builders_assessments import LI, picture, start
from tests.paths import REPOSITORY

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


def webp_of(kind: bytes, width: int, height: int, *, moves: bool = False) -> bytes:
    """A tiny WebP that says it is a huge picture, in each of the three ways to say so."""
    bodies = {
        b"VP8X": bytes([2 if moves else 0, 0, 0, 0])
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(20),
        b"VP8 ": b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20),
    }
    chunk = kind + struct.pack("<I", len(bodies[kind])) + bodies[kind]
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def moving(kind: str) -> bytes:
    written = io.BytesIO()
    first, *others = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green"))
    first.save(written, kind, save_all=True, append_images=others)
    return written.getvalue()


BOMBS = {
    "bomb.png": (png_of(50_000, 50_000), "photo_too_wide"),
    "wide.png": (png_of(8_000, 4_000), "photo_too_wide"),
    "bomb.webp": (webp_of(b"VP8X", 16_000, 16_000), "photo_too_wide"),
    "lossless.webp": (webp_of(b"VP8L", 16_383, 16_383), "photo_too_wide"),
    "lossy.webp": (webp_of(b"VP8 ", 16_383, 16_383), "photo_too_wide"),
    "bomb.jpg": (
        picture(size=(9_000, 8)).replace(struct.pack(">HH", 8, 9_000), struct.pack(">HH", 60_000, 60_000)),
        "photo_too_wide",
    ),
    "film.webp": (moving("WEBP"), "photo_moving"),
    "long-film.webp": (webp_of(b"VP8X", 20, 20, moves=True), "photo_moving"),
    "film.png": (moving("PNG"), "photo_moving"),
}


class Decoded(BaseException):
    """Something began to decode a picture."""


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Decoded

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    monkeypatch.setattr(WebPImagePlugin._webp, "WebPAnimDecoder", fail)


@pytest.mark.usefixtures("no_decoding")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_from_its_header(name: str) -> None:
    content, kind = BOMBS[name]
    assert len(content) < 10_000
    with pytest.raises(InvalidInput) as refused:
        clean_photos([PhotoFile(name, content)])
    assert [problem.kind for problem in refused.value.problems] == [kind]


@pytest.mark.usefixtures("no_decoding")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_seam_sees_what_is_decoded(kind: str) -> None:
    with pytest.raises(Decoded):
        clean_photos([PhotoFile("a", picture(kind))])


@pytest.mark.usefixtures("no_decoding")
def test_more_photos_than_a_clause_may_have_are_refused_undecoded() -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_photos([PhotoFile("a.jpg", picture())] * 13)
    assert [problem.kind for problem in refused.value.problems] == ["photo_too_many"]


def test_a_large_photo_of_a_phone_is_never_decoded_in_full() -> None:
    """48 million pixels would take 192 MB; it is decoded to a fraction of that."""
    program = f"""
import io, resource
from PIL import Image
from survey_app.services.assessments.photos import PhotoFile, clean_photos
clean_photos([PhotoFile("warm.jpg", {picture()!r})])
written = io.BytesIO()
picture = Image.new("RGB", (8, 8))
picture.resize((8000, 6000)).save(written, "JPEG")
picture.close()
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 120_000_000, used + 120_000_000))
(clean,) = clean_photos([PhotoFile("a.jpg", written.getvalue())])
print(clean.width, clean.height)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.stdout.split() == ["2048", "1536"], done.stderr


def test_a_jpeg_with_a_further_picture_in_it_is_a_photo() -> None:
    """As phones write them: a second picture (a map of brightness, or a preview) behind the first."""
    written = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(written, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 4))])
    (clean,) = clean_photos([PhotoFile("a.jpg", written.getvalue())])
    assert (clean.width, clean.height) == (40, 20)


def test_an_assessment_holds_so_many_photos_and_no_more(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PHOTOS_AN_ASSESSMENT", 3)
    id_ = start(database, clock)
    photos = [PhotoFile(f"{width}.jpg", picture(size=(width, 20))) for width in range(20, 24)]
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", 0), photos[:2])
    found = show_subject(database, id_, EntryKind.FINDING, "10.1")
    assert found is not None
    remove_photo(database, clock, LI, id_, found.state.photos[0].id)
    with pytest.raises(InvalidInput) as refused:  # what was removed is still kept, and counts
        save_finding(database, clock, LI, id_, "10.2", Typed("yes", "", 0), photos[2:])
    assert [problem.kind for problem in refused.value.problems] == ["photo_too_many_in_all"]
    save_finding(database, clock, LI, id_, "10.2", Typed("yes", "", 0), photos[2:3])


BAD = {
    "page.jpg": (b"<html><script>alert(1)</script></html>", "photo_not_image"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "photo_not_image"),
    "moving.gif": (picture("GIF"), "photo_not_image"),
    "plan.bmp": (picture("BMP"), "photo_not_image"),
    "book.jpg": (b"PK\x03\x04" + b"\0" * 100, "photo_not_image"),
    "half.jpg": (picture(size=(800, 600))[:2000], "photo_not_image"),
    "empty.jpg": (b"", "photo_not_image"),
    "huge.jpg": (picture() + b"\0" * 8_000_000, "photo_too_large"),
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
