"""Results by key, the latest few."""

from survey_app.services.recent_results import RecentResults


def test_a_result_is_computed_once() -> None:
    computed: list[str] = []
    remembered = RecentResults[str](2)
    for key in ("a", "a", "b", "a"):
        assert remembered.get(key, lambda key=key: computed.append(key) or key.upper()) == key.upper()
    assert computed == ["a", "b"]


def test_what_was_not_asked_for_longest_goes_first() -> None:
    computed: list[str] = []
    remembered = RecentResults[str](2)
    for key in ("a", "b", "a", "c", "a", "b"):
        remembered.get(key, lambda key=key: computed.append(key) or key)
    assert computed == ["a", "b", "c", "b"]
