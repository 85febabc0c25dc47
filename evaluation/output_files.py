"""Puts finished files in place, readable to their owner alone: reports hold what is not everybody's business.

What can't be written is an input mistake (of `--out`), told before a file of old is replaced.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput, Message, Phrase

OWNER_ONLY = 0o600

NOT_WRITABLE = Message(
    "output_not_writable",
    en="can't be written: {reason}; expected a place where files may be written",
    zh="无法写入：{reason}；应为可以写入文件的位置",
)
_IS_FILE = Message("output_is_file", en="a file stands where a folder is needed", zh="此处应为文件夹，现为文件")
_IS_FOLDER = Message("output_is_folder", en="a folder stands where a file is needed", zh="此处应为文件，现为文件夹")
_NO_FOLDER = Message("output_no_folder", en="there is no such folder", zh="没有这个文件夹")
_NOT_ALLOWED = Message("output_not_allowed", en="writing there is not allowed", zh="没有写入权限")
_NO_SPACE = Message("output_no_space", en="no space is left", zh="磁盘空间不足")
_OTHER = Message("output_failed", en="the system says: {text}", zh="系统提示：{text}")
_REASONS: Mapping[int | None, Message] = {
    errno.EEXIST: _IS_FILE,
    errno.ENOTDIR: _IS_FILE,
    errno.EISDIR: _IS_FOLDER,
    errno.ENOENT: _NO_FOLDER,
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: _NOT_ALLOWED,
    errno.ENOSPC: _NO_SPACE,
}


def write_file(path: Path, content: bytes) -> None:
    """Write one file under a temporary name, then rename it. Raises `InvalidInput` where it can't be written."""
    with _refusals(path):
        _require_place(path.parent, [path.name])
        part = path.with_name(path.name + ".part")
        try:
            _write_private(part, content)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def write_files(directory: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write all files into `directory`, which is made if need be; return their paths.

    Raises `InvalidInput` where one of them can't be written; then none is written or replaced.
    """
    directory = directory.absolute()
    with writing_into(directory, contents):
        _write_together(directory, contents)
    return tuple(directory / name for name in contents)


@contextmanager
def writing_into(directory: Path, names: Collection[str]) -> Iterator[None]:
    """Inside, files of these names can be written into `directory`, which is made if need be, and removed again where the block fails.

    Raises `InvalidInput` where they can't be, or where the system refuses a write inside.
    """
    directory = directory.absolute()
    made = _missing_folders(directory)
    with _refusals(directory):
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _require_place(directory, names)
            yield
        except BaseException:
            _remove(made)
            raise


def _write_together(directory: Path, contents: Mapping[str, bytes]) -> None:
    folder = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=directory))
    try:
        for name, content in contents.items():
            _write_private(folder / name, content)
        for name in contents:
            os.replace(folder / name, directory / name)
    finally:
        shutil.rmtree(folder)


def _write_private(path: Path, content: bytes) -> None:
    """A new file of mode 0600, which it has from the first byte on and keeps under its last name."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _require_place(directory: Path, names: Collection[str]) -> None:
    """Raise the `OSError` that writing these files would end in."""
    if not directory.exists():
        raise FileNotFoundError(errno.ENOENT, "", str(directory))
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "", str(directory))
    if not os.access(directory, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "", str(directory))
    for name in names:
        if (directory / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "", str(directory / name))


def _missing_folders(directory: Path) -> list[Path]:
    """The folders that have to be made, the innermost first."""
    return [folder for folder in (directory, *directory.parents) if not os.path.lexists(folder)]


def _remove(made: list[Path]) -> None:
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = _REASONS.get(error.errno, _OTHER)
        reason = Phrase(message, {"text": error.strerror or str(error) or type(error).__name__})
        raise InvalidInput([InputProblem(str(error.filename or path), NOT_WRITABLE, {"reason": reason})]) from error
