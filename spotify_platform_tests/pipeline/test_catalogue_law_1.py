"""Law 1 for artists, albums and tracks: answers may come before, after and between the plays, in any pieces.

What they say of an entity at a time is the same however they came, and so is what the ids and names of plays mean.
"""

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spotify_platform.contracts.catalogue import SILVER
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.simulator import account_rows, changing_catalogue, extended_rows, listener_answers, poll_documents, simulate
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.pipeline.test_law_1 import table, through_silver

# A failing example is a whole lake: it is shown as it was found, because making it smaller takes minutes.
FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Documents = list[tuple[str, Any]]


def documents(seed: int) -> Documents:
    """A listener's history from all sources, and answers about the tracks in it; keys from the root of the landing zone."""
    history = simulate(seed=seed, plays=80, years=1.2)
    extended = list(extended_rows(history))
    found: Documents = [(f"inbox/me/extended{n}.json", extended[n:-30:3]) for n in range(3)]
    found.append(("inbox/me/account.json", list(account_rows(history))))
    polls = [answer for _, answer in poll_documents(history, every_minutes=2_000)][-4:]
    found += [(f"inbox/me/poll{n}.json", answer) for n, answer in enumerate(polls)]
    answers = listener_answers(history, changing_catalogue(history), days=3, every_days=100, tracks_a_day=25)
    return found + [(answer.name, json.loads("".join(answer.text()))) for answer in answers]


def land(platform: Platform, key: str, document: Any) -> None:
    path = platform.settings.home / "landing" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


@FEW
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False), pauses=st.sets(st.integers(0, 30), max_size=5))
def test_answers_may_come_before_after_and_between_the_plays(
    make_settings: MakeSettings, tmp_path: Any, seed: int, order: Any, pauses: set[int]
) -> None:
    number = len(list(tmp_path.iterdir()))
    arriving = documents(seed)
    with opened(make_settings(f"whole{number}")) as at_once:
        for key, document in arriving:
            land(at_once, key, document)
        refresh(at_once)
        expected = {contract.path: table(at_once, contract, ("origins", "match")) for contract in SILVER}
        gold = {contract.path: table(at_once, contract, ("match",)) for contract in gold_tables(at_once)}
    order.shuffle(arriving)
    with opened(make_settings(f"shuffled{number}")) as bit_by_bit:
        for n, (key, document) in enumerate(arriving):
            land(bit_by_bit, key, document)
            if n in pauses:
                refresh(bit_by_bit)
        through_silver(bit_by_bit)
        advance_gold(bit_by_bit)
        for contract in SILVER:
            assert table(bit_by_bit, contract, ("origins", "match")) == expected[contract.path], contract.path
        for contract in gold_tables(bit_by_bit):
            assert table(bit_by_bit, contract, ("match",)) == gold[contract.path], contract.path
        assert [found for found in verify(bit_by_bit) if not found.is_equal] == []
