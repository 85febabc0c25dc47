"""The files of issued codes: written before the codes are stored, named for good afterwards, never over earlier ones."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import TracebackType

import click

from evaluation.errors import InputProblem
from survey_app.output.issued import SheetFacts
from survey_app.output.sheets import write_codes_csv, write_sheets_pdf
from survey_app.services.campaigns.file_shape import FORM_PATH
from survey_app.services.codes.issuing import IssuedCode
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database

_CODES, _SHEETS = "codes", "sheets"


def sheet_facts(database: Database, campaign_id: str) -> SheetFacts:
    """What the sheets say of the campaign. Raises `UnknownCampaign`."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
    return SheetFacts(
        campaign=campaign.name,
        county=campaign.county_name,
        closes=campaign.closes,
        entry_url=f"{campaign.base_url}{FORM_PATH.rstrip('/')}",
    )


class IssuedFiles:
    """Writes into a temporary folder within `out`; `keep` gives the files their names, and leaving without it removes them.

    From `keep` on the codes are stored and exist in clear only here: whatever happens then, nothing is removed.
    """

    def __init__(self, out: Path, facts: SheetFacts) -> None:
        self.notices: list[InputProblem] = []
        self._out = out
        self._facts = facts

    def __enter__(self) -> "IssuedFiles":
        self._out.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".issuing-", dir=self._out))
        self._is_stored = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_stored or error is None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def write(self, issued: Sequence[IssuedCode]) -> None:
        """Writes the codes down; of none, an empty list and no sheets."""
        write_codes_csv(self._folder / f"{_CODES}.csv", issued)
        if issued:
            hidden = not sys.stderr.isatty()
            with click.progressbar(length=len(issued), label="sheets", file=sys.stderr, hidden=hidden) as bar:
                self.notices = write_sheets_pdf(
                    self._folder / f"{_SHEETS}.pdf", issued, self._facts, progress=lambda: bar.update(1)
                )

    def keep(self) -> list[Path]:
        """Names the files codes.csv and sheets.pdf, or codes-2.csv and so on where these are there; returns what was kept.

        An empty list of codes is kept only where there is none yet.
        """
        self._is_stored = True
        made = sorted(self._folder.iterdir())
        if len(made) == 1 and (self._out / f"{_CODES}.csv").exists():
            return []
        number = next(n for n in count(1) if not any(self._named(file, n).exists() for file in made))
        return [file.rename(self._named(file, number)) for file in made]

    def _named(self, file: Path, number: int) -> Path:
        return self._out / (file.name if number == 1 else f"{file.stem}-{number}{file.suffix}")
