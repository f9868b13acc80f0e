"""What starts runs: one sensor on the landing zone, an hourly listing behind it, the jobs they start, and conditions.

The sensor only decides whether to start a run: it holds the ledger against the listing, keeps no cursor of its own, and
so cannot lose an object by moving ahead. Which objects are loaded is decided in the run.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from spotify_platform.assets.parts import POOL
from spotify_platform.contracts.silver_told import ENTITIES
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.dbt_project import STATISTICS
from spotify_platform.resources import PlatformResource, check_bucket, queue_client

if TYPE_CHECKING:
    from spotify_platform.pipeline.platform import Platform

TICK_SECONDS = 1  # the daemon looks every five seconds; an interval of five would let every second look pass
IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
MOST_TRIES = 3
MARK_TAG = "spotify_platform/state"
WHY_TAG = "spotify_platform/why"

BELOW_GOLD = dg.AssetSelection.groups("bronze", "silver", "ops")
GOLD = dg.AssetSelection.groups("gold")

refresh_job = dg.define_asset_job(
    "refresh",
    selection=(BELOW_GOLD | GOLD) - dg.AssetSelection.tag(STATISTICS, ""),
    description="Process all that has landed, from Bronze through Gold.",
    executor_def=dg.in_process_executor,
)


def telling_of(entity: str) -> dg.AssetSelection:
    """What Gold tells of an entity, statistics too, with all that is needed for it to be true.

    Gold is published at a lake version, which all tables below it must have reached, and passed their checks: a job that
    left one out would publish nothing, or what nobody has looked at. All of the marts are published with those selected.
    """
    return BELOW_GOLD | ((GOLD & dg.AssetSelection.tag("entity", entity)).upstream() & GOLD)


entity_jobs = [
    dg.define_asset_job(
        entity,
        selection=telling_of(entity),
        description=f"Process all that has landed, and bring up what Gold tells of {entity}s, with their statistics.",
        executor_def=dg.in_process_executor,
    )
    for entity in (*ENTITIES, "play")
]


@dg.op(pool=POOL)
def order_rebuild(platform: PlatformResource) -> None:
    """Order a rebuild: a batch of the ledger that makes every table below Bronze anew in the refresh that follows."""
    from spotify_platform.pipeline.plan import order_rebuild as order  # noqa: PLC0415 - engines are for runs

    with platform.in_run() as lake:
        order(lake)


@dg.job(description="Order a rebuild of Silver and Gold; the refresh that carries it out starts by itself.")
def rebuild() -> None:
    """One op: the order. The sensor sees it in the ledger."""
    order_rebuild()


@dg.op(pool=POOL)
def tidy_tables(context: dg.OpExecutionContext, platform: PlatformResource) -> None:
    """Put small files together and delete old ones."""
    from spotify_platform.pipeline.maintenance import maintain as tidy  # noqa: PLC0415 - engines are for runs

    with platform.in_run() as lake:
        for path, done in tidy(lake).items():
            context.log.info("%s: %d files, now %d; %d old ones deleted", path, done.files_before, done.files_after, done.deleted)


@dg.job(description="Upkeep of every table: small files are put together, files no version of a week needs are deleted.")
def maintain() -> None:
    """One op: what a table contains does not change, so no asset is materialised."""
    tidy_tables()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tick saw: new objects, the ledger's version and the published one, users with other settings than their plays."""

    new_keys: Sequence[str]
    ledger: int
    published: int
    changed_users: Sequence[tuple[str, str]] = ()
    """user_id and the fingerprint of the settings."""

    @property
    def mark(self) -> str:
        """Fingerprint of this state of things: runs carry it as a tag, so that tries at the same state can be counted."""
        return hashlib.sha256(
            repr((list(self.new_keys), self.ledger, self.published, list(self.changed_users))).encode()
        ).hexdigest()[:16]


def decide(seen: Seen, tries: int) -> tuple[bool, str]:
    """Whether a run should start now, and why (not). Pure, so that it is tested tick by tick."""
    if not seen.new_keys and not seen.changed_users and seen.ledger <= seen.published:
        return False, "nothing new has landed"
    if tries >= MOST_TRIES:
        return False, f"{tries} runs came to no end with this; see their logs, mend it, and launch refresh by hand"
    if seen.new_keys:
        return True, f"{len(seen.new_keys)} new, first {seen.new_keys[0]}"
    if seen.changed_users:
        return True, f"other settings of {', '.join(user for user, _ in seen.changed_users)}"
    return True, f"the ledger is at {seen.ledger}, what is published at {seen.published}"


@dg.sensor(
    job=refresh_job,
    minimum_interval_seconds=TICK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a refresh when something has landed (in a folder, in S3, or told by a queue) or a profile has changed.",
)
def landing_sensor(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SensorResult | dg.SkipReason:
    """One tick: is there anything that the ledger has not decided on, or that Gold does not show?"""
    if context.instance.get_runs_count(dg.RunsFilter(job_name=refresh_job.name, statuses=IN_FLIGHT)):
        return dg.SkipReason("a refresh is under way; what has landed meanwhile is seen after it")
    try:
        with platform.opened() as lake:
            seen = look(lake)
    except WrongCall as wrong:  # a setting or a profile: every run would say the same, until it is mended
        return dg.SkipReason(str(wrong))
    tries = context.instance.get_runs_count(dg.RunsFilter(job_name=refresh_job.name, tags={MARK_TAG: seen.mark}))
    start, why = decide(seen, tries)
    if not start:
        return dg.SkipReason(why)
    return dg.SensorResult(run_requests=[dg.RunRequest(tags={MARK_TAG: seen.mark, WHY_TAG: why})])


def look(lake: "Platform") -> Seen:
    """What there is to do now: by the queue where there is one, else by listing."""
    from spotify_platform.contracts.ops import LEDGER, PUBLISHED  # noqa: PLC0415 - engines are for ticks and runs
    from spotify_platform.landing.notifications import announced_keys  # noqa: PLC0415
    from spotify_platform.pipeline.plan import changed_settings, new_arrivals  # noqa: PLC0415

    url = lake.settings.queue_url
    if lake.settings.landing_location.is_s3:
        check_bucket(lake.settings)
    keys = announced_keys(queue_client(lake.settings), url) if url else [arrival.key for arrival in new_arrivals(lake)]
    ledger = lake.engine.open(LEDGER)
    changed = [(user, stated.sha256) for user, stated in changed_settings(lake, ledger, set()).items()]
    return Seen(keys, ledger.holds, lake.engine.open(PUBLISHED).holds, changed)


hourly_sweep = dg.ScheduleDefinition(
    name="hourly_sweep",
    job=refresh_job,
    cron_schedule="@hourly",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Lists the landing zone, for what a queue has not told; once a day all of it, for what came with an old name.",
)

nightly_upkeep = dg.ScheduleDefinition(
    name="nightly_upkeep",
    job=maintain,
    cron_schedule="30 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Puts small files together and deletes old ones.",
)

automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts what has a condition and no place in the refresh: statistics, and the CSV zone where it is wanted.",
)
