"""codes.csv and sheets.pdf: what `junheng codes issue` and the desk hand out.

A4, eight slips a page with cut lines. Each school begins a new page, so that its pages can be handed over as they come from the printer;
each bundle (school and group) begins with a cover that says how many slips follow and how to hand them out. Within a bundle the slips are
shuffled: the order on paper is not that of codes.csv.
"""

import csv
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from evaluation.errors import InputProblem
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.wording import GROUP_NAMES
from survey_app.output.files import replacing
from survey_app.output.issued import Issued, Progress, SheetFacts, Shuffle
from survey_app.output.typesetting import missing_characters, printable
from survey_app.output.wording import UNPRINTABLE_NAME

CODES_HEADER = ("group", "school", "code", "url")
_SLIPS_ACROSS, _SLIPS_A_PAGE = 2, 8
_SHUFFLE: Shuffle = secrets.SystemRandom().shuffle


@dataclass(frozen=True, slots=True)
class _Bundle:
    group: Group
    school_name: str
    slips: Sequence[Issued]


def write_codes_csv(path: Path, issued: Iterable[Issued]) -> None:
    """The list of codes for whoever prints them another way: `group,school,code,url`, UTF-8, readable by its owner only.

    In order of group, school and code; as codes are drawn at random, this order says nothing about that of issuing.
    """
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(CODES_HEADER)
        writer.writerows((one.group, one.school, one.code, one.url) for one in sorted(issued, key=_place_and_code))


def write_sheets_pdf(
    path: Path,
    issued: Iterable[Issued],
    facts: SheetFacts,
    shuffle: Shuffle = _SHUFFLE,
    progress: Progress = lambda: None,
) -> list[InputProblem]:
    """The sheets to print and cut; calls `progress` after each slip. Gives a notice for every name the font can't print in full."""
    every = sorted(issued, key=_place_and_code)
    with replacing(path) as part, part.open("wb") as stream:
        canvas = _canvas(stream, facts)
        for _, slips in groupby(every, key=_place):
            _draw_place(canvas, _bundles(list(slips), shuffle), facts, progress)
        canvas.save()
    return _notices(every, facts)


def write_slip_pdf(target: Path | BinaryIO, one: Issued, facts: SheetFacts) -> list[InputProblem]:
    """A single slip, as the desk hands it over for a revoked one."""
    if not isinstance(target, Path):
        _draw_single(target, one, facts)
    else:
        with replacing(target) as part, part.open("wb") as stream:
            _draw_single(stream, one, facts)
    return _notices([one], facts)


def _draw_single(target: BinaryIO, one: Issued, facts: SheetFacts) -> None:
    canvas = _canvas(target, facts)
    _draw_cells(canvas, [_Bundle(one.group, one.school_name, [one])], facts, lambda: None, has_covers=False)
    canvas.save()


def _draw_place(canvas: Any, bundles: Sequence[_Bundle], facts: SheetFacts, progress: Progress) -> None:
    """The pages of one school, or of one group without schools: the guardians' notice where there are pupils, then the slips."""
    from survey_app.output.notice import draw_notice

    first = bundles[0]
    canvas.bookmarkPage(f"place{canvas.getPageNumber()}")
    canvas.addOutlineEntry(_place_title(first), f"place{canvas.getPageNumber()}", level=0)
    for bundle in bundles:
        if bundle.group == "student":
            draw_notice(canvas, bundle.school_name, len(bundle.slips), facts)
            canvas.showPage()
    _draw_cells(canvas, bundles, facts, progress, has_covers=True)


def _draw_cells(
    canvas: Any, bundles: Sequence[_Bundle], facts: SheetFacts, progress: Progress, *, has_covers: bool
) -> None:
    from survey_app.output.slip import HEIGHT, WIDTH, draw_own_part

    cells = _cells(canvas, bundles, facts, has_covers=has_covers)
    for place, (form, slip) in enumerate(cells):
        cell = place % _SLIPS_A_PAGE
        if place and cell == 0:
            canvas.showPage()
        if cell == 0:
            _draw_cut_lines(canvas)
        canvas.saveState()
        canvas.translate(cell % _SLIPS_ACROSS * WIDTH, (3 - cell // _SLIPS_ACROSS) * HEIGHT)
        canvas.doForm(form)
        if slip is not None:
            draw_own_part(canvas, slip)
            progress()
        canvas.restoreState()
    canvas.showPage()


def _cells(
    canvas: Any, bundles: Sequence[_Bundle], facts: SheetFacts, *, has_covers: bool
) -> Iterator[tuple[str, Issued | None]]:
    """What stands in each cell: the form drawn there, and the code that goes with it (none on a cover)."""
    from survey_app.output.cover import draw_cover
    from survey_app.output.slip import draw_common_part

    for bundle in bundles:
        name = f"{canvas.getPageNumber()}_{bundle.group}"
        if has_covers:
            canvas.beginForm(f"cover_{name}")
            draw_cover(canvas, bundle.group, bundle.school_name, len(bundle.slips), facts)
            canvas.endForm()
            yield f"cover_{name}", None
        canvas.beginForm(f"slip_{name}")
        draw_common_part(canvas, bundle.group, bundle.school_name, facts)
        canvas.endForm()
        yield from ((f"slip_{name}", slip) for slip in bundle.slips)


def _draw_cut_lines(canvas: Any) -> None:
    from survey_app.output.slip import HEIGHT, WIDTH

    canvas.setLineWidth(0.4)
    canvas.setStrokeGray(0.55)
    canvas.setDash(2, 3)
    canvas.line(WIDTH, 0, WIDTH, 4 * HEIGHT)
    for row in (1, 2, 3):
        canvas.line(0, row * HEIGHT, 2 * WIDTH, row * HEIGHT)
    canvas.setDash()
    canvas.setStrokeGray(0)


def _canvas(target: BinaryIO, facts: SheetFacts) -> Any:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    from evaluation.fonts import FONT_NAME
    from survey_app.output.typesetting import register_font

    register_font()
    canvas = Canvas(target, pagesize=A4, pageCompression=1, invariant=1, initialFontName=FONT_NAME, lang="zh-CN")
    canvas.setTitle(printable(facts.campaign))
    return canvas


def _bundles(slips: list[Issued], shuffle: Shuffle) -> list[_Bundle]:
    bundles = []
    for _, same_group in groupby(slips, key=lambda one: one.group):
        shuffled = list(same_group)
        shuffle(shuffled)
        bundles.append(_Bundle(shuffled[0].group, shuffled[0].school_name, shuffled))
    return bundles


def _place(one: Issued) -> tuple[bool, str, int]:
    """A school, or a group that is not reached through schools: what shares its pages."""
    return (not one.school, one.school, -1 if one.school else GROUPS.index(one.group))


def _place_and_code(one: Issued) -> tuple[tuple[bool, str, int], int, str]:
    return (_place(one), GROUPS.index(one.group), one.code)


def _place_title(bundle: _Bundle) -> str:
    return printable(bundle.school_name) or GROUP_NAMES[bundle.group]["zh"]


def _notices(issued: Iterable[Issued], facts: SheetFacts) -> list[InputProblem]:
    """A notice for each school, for the campaign and for the county, where a name holds a character that can't be printed."""
    names = {one.school: one.school_name for one in issued if one.school}
    places = [("name", facts.campaign), ("county", facts.county), ("contact", facts.contact), *names.items()]
    return [
        InputProblem(where, UNPRINTABLE_NAME, {"text": text, "characters": " ".join(missing)})
        for where, text in places
        if (missing := missing_characters(" ".join(text.split())))
    ]
