"""The direction of imports (docs/architecture.md): whoever draws another arrow decides it here, in the open."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evaluation
from tests.builders import build_workbook
from tests.paths import REPOSITORY

# part of evaluation → the parts of evaluation it may import
EVALUATION = {
    "errors": set(),
    "numeric": set(),
    "texts": set(),
    "fonts": set(),
    "rulebooks": set(),
    "strict_model": {"errors"},
    "strict_yaml": {"errors", "strict_model"},
    "facts": set(),
    "formulas": set(),
    "assessment": {"errors", "survey"},
    "survey": {"errors", "numeric", "strict_model", "strict_yaml", "texts"},
    "rulebook": {"texts", "errors", "reading", "strict_model", "strict_yaml", "rulebooks", "survey"},
    "assessment_json": {"assessment", "errors", "survey"},
    "verdicts": {"assessment"},
    "criteria": {"facts", "formulas", "numeric", "rulebook", "survey", "verdicts"},
    "gaps": {"criteria", "numeric", "rulebook"},
    "cross_checks": {"assessment", "criteria", "facts", "numeric", "rulebook"},
    "rulebook_input": {"errors", "facts", "numeric", "rulebook"},
    "workbook_rows": {"reading", "rulebook_input"},
    "clause_results": {"assessment", "facts", "rulebook", "verdicts"},
    "judging": {
        "clause_results",
        "assessment",
        "criteria",
        "cross_checks",
        "errors",
        "facts",
        "gaps",
        "numeric",
        "rulebook",
        "rulebook_input",
        "survey",
        "verdicts",
    },
    "output_files": {"errors"},
    "reading": {"texts", "errors", "facts", "numeric", "output_files", "survey"},
    "report": {
        "assessment",
        "assessment_json",
        "errors",
        "fonts",
        "numeric",
        "output_files",
        "reading",
        "rulebook",
        "survey",
    },
    "evaluating": {
        "judging",
        "assessment",
        "errors",
        "facts",
        "reading",
        "report",
        "rulebook",
        "rulebook_input",
        "survey",
        "workbook_rows",
    },
    "documents": {"errors", "reading", "rulebook", "strict_model", "strict_yaml"},
}

# part of survey_app → the other parts it may import
SURVEY_APP = {
    "domain": set(),
    "settings": set(),
    "storage": {"domain"},
    "services": {"domain", "storage", "settings", "demo_county"},
    "output": {"domain"},
    "demo_county": set(),
    "jobs": {"domain", "output", "services", "settings", "storage"},
    "web": {"domain", "output", "services", "settings"},
    "cli": {"domain", "jobs", "output", "services", "settings", "web", "storage", "demo_county"},
    "wsgi": {"settings"},
    "gunicorn_conf": {"cli", "settings"},
}

# part of survey_app → the parts of evaluation it may import (None: all)
EVALUATION_FROM_APP: dict[str, set[str] | None] = {
    "domain": {"errors", "survey"},
    "settings": set(),
    "wsgi": set(),
    "gunicorn_conf": set(),
    "storage": {"errors", "survey"},
    "output": {"errors", "fonts", "output_files", "survey"},
    "web": {"errors", "strict_model", "survey"},
    "demo_county": None,
    "jobs": {"errors", "survey"},
    "services": None,
    "cli": None,
}


def modules(package: str) -> list[Path]:
    return sorted((REPOSITORY / package).rglob("*.py"))


def part_of(name: str) -> str:
    pieces = name.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place(file: Path) -> tuple[str, str]:
    relative = file.relative_to(REPOSITORY).with_suffix("")
    return relative.parts[0], relative.parts[1] if len(relative.parts) > 1 else ""


@pytest.mark.parametrize("file", modules("evaluation"), ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_evaluation_points_one_way(file: Path) -> None:
    _, part = place(file)
    if part in {"__init__", "documents"}:
        return
    for name in imported(file):
        assert not name.startswith("survey_app"), f"{file}: {name}"
        if name.startswith("evaluation."):
            assert part_of(name) in EVALUATION[part] | {part}, f"{file} imports {name}"


@pytest.mark.parametrize("file", modules("survey_app"), ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_survey_app_points_one_way(file: Path) -> None:
    _, part = place(file)
    if part == "__init__":
        return
    for name in imported(file):
        if name.startswith("survey_app.") and name != "survey_app.create_app":
            assert part_of(name) in SURVEY_APP[part] | {part}, f"{file} imports {name}"
        allowed = EVALUATION_FROM_APP[part]
        if name.startswith("evaluation.") and allowed is not None:
            assert part_of(name) in allowed, f"{file} imports {name}"


@pytest.mark.parametrize(
    ("package", "parts", "forbidden"),
    [
        ("survey_app", {"domain", "output", "cli"}, {"sqlalchemy"}),
        ("survey_app", {"domain", "storage", "services", "output"}, {"flask"}),
        ("survey_app", {"web", "services"}, set()),
        ("evaluation", set(), {"flask", "sqlalchemy"}),
    ],
)
def test_outside_packages_stay_where_they_belong(package: str, parts: set[str], forbidden: set[str]) -> None:
    for file in modules(package):
        if parts and place(file)[1] not in parts:
            continue
        found = {name.split(".")[0] for name in imported(file)} & forbidden
        assert not found, f"{file} imports {found}"


def loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return {name.split(".")[0] for name in result.stdout.split()}


def test_the_public_face_is_complete_and_costs_nothing() -> None:
    assert not loaded_by("import evaluation") & {"pandas", "numpy", "pydantic", "click"}
    for name in evaluation.__all__:
        assert callable(getattr(evaluation, name))
    with pytest.raises(AttributeError, match="guess"):
        getattr(evaluation, "guess")  # noqa: B009 - mypy knows that there is none


def test_evaluation_needs_neither_flask_nor_sqlalchemy() -> None:
    block = "sys.modules['flask'] = sys.modules['sqlalchemy'] = None"
    loaded_by(f"{block}\nimport evaluation.evaluating, evaluation.report.writing, evaluation.survey.recognition")


HEAVY = {"scipy", "pyarrow", "pandas", "numpy", "flask", "sqlalchemy", "reportlab", "docx", "pyreadstat", "jinja2"}


def loaded_by_command(*arguments: str) -> set[str]:
    """The packages that a command loads, run to its end."""
    return loaded_by(
        "import contextlib, io\n"
        "from survey_app.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    code = main({list(arguments)!r}, standalone_mode=False)\n"
        "assert code in (None, 0), code"
    )


@pytest.mark.parametrize("command", [[], ["check"], ["template"], ["evaluate"], ["rulebook"]], ids=str)
def test_help_loads_no_heavy_package(command: list[str]) -> None:
    assert not loaded_by_command(*command, "--help") & HEAVY


@pytest.mark.parametrize("rulebook", [[], ["--rulebook", "xiangtan-2018"]], ids=["alone", "rulebook"])
def test_check_of_a_workbook_loads_no_heavy_package(tmp_path: Path, rulebook: list[str]) -> None:
    workbook = build_workbook(tmp_path)
    assert not loaded_by_command("check", str(workbook), *rulebook) & HEAVY


def test_template_loads_no_heavy_package(tmp_path: Path) -> None:
    target = tmp_path / "empty.xlsx"
    assert not loaded_by_command("template", "--rulebook", "xiangtan-2018", "--out", str(target)) & HEAVY
    assert target.stat().st_size > 0
