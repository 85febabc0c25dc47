"""Lays uploaded files into a folder as a campaign file expects them, and nowhere else."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final

from evaluation.errors import InputProblem, InvalidInput
from evaluation.strict_yaml import Document, read_document
from survey_app.services.campaigns.new import wording

MOST_FILES: Final = 300
MOST_UNPACKED_MB: Final = 60
_MEGABYTE: Final = 1_000_000
_YAML: Final = (".yaml", ".yml")
_NAMED_FILES: Final = ("schools", "workbook")
_CAMPAIGN_KEYS: Final = {"opens", "closes", "base_url", "county"}

Files = Mapping[str, bytes]


def base_name(sent: str) -> str:
    """A file's name without folders, whatever system it comes from."""
    return PureWindowsPath(PurePosixPath(sent).name).name.strip() or "file"


def lay_questionnaires(folder: Path, files: Files) -> None:
    """Writes questionnaires (.yaml, or .zip files of them) into `folder`. Raises `InvalidInput`."""
    problems: list[InputProblem] = []
    folder.mkdir()
    for name, content in files.items():
        try:
            for inside, text in _questionnaires(name, content):
                (folder / base_name(inside)).write_bytes(text)
        except InvalidInput as invalid:
            problems += invalid.problems
    if problems:
        raise InvalidInput(problems)


def lay_campaign(folder: Path, files: Files) -> Path:
    """Writes everything that was sent into `folder` and returns the campaign file. Raises `InvalidInput`.

    Files of a .zip keep their places. Loose files go where the campaign file names one of their name; further .yaml files go into the
    folder of questionnaires. What the campaign file names must be among the files: nothing else of this machine is read.
    """
    unpacked: dict[str, bytes] = {}
    for name, content in files.items():
        unpacked |= dict(unzipped(name, content)) if name.lower().endswith(".zip") else {base_name(name): content}
    for inside, content in unpacked.items():
        path = folder / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    document = _campaign_document(folder, unpacked)
    problems = list(_place_named(document, folder))
    if problems:
        raise InvalidInput(problems)
    return document.file


def unzipped(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a .zip file with their relative paths. Raises `InvalidInput` for what is no .zip, too large, or leads outside."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
        if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_UNPACKED_MB * _MEGABYTE:
            values = {"name": name, "files": MOST_FILES, "megabytes": MOST_UNPACKED_MB}
            raise InvalidInput([InputProblem("", wording.ZIP_TOO_LARGE, values)])
        for one in entries:
            if not _is_within(one.filename):
                raise InvalidInput([InputProblem("", wording.ZIP_ESCAPES, {"name": name, "inside": one.filename})])
        # what an entry really holds is bounded by the size it was summed up with
        yield from ((one.filename, archive.read(one)) for one in entries)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise InvalidInput([InputProblem("", wording.ZIP_NOT_READABLE, {"name": name})]) from error


def _questionnaires(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    suffix = Path(name.lower()).suffix
    if suffix == ".zip":
        yield from ((inside, text) for inside, text in unzipped(name, content) if inside.lower().endswith(_YAML))
    elif suffix in _YAML:
        yield name, content
    else:
        raise InvalidInput([InputProblem("", wording.NOT_A_QUESTIONNAIRE_FILE, {"name": name})])


def _is_within(path: str) -> bool:
    pure = PurePosixPath(path.replace("\\", "/"))
    return not pure.is_absolute() and ".." not in pure.parts and ":" not in path and "\0" not in path


def _campaign_document(folder: Path, files: Files) -> Document:
    """The one .yaml file that reads like a campaign. One that can't be parsed and is the only one is it, too: its mistakes are told."""
    documents = {name: _document(folder / name) for name in sorted(files) if name.lower().endswith(_YAML)}
    found = [one for one in documents.values() if isinstance(one, Document) and _looks_like_campaign(one.root)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one.file.name for one in found)
        raise InvalidInput([InputProblem("", wording.SEVERAL_CAMPAIGN_FILES, {"names": names})])
    torn = [one for one in documents.values() if isinstance(one, InvalidInput)]
    raise torn[0] if len(documents) == 1 and torn else InvalidInput([InputProblem("", wording.NO_CAMPAIGN_FILE)])


def _document(path: Path) -> Document | InvalidInput:
    try:
        return read_document(path)
    except InvalidInput as invalid:
        return invalid


def _looks_like_campaign(root: Any) -> bool:
    return isinstance(root, dict) and len(_CAMPAIGN_KEYS & root.keys()) >= 2


def _place_named(document: Document, folder: Path) -> Iterator[InputProblem]:
    """Moves loose files to where the campaign file names them."""
    root, home = document.root, document.file.parent
    keys = [*_NAMED_FILES, "questionnaires", *(["rulebook"] if str(root.get("rulebook", "")).endswith(_YAML) else [])]
    for key in keys:
        named = root.get(key)
        if not isinstance(named, str) or not named.strip():
            continue
        target = (home / named.strip()).resolve()
        if not _is_within(named.strip()) or not target.is_relative_to(folder.resolve()):
            yield document.problem([key], wording.PATH_OUTSIDE, key=key, named=named)
        elif key == "questionnaires":
            _gather_questionnaires(document.file, home, target)
        else:
            _move_loose(home, target)


def _move_loose(home: Path, target: Path) -> None:
    loose = home / target.name
    if not target.exists() and loose.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        loose.rename(target)


def _gather_questionnaires(campaign: Path, home: Path, target: Path) -> None:
    if target.exists():
        return
    target.mkdir(parents=True)
    for loose in sorted(home.iterdir()):
        if loose.is_file() and loose != campaign and loose.suffix.lower() in _YAML:
            loose.rename(target / loose.name)
