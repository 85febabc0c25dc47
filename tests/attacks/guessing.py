"""How good an attacker's guesses are, against chance (docs/anonymity.md, "Who learns what").

A guess gives each code weights over the answers of its label; what is expected to be right is the sum of the weights of the true answers.
Chance is 1/n for each code of a label with n answers. Attackers learn from everybody else: they are given the true answers of all other
labels and find out by themselves what in the evidence goes with what in the answers.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Weights = dict[int, float]
Guess = dict[int, Weights]
"""By code, the weight of each answer (both by number; they sum to 1)."""
Features = Mapping[int, Mapping[Hashable, Hashable]]
"""By code, what was seen of it: by where it was seen, what."""


@dataclass(frozen=True)
class Sheet:
    """The truth about a code: its label, and what its answer says."""

    number: int
    label: str
    first: str
    ticked: tuple[str, ...]
    has_text: bool

    @property
    def traits(self) -> tuple[Hashable, ...]:
        """What of an answer an attacker may tell apart."""
        digits = tuple(self.number // 4**digit % 4 for digit in range(4))
        return (self.first, len(self.ticked), *(value in self.ticked for value in ("1", "2", "3", "9")), *digits[:2])


@dataclass(frozen=True)
class Score:
    """Right guesses: expected, by chance, and the standard error of chance."""

    right: float
    chance: float
    error: float

    @property
    def is_chance(self) -> bool:
        """Whether it is within two standard errors of chance."""
        return self.right <= self.chance + 2 * self.error + 1e-9

    @property
    def is_competent(self) -> bool:
        """Whether it is far beyond chance: the attacker knows how to use a leak."""
        return self.right > self.chance + 5 * self.error


def by_label(sheets: Iterable[Sheet]) -> dict[str, list[Sheet]]:
    found: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        found[sheet.label].append(sheet)
    return found


def score(guess: Guess) -> Score:
    """Of weights over equally many answers as each names."""
    chances = [1 / len(weights) for weights in guess.values()]
    right = sum(weights.get(code, 0.0) for code, weights in guess.items())
    return Score(right, sum(chances), math.sqrt(sum(one * (1 - one) for one in chances)))


def total(scores: Iterable[Score]) -> Score:
    """Of independent guesses together."""
    every = list(scores)
    return Score(
        sum(one.right for one in every),
        sum(one.chance for one in every),
        math.sqrt(sum(one.error**2 for one in every)),
    )


# --- guessing by order -------------------------------------------------------------------------------------------------------------


def match(codes: Sequence[int], answers: Sequence[int]) -> Guess:
    """The n-th answer is that of the n-th code."""
    return {code: {answer: float(place == at) for at, answer in enumerate(answers)} for place, code in enumerate(codes)}


def match_by_label(sheets: Sequence[Sheet], codes: Sequence[int], answers: Sequence[int]) -> Guess:
    """The same within each label."""
    label = {sheet.number: sheet.label for sheet in sheets}
    guess: Guess = {}
    for name in by_label(sheets):
        of_label = [[one for one in order if label[one] == name] for order in (codes, answers)]
        guess |= match(*of_label)
    return guess


# --- guessing by what goes with what -----------------------------------------------------------------------------------------------


def learn(sheets: Sequence[Sheet], seen: Features) -> Guess:
    """Weights by what was seen of a code: how often, in other labels, the same was seen of codes with such an answer."""
    guess: Guess = {}
    for label, of_label in by_label(sheets).items():
        others = [sheet for sheet in sheets if sheet.label != label]
        likeness = _likeness(others, seen)
        for sheet in of_label:
            logs = {
                one.number: sum(likeness(seen[sheet.number], place, trait) for place, trait in enumerate(one.traits))
                for one in of_label
            }
            guess[sheet.number] = _weights(logs)
    return guess


def combine(*guesses: Guess) -> Guess:
    """What several attackers together make of it: they multiply their weights."""
    together: Guess = {}
    for code in guesses[0]:
        logs = {
            answer: sum(math.log(max(guess[code][answer], 1e-3)) for guess in guesses) for answer in guesses[0][code]
        }
        together[code] = _weights(logs)
    return together


def _weights(logs: Mapping[int, float]) -> Weights:
    greatest = max(logs.values())
    raw = {answer: math.exp(one - greatest) for answer, one in logs.items()}
    whole = sum(raw.values())
    return {answer: one / whole for answer, one in raw.items()}


def _likeness(known: Sequence[Sheet], seen: Features) -> Callable[[Mapping[Hashable, Hashable], int, Hashable], float]:
    """The logarithm of how much likelier a trait is where a code was seen so, over everything that was seen of it."""
    traits: Counter[tuple[int, Hashable]] = Counter()
    sights: Counter[tuple[Hashable, Hashable]] = Counter()
    both: Counter[tuple[tuple[Hashable, Hashable], tuple[int, Hashable]]] = Counter()
    for sheet in known:
        numbered = list(enumerate(sheet.traits))
        traits.update(numbered)
        sights.update(seen[sheet.number].items())
        both.update((sight, trait) for sight in seen[sheet.number].items() for trait in numbered)

    def of(sight_of_code: Mapping[Hashable, Hashable], place: int, trait: Hashable) -> float:
        usual = (traits[place, trait] + 1) / (len(known) + 4)
        found = 0.0
        for sight in sight_of_code.items():
            if sights[sight]:
                found += math.log((both[sight, (place, trait)] + 4 * usual) / (sights[sight] + 4) / usual)
        return found

    return of


def pick(codes: Sequence[int], chosen: Collection[int], seen: Features) -> Score:
    """Tells `chosen` from all other codes: names as many of each half as there are, by what was seen of those of the other half."""
    halves = (codes[::2], codes[1::2])
    return total(_pick_half(half, other, chosen, seen) for half, other in (halves, halves[::-1]))


def _pick_half(half: Sequence[int], known: Sequence[int], chosen: Collection[int], seen: Features) -> Score:
    return name_likeliest({code: _likelihood(seen[code], known, chosen, seen) for code in half}, {*half} & {*chosen})


def name_likeliest(likely: Mapping[int, float], chosen: Collection[int]) -> Score:
    """Names as many codes as are chosen, the likeliest; of equally likely ones any."""
    right, left, share = 0.0, len(chosen), len(chosen) / len(likely)
    for value in sorted(set(likely.values()), reverse=True):
        equal = [code for code in likely if likely[code] == value]
        taken = min(left, len(equal))
        right += taken * sum(code in chosen for code in equal) / len(equal)
        left -= taken
    error = math.sqrt(len(chosen) * share * (1 - share) * (len(likely) - len(chosen)) / (len(likely) - 1))
    return Score(right, len(chosen) * share, error)


def _likelihood(
    sights: Mapping[Hashable, Hashable], known: Sequence[int], chosen: Collection[int], seen: Features
) -> float:
    """Rounded, so that codes of which the same was seen come out equal."""
    share, found = sum(code in chosen for code in known) / len(known), 0.0
    for place, sight in sights.items():
        alike = [code for code in known if seen[code].get(place) == sight]
        found += math.log((sum(code in chosen for code in alike) + 2 * share) / (len(alike) + 2) / share)
    return round(found, 6)
