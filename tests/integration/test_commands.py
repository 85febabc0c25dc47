"""The commands on files: exit status, what goes where, and that nothing is left behind by a wrong input."""

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evaluation.assessment import ScoreBoard
from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app import demo_county
from survey_app.cli import main
from survey_app.cli.evaluate_summary import summary_lines
from tests.builders import JUNIOR_SCHOOL, PRIMARY_SCHOOL, build_workbook
from tests.builders_assessment import some_assessment
from tests.paths import REPOSITORY


def junheng(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workbook and responses of the made-up county."""
    folder = tmp_path_factory.mktemp("county")
    sheets, questionnaires = demo_county.build_county(1), load_questionnaires(QUESTIONNAIRES)
    demo_county.write_workbook(sheets, folder / "workbook.xlsx")
    rows = demo_county.build_responses(sheets, questionnaires, 1)
    demo_county.write_responses_csv(rows, questionnaires, folder / "responses.csv")
    return folder


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    schools = [PRIMARY_SCHOOL | {"学生数": "*", "举办者": "某某"}, JUNIOR_SCHOOL]
    return build_workbook(tmp_path, {"学校": schools}, basics={"常住人口": ""})


def test_check_of_a_sound_workbook_leaves_0(county: Path) -> None:
    result = junheng("check", county / "workbook.xlsx", "--rulebook", "xiangtan-2018")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "0 problems" in result.stdout


def test_check_names_every_cell_on_a_line_of_its_own(broken: Path) -> None:
    result = junheng("check", broken)
    assert result.exit_code == 3
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["基本信息!B5", "学校!F2", "学校!G2"]


def test_check_says_first_by_which_rulebook_where_none_was_named(county: Path) -> None:
    first, *_ = junheng("check", county / "workbook.xlsx").stdout.splitlines()
    assert "xiangtan-2018" in first
    assert json.loads(junheng("check", county / "workbook.xlsx", "--json").stdout)["rulebook"] == "xiangtan-2018"


def test_check_speaks_chinese_on_demand(broken: Path) -> None:
    assert "应填" in junheng("--lang", "zh", "check", broken).stderr


def test_check_prints_nothing_but_json(broken: Path) -> None:
    result = junheng("check", broken, "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (3, "")
    assert [one["where"] for one in document["problems"]] == ["基本信息!B5", "学校!F2", "学校!G2"]


def evaluate(county: Path, out: Path, *more: str) -> Result:
    survey = ["--responses", county / "responses.csv", "--questionnaires", QUESTIONNAIRES]
    return junheng("evaluate", county / "workbook.xlsx", "--rulebook", "xiangtan-2018", *survey, "--out", out, *more)


def test_evaluate_writes_four_files_and_says_what_fails(county: Path, tmp_path: Path) -> None:
    result = evaluate(county, tmp_path / "out")
    assert result.exit_code == 0
    assert "unmet: 2, 5, 11, 12, 13" in result.stdout
    files = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert files == ["assessment.json", "ledger.xlsx", "report.docx", "report.html"]


def test_evaluate_tells_the_scored_part_in_the_language_asked_for(county: Path, tmp_path: Path) -> None:
    arguments = ["evaluate", county / "workbook.xlsx", "--rulebook", "xiangtan-2018", "--out", tmp_path / "out"]
    assert "B total: scores missing, of 100 (80 needed): " in junheng(*arguments).stdout
    result = junheng("--lang", "zh", *arguments)
    assert "A类未达标：2, 5, 11, 12, 13" in result.stdout
    assert "B类总分：" in result.stdout


def test_a_failing_scored_part_is_told_with_total_and_indicators() -> None:
    scores = ScoreBoard(78.5, {"8": 7.0, "9": 10.0}, ("8",), (), False, 80, 0.8, 100)
    assessment = replace(some_assessment("not_met"), scores=scores)
    english = summary_lines(assessment, Path("out"), "en")
    assert "scores below 80%: 8" in english
    assert "B total: 78.50 of 100 (80 needed): fails" in english
    assert "B类总分：78.50/100（合格线80）：不合格" in summary_lines(assessment, Path("out"), "zh")


def test_evaluate_prints_the_assessment_it_wrote(county: Path, tmp_path: Path) -> None:
    printed: dict[str, Any] = json.loads(evaluate(county, tmp_path / "out", "--json").stdout)
    assert printed == json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    assert all(printed["sources"][name] for name in ("workbook_sha256", "responses_sha256", "rulebook_sha256"))


def test_evaluate_again_replaces_the_reports(county: Path, tmp_path: Path) -> None:
    evaluate(county, tmp_path / "out")
    before = (tmp_path / "out" / "report.html").read_bytes()
    (tmp_path / "out" / "report.html").write_text("stale", encoding="utf-8")
    evaluate(county, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_bytes() == before


def test_evaluate_collects_the_problems_of_all_files_and_writes_nothing(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text(
        "group,school,submitted_at,duration_s,valid,q01\nparents,,,,1,1\n", encoding="utf-8"
    )
    survey = ["--responses", tmp_path / "responses.csv", "--questionnaires", QUESTIONNAIRES]
    result = junheng("evaluate", broken, "--rulebook", "xiangtan-2018", *survey, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "responses.csv:2" in result.stderr
    assert "学校!G2" in result.stderr
    assert not (tmp_path / "out").exists()


def require_one_plain_line(result: Result) -> None:
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (3, "")
    assert len(result.stderr.splitlines()) == 1


def test_evaluate_into_a_place_that_cannot_be_is_refused_in_one_line(county: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    require_one_plain_line(evaluate(county, tmp_path / "file" / "out"))
    require_one_plain_line(evaluate(county, Path("/proc/out")))
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    require_one_plain_line(evaluate(county, tmp_path / "out"))
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["report.html"]


def test_template_into_a_folder_that_is_missing_is_refused_in_one_line(tmp_path: Path) -> None:
    require_one_plain_line(junheng("template", "--rulebook", "xiangtan-2018", "--out", tmp_path / "no" / "t.xlsx"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate",),
        ("evaluate", "nowhere.xlsx", "--rulebook", "xiangtan-2018", "--out", "x"),
        ("recognition",),
        ("recognition", "c1", "--population", "5"),
        ("recognition", "c1", "--min-sample", "0"),
        ("recognition", "--population", "5", "--min-sample", "60"),
        ("evaluate", ".", "--rulebook", "xiangtan-2018", "--counts", str(REPOSITORY / "LICENSE"), "--out", "x"),
        ("template", "--rulebook", "xiangtan-2018", "--out", "x.xls"),
        ("check", "--colour"),
        ("nonsense",),
    ],
)
def test_wrong_usage_leaves_2(arguments: tuple[str, ...]) -> None:
    assert junheng(*arguments).exit_code == 2


def test_unknown_rulebook_lists_the_known_ones(county: Path, tmp_path: Path) -> None:
    result = junheng("evaluate", county / "workbook.xlsx", "--rulebook", "xiangtan", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "xiangtan-2018" in result.stderr


def test_rulebook_check_names_line_and_column() -> None:
    folder = REPOSITORY / "tests" / "files" / "rulebooks"
    assert junheng("rulebook", "check", folder / "minimal.yaml").exit_code == 0
    result = junheng("rulebook", "check", folder / "invalid" / "unknown-key.yaml")
    assert result.exit_code == 3
    assert result.stderr.startswith("unknown-key.yaml:6:1: ")


def test_rulebook_show_prints_clauses_with_citations() -> None:
    text = junheng("rulebook", "show", "xiangtan-2018").stdout
    assert "12.1" in text
    assert "附件1 第12条第1款" in text
    assert json.loads(junheng("rulebook", "show", "xiangtan-2018", "--json").stdout)["id"] == "xiangtan-2018"


@pytest.mark.parametrize(
    "told",
    [
        "at least 小学 4.2, 初中 5.3",
        "at_least_met=6",
        "at most 小学 0.5, 初中 0.45",
        "passing_total=80",
        "优秀 from 91",
        "sampling_share=0.0015",
        "cross-check 8.2",
        "target ",
        "published 2018-11-20",
    ],
)
def test_rulebook_show_prints_every_part_of_the_rule(told: str) -> None:
    assert told in junheng("rulebook", "show", "xiangtan-2018").stdout


def test_rulebook_list_names_what_comes_along() -> None:
    assert junheng("rulebook", "list").stdout.startswith("xiangtan-2018")


def test_recognition_of_files(county: Path) -> None:
    files = ["--responses", county / "responses.csv", "--questionnaires", QUESTIONNAIRES]
    document = json.loads(junheng("recognition", *files, "--population", "430618", "--json").stdout)
    assert document["sample"]["required"] == 646
    assert document["ci95"][0] < document["rate"] < document["ci95"][1]
    assert set(document["plan"]) == set(document["groups"])


def counts_of(responses: Path, withheld: int) -> list[str]:
    """The counts that an export of these responses would have beside it, with so many deputies withheld."""
    with responses.open(encoding="utf-8-sig") as lines:
        found = Counter(row["group"] for row in csv.DictReader(lines))
    rows = [f"{group},,{number},0,0,0" for group, number in found.items() if group != "npc_deputy"]
    deputies = found["npc_deputy"] + withheld
    return ["group,unit,answered,withheld,lost,fast", *rows, f"npc_deputy,,{deputies},{withheld},0,0"]


def test_recognition_of_an_export_counts_what_was_withheld_and_takes_the_campaigns_floor(
    county: Path, tmp_path: Path
) -> None:
    counts = tmp_path / "answers-counts.csv"
    counts.write_text("\n".join(counts_of(county / "responses.csv", 3)), encoding="utf-8")
    files = ["--responses", county / "responses.csv", "--questionnaires", QUESTIONNAIRES, "--population", "430618"]
    alone = json.loads(junheng("recognition", *files, "--json").stdout)
    document = json.loads(junheng("recognition", *files, "--counts", counts, "--min-sample", "700", "--json").stdout)
    assert document["sample"]["valid"] == alone["sample"]["valid"] + 3
    assert document["sample"]["withheld"]["npc_deputy"] == 3
    assert document["sample"]["required"] == 700
    assert document["rate"] == alone["rate"]
    assert "3 of them withheld" in junheng("recognition", *files, "--counts", counts).stdout


def test_evaluate_counts_what_was_withheld(county: Path, tmp_path: Path) -> None:
    counts = tmp_path / "answers-counts.csv"
    counts.write_text("\n".join(counts_of(county / "responses.csv", 3)), encoding="utf-8")
    printed = json.loads(evaluate(county, tmp_path / "out", "--counts", counts, "--json").stdout)
    assert printed["recognition"]["sample"]["withheld"]["npc_deputy"] == 3
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "有效答卷中有3份因同类答卷太少" in page


def test_counts_of_another_survey_are_refused_with_their_place(county: Path, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "group,unit,answered,withheld,lost,fast\nparent,,5,0,0,0\nnobody,,1,0,0,0\n", encoding="utf-8"
    )
    files = ["--responses", county / "responses.csv", "--questionnaires", QUESTIONNAIRES, "--population", "430618"]
    result = junheng("recognition", *files, "--counts", tmp_path / "c.csv", "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("c.csv:3 group: ")


def test_template_is_a_workbook_that_only_lacks_its_values(tmp_path: Path) -> None:
    assert junheng("template", "--rulebook", "xiangtan-2018", "--out", tmp_path / "t.xlsx").exit_code == 0
    result = junheng("check", tmp_path / "t.xlsx")
    assert result.exit_code == 3
    assert {line.split("!")[0].split(":")[0] for line in result.stderr.splitlines()} == {"基本信息", "学校"}
