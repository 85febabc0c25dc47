"""What a copy consists of, and reading it: `FILE`, a zip of the rows of each table with a manifest, and `FILE.keys`, encrypted.

Every reader checks what it reads: hashes, numbers of rows, values, and that the numbers of the invariant are those of the rows. What a
reader stumbles over in a file that is not what was written is `DamagedCopy`.
"""

import hashlib
import json
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Table

from survey_app.domain.errors import SurveyError
from survey_app.domain.recovery import DamagedCopy, SealedReader, StreamHead, StreamKey, read_head
from survey_app.storage.copying import copied_tables, row_of_line
from survey_app.storage.migrating import newest_revision

FORMAT: Final = "junheng/backup/1"
MANIFEST: Final = "manifest.json"
DIGEST: Final = "copy.json"
"""In the copy of the keys: the hash of the copy of the database that it was made with."""

Document = dict[str, Any]


def keys_file(file: Path) -> Path:
    """Where the copy of the keys lies that belongs to a copy of the database."""
    return file.with_name(f"{file.name}.keys")


def unfinished(file: Path) -> Path:
    """What a file is called until it is known to be whole."""
    return file.with_name(f"{file.name}.part")


def part_name(table: Table) -> str:
    """Where the rows of a table lie in a copy."""
    return f"tables/{table.name}.jsonl"


def waiting_in(manifest: Mapping[str, Any]) -> int:
    """How many answers wait in a copy for their closing."""
    return sum(group["envelopes"] for campaign in manifest["campaigns"] for group in campaign["groups"])


def sha256_of(file: Path) -> str:
    """The hash of a file."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def head_of(file: Path) -> StreamHead | None:
    """The head of a copy of keys; None where there is none."""
    try:
        with file.open("rb") as source:
            return read_head(source)
    except (DamagedCopy, OSError):
        return None


def manifest_of(file: Path) -> Document:
    """What a copy of the database says of itself. Raises `DamagedCopy`."""
    with _damage_told(file), zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
        return cast(Document, manifest)


def lines_of(file: Path, table: Table) -> Iterator[bytes]:
    """The lines of a table in a copy."""
    with zipfile.ZipFile(file) as archive, archive.open(part_name(table)) as part:
        yield from part


def check_copy(file: Path) -> Document:
    """Reads a copy of the database from beginning to end: hashes, numbers of rows, the values of each, and the numbers of the invariant.

    Returns its manifest. Raises `DamagedCopy`, and `OtherRevision` for one that another version has made.
    """
    manifest = manifest_of(file)
    if manifest["revision"] != newest_revision():
        raise OtherRevision(file, str(manifest["revision"]))
    counts = _Counts()
    with _damage_told(file):
        for table in copied_tables():
            said = manifest["tables"][table.name]
            if said["columns"] != [column.name for column in table.columns]:
                raise ValueError(f"{table.name} has other columns")
            if _checked(file, table, counts) != (said["rows"], said["sha256"]):
                raise ValueError(f"{table.name} is not what was written")
        for campaign in manifest["campaigns"]:
            if counts.groups(campaign["id"]) != campaign["groups"]:
                raise ValueError(f"the numbers of campaign {campaign['id']} are not those of its rows")
    return manifest


def _checked(file: Path, table: Table, counts: "_Counts") -> tuple[int, str]:
    rows, digest = 0, hashlib.sha256()
    for line in lines_of(file, table):
        digest.update(line)
        rows += 1
        counts.add(table.name, row_of_line(table, line))
    return rows, digest.hexdigest()


class _Counts:
    """The numbers of the invariant, from the rows of a copy."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Document] = {}
        self._of_label: dict[str, tuple[str, str]] = {}
        self._used = Counter[tuple[str, str]]()
        self._sheets = {"envelope": Counter[str](), "response": Counter[str]()}

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Counts a row of a table."""
        if table == "quota":
            withheld = row["withheld"] + row["withheld_void"]
            self._groups[row["campaign"], row["group"]] = {"withheld": withheld, "lost": row["lost"]}
        elif table == "label":
            self._of_label[row["label"]] = row["campaign"], row["group"]
        elif table == "code" and row["used"]:
            self._used[row["campaign"], row["group"]] += 1
        elif table in self._sheets:
            self._sheets[table][row["label"]] += 1

    def groups(self, campaign: str) -> list[Document]:
        """The numbers of each group, as the manifest has them."""
        sheets = {name: self._by_group(counted) for name, counted in self._sheets.items()}
        return [
            {
                "group": group,
                "used": self._used[of, group],
                "envelopes": sheets["envelope"][of, group],
                "responses": sheets["response"][of, group],
                **numbers,
            }
            for (of, group), numbers in sorted(self._groups.items())
            if of == campaign
        ]

    def _by_group(self, counted: Mapping[str, int]) -> Counter[tuple[str, str]]:
        numbers = Counter[tuple[str, str]]()
        for label, number in counted.items():
            if label in self._of_label:
                numbers[self._of_label[label]] += number
        return numbers


class OtherRevision(SurveyError):
    """A copy with other tables than this version's."""

    def __init__(self, file: Path, revision: str) -> None:
        super().__init__(
            f"{file} was made by another version of junheng: its database is at {revision}, this version needs {newest_revision()};"
            " restore it with the version that made it, and bring it up then (junheng db upgrade)"
        )


@contextmanager
def _damage_told(file: Path) -> Iterator[None]:
    """Whatever a reader stumbles over in a file that is not what was written."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise DamagedCopy(f"{file} is damaged, or no copy of junheng's: {error}") from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile: a method or an encryption that we never wrote
        raise DamagedCopy(f"{file} is damaged, or no copy of junheng's") from error
    except OSError as error:
        if error.filename is None:  # zipfile: places that no file has
            raise DamagedCopy(f"{file} is damaged, or can't be read: {error}") from error
        raise


@dataclass(frozen=True, slots=True)
class KeyCopy:
    """A copy of a key directory, decrypted in memory."""

    copy_id: str
    files: Mapping[str, bytes]

    @property
    def sha256(self) -> str:
        """The hash of the copy of the database that it was made with."""
        return str(json.loads(self.files[DIGEST])["sha256"])


def open_keys(file: Path, key: StreamKey) -> KeyCopy:
    """The copy of a key directory in a file. Raises `DamagedCopy`, and what `key` raises."""
    try:
        with file.open("rb") as source:
            reader = SealedReader(source, key)
            files = _unpacked(reader)
            reader.finish()
    except (tarfile.TarError, DamagedCopy) as error:
        raise DamagedCopy(f"{file}: {error}") from error
    return KeyCopy(reader.head.copy_id.hex(), files)


def _unpacked(reader: SealedReader) -> dict[str, bytes]:
    files = {}
    with tarfile.open(fileobj=cast(Any, reader), mode="r|") as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content is not None:
                files[entry.name] = content.read()
    return files
