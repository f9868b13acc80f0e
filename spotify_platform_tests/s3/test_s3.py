"""The whole way with landing zone and lake on S3, and the sensor by listing and by queue."""

import io
import json
from collections.abc import Callable

import dagster as dg
import pytest

from spotify_platform.automation import MARK_TAG, MOST_TRIES, landing_sensor, refresh_job
from spotify_platform.cli.query import run_query
from spotify_platform.definitions import build_defs
from spotify_platform.errors import Outside
from spotify_platform.landing.notifications import announced_keys, keys_of
from spotify_platform.pipeline.export_zone import export_zone
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.resources import PlatformResource
from spotify_platform.settings import Settings, load_settings
from spotify_platform_tests.s3_server import Bucket
from spotify_platform_tests.scenario import account, answer, extended, item

Overrides = Callable[..., dict[str, str]]


def land(bucket: Bucket) -> None:
    """Three sources, one bad row, one file of another kind."""
    bucket.put("inbox/me/endsong.json", json.dumps([extended(1), extended(2), extended(3, ts="never")]))
    bucket.put("inbox/me/StreamingHistory0.json", json.dumps([account(9, trackName="Other")]))
    bucket.put("api/me/2024/05/05/20240505T120000Z-00000001.json", json.dumps(answer(item(600))))
    bucket.put("inbox/me/notes.txt", "nothing")


def tick(overrides: dict[str, str], instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(
        instance=instance, resources={"platform": PlatformResource(overrides=overrides)}, sensor_name="landing_sensor"
    )
    answered = landing_sensor(context)
    assert isinstance(answered, dg.SensorResult | dg.SkipReason)
    return answered


def test_the_whole_way(bucket: Bucket, settings: Settings) -> None:
    land(bucket)
    with opened(settings) as platform:
        assert refresh(platform).planned == [1]
        assert refresh(platform).planned == []
        bucket.put("inbox/me/more.json", json.dumps([extended(30)]))
        assert refresh(platform).planned == [2]
        assert all(one.is_equal for one in verify(platform))
    with reading_connection(settings) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchone() == (5,)
    said = io.StringIO()
    run_query(settings, "select sum(rows_quarantined)::int as bad from ops.accounting", "json", said)
    assert json.loads(said.getvalue()) == [{"bad": 1}]


def test_the_csv_zone_lies_there_too(bucket: Bucket, overrides: Overrides) -> None:
    land(bucket)
    settings = load_settings(**overrides(exports=f"s3://{bucket.name}/files"))
    with opened(settings) as platform:
        refresh(platform)
    written = export_zone(settings).written
    assert "gold/fct_plays.csv" in written
    assert export_zone(settings).written == []
    listed = {item["Key"] for item in bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="files/")["Contents"]}
    assert listed == {f"files/{path}" for path in (*written, "schema.csv", "datapackage.json")}
    bucket.s3.delete_object(Bucket=bucket.name, Key="files/gold/fct_plays.csv")
    assert export_zone(settings).written == ["gold/fct_plays.csv"]


def test_a_run_of_the_job(bucket: Bucket, overrides: Overrides) -> None:
    land(bucket)
    defs = build_defs(platform=PlatformResource(overrides=overrides()))
    result = defs.resolve_job_def("refresh").execute_in_process()
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    with reading_connection(load_settings(**overrides())) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchone() == (4,)


def test_sensor_by_listing(bucket: Bucket, overrides: Overrides) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(tick(overrides(), instance), dg.SkipReason)
        land(bucket)
        asked = tick(overrides(), instance)
        assert isinstance(asked, dg.SensorResult)
        assert asked.run_requests is not None
        assert "4 new" in asked.run_requests[0].tags["spotify_platform/why"]
        with opened(load_settings(**overrides())) as platform:
            refresh(platform)
        assert isinstance(tick(overrides(), instance), dg.SkipReason)


def test_sensor_waits_for_a_run_in_flight_and_gives_up_after_three_failures(bucket: Bucket, overrides: Overrides) -> None:
    land(bucket)
    with dg.DagsterInstance.ephemeral() as instance:
        asked = tick(overrides(), instance)
        assert isinstance(asked, dg.SensorResult)
        assert asked.run_requests is not None
        mark = asked.run_requests[0].tags[MARK_TAG]
        job = build_defs(platform=PlatformResource(overrides=overrides())).resolve_job_def(refresh_job.name)
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={MARK_TAG: mark})
        waiting = tick(overrides(), instance)
        assert isinstance(waiting, dg.SkipReason)
        assert "under way" in str(waiting.skip_message)
        instance.report_run_failed(run)
        for _ in range(MOST_TRIES - 1):
            assert isinstance(tick(overrides(), instance), dg.SensorResult)
            instance.create_run_for_job(job, status=dg.DagsterRunStatus.FAILURE, tags={MARK_TAG: mark})
        tired = tick(overrides(), instance)
        assert isinstance(tired, dg.SkipReason)
        assert "came to no end" in str(tired.skip_message)


def queue_of(bucket: Bucket) -> str:
    """A queue that the bucket tells of new objects."""
    url = bucket.sqs.create_queue(QueueName=bucket.name)["QueueUrl"]
    arn = bucket.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    told = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    bucket.s3.put_bucket_notification_configuration(Bucket=bucket.name, NotificationConfiguration={"QueueConfigurations": [told]})
    return str(url)


def test_sensor_by_queue(bucket: Bucket, overrides: Overrides) -> None:
    url = queue_of(bucket)
    with dg.DagsterInstance.ephemeral() as instance:
        bucket.sqs.send_message(QueueUrl=url, MessageBody="no JSON at all")
        bucket.sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Event": "s3:TestEvent"}))
        assert isinstance(tick(overrides(queue_url=url), instance), dg.SkipReason)
        land(bucket)
        assert isinstance(tick(overrides(queue_url=url), instance), dg.SensorResult)
        assert announced_keys(bucket.sqs, url) == []
        assert isinstance(tick(overrides(queue_url=url), instance), dg.SkipReason)


def test_missing_bucket_is_said_in_one_line(bucket: Bucket, overrides: Overrides) -> None:
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(Outside, match="cannot be read"):
        tick({**overrides(), "landing": f"s3://no-{bucket.name}/landing"}, instance)


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '{"Records": [{"eventName": "ObjectRemoved:Delete"}]}'])
def test_other_messages_tell_of_nothing(body: str) -> None:
    assert list(keys_of(body)) == []
