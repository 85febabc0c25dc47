"""Every act that services record in the log has a name in both languages."""

import ast
from collections.abc import Iterator

from survey_app.web.staff_words import ACTIONS
from tests.paths import REPOSITORY

RECORDERS = {"record", "_record", "record_act", "record_on_campaign", "record_code_act", "_note"}
ACTION_ARGUMENT = 3


def recorded() -> Iterator[tuple[str, str]]:
    for file in sorted((REPOSITORY / "survey_app" / "services").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) <= ACTION_ARGUMENT:
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name not in RECORDERS:
                continue
            for part in ast.walk(call.args[ACTION_ARGUMENT]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and not part.value.startswith("_"):
                    yield file.name, part.value


def test_every_recorded_act_has_a_name() -> None:
    found = list(recorded())
    assert len(found) > 10
    assert [(file, action) for file, action in found if action not in ACTIONS] == []
