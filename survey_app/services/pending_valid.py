"""How many of the waiting answers count: their marks, opened with the keys of their batches (docs/decisions/0013).

Only so is what a monitor sees exact at once: the counters in the database move when answers are mixed.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from survey_app.domain.concealment import open_mark
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.pools import PendingMark, list_marks


@dataclass(frozen=True, slots=True)
class MarkKeys:
    """The keys of marks, read before a transaction begins to read: a mix that ends meanwhile destroys those of the batch it took."""

    keys: KeyDirectory
    known: Mapping[tuple[str, int], bytes]

    @classmethod
    def read(cls, keys: KeyDirectory, campaign: str | None = None) -> "MarkKeys":
        """The keys there are now: of one campaign, or all."""
        return cls(keys, keys.mark_keys(campaign))

    def is_valid(self, one: PendingMark) -> bool:
        """Whether a waiting answer counts; one whose mark can't be read will be known at its mix."""
        key = self.known.get((one.label, one.batch)) or self.keys.find_mark_key(one.label, one.batch)
        return key is not None and open_mark(key, one.mark, one.label, one.batch, one.envelope_id) is True


def pending_by_unit(
    connection: Connection, mark_keys: MarkKeys, campaigns: Collection[str]
) -> Counter[tuple[str, str, str]]:
    """Valid answers that wait for their mix, by campaign, group and unit; one query."""
    marks = list_marks(connection, campaigns)
    return Counter((one.campaign, one.group, one.unit) for one in marks if mark_keys.is_valid(one))


def by_group(pending: Mapping[tuple[str, str, str], int]) -> Counter[tuple[str, str]]:
    """The same by campaign and group."""
    found: Counter[tuple[str, str]] = Counter()
    for (campaign, group, _), number in pending.items():
        found[campaign, group] += number
    return found


def by_campaign(pending: Mapping[tuple[str, str, str], int]) -> Counter[str]:
    """The same by campaign."""
    found: Counter[str] = Counter()
    for (campaign, _, _), number in pending.items():
        found[campaign] += number
    return found
