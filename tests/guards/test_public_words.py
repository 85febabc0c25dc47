"""The project speaks of itself only, and its documents stay beside the code."""

import re
import subprocess

from tests.paths import REPOSITORY

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def tracked(*patterns: str) -> list[str]:
    result = subprocess.run(["git", "ls-files", *patterns], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return result.stdout.split("\n")[:-1]


def test_links_of_the_documents_lead_somewhere() -> None:
    for name in tracked("*.md"):
        file = REPOSITORY / name
        for target in LINK.findall(file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{name} links to {target}"


def test_lock_files_name_no_registry() -> None:
    for name in tracked("requirements/*"):
        assert "http" not in (REPOSITORY / name).read_text(encoding="utf-8"), name
