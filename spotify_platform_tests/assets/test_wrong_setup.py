"""What is set up wrongly fails a run with its message and no further try, wherever a run meets it; the sensor starts none."""

from collections.abc import Sequence

import dagster as dg
import pytest

from spotify_platform.automation import landing_sensor
from spotify_platform.definitions import build_defs
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse import engines
from spotify_platform.resources import PlatformResource
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import resource_of

WORD = "The engine spark needs more packages"


@pytest.fixture
def without_spark(make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> PlatformResource:
    def missing() -> None:
        raise WrongCall(WORD)

    monkeypatch.setattr(engines, "require_spark", missing)
    return resource_of(make_settings(engine="spark"))


@pytest.mark.parametrize(
    ("job", "selection"),
    [
        ("refresh", [["silver", "plays"]]),
        ("refresh", [["gold", "dim_dates"]]),
        ("maintain", []),
        ("rebuild", []),
    ],
)
def test_a_run_is_told_and_not_tried_again(job: str, selection: Sequence[Sequence[str]], without_spark: PlatformResource) -> None:
    made = build_defs(platform=without_spark).resolve_job_def(job)
    chosen = [dg.AssetKey(key) for key in selection] or None
    done = made.execute_in_process(raise_on_error=False, asset_selection=chosen)
    [failed] = [event for event in done.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert told.description == WORD
    assert not [event for event in done.all_events if event.is_step_up_for_retry]


def test_the_sensor_says_so(without_spark: PlatformResource) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        answer = landing_sensor(dg.build_sensor_context(instance=instance, resources={"platform": without_spark}))
    assert isinstance(answer, dg.SkipReason)
    assert answer.skip_message == WORD
