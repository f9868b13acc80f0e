"""Settings: each is documented with its default, and a wrong one fails at start."""

import re
from pathlib import Path

import pytest

from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.spark_session import JVM_OPTIONS, driver_conf
from spotify_platform.settings import RESERVED, Settings, load_settings
from spotify_platform.storage import Location

EXAMPLE = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")


def shown() -> dict[str, str]:
    """Settings of the example with the values it shows; what follows a value is a comment."""
    found = re.findall(r"^# (SPOTIFY_PLATFORM_[A-Z0-9_]+)=(\S*)(?: +# \S.*)?$", EXAMPLE, re.MULTILINE)
    assert len(found) == EXAMPLE.count("# SPOTIFY_PLATFORM_"), "a line of another form"
    return dict(found)


def test_the_example_shows_every_setting_with_its_default_and_no_other() -> None:
    defaults = {f"SPOTIFY_PLATFORM_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert shown() == {name: "" if default is None else str(default) for name, default in defaults.items()}


def test_the_example_without_its_marks_gives_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who copies it and takes every # away changes nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SPOTIFY_PLATFORM_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    defaults = load_settings()
    (tmp_path / ".env").write_text(re.sub(r"^# (?=SPOTIFY_PLATFORM_)", "", EXAMPLE, flags=re.MULTILINE), encoding="utf-8")
    assert load_settings() == defaults


@pytest.mark.parametrize("master", ["local[2]", "yarn"])
def test_each_setting_of_spark_is_told_with_its_reason(master: str, tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "deploy" / "spark" / "README.md").read_text(encoding="utf-8")
    conf = driver_conf(master, "1g", tmp_path, Location.of(tmp_path), tmp_path)
    assert [name for name in conf if f"`{name}`" not in page and name != JVM_OPTIONS] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Mars/Olympus"), ("buckets", "0"), ("user", "../x"), ("memory_limit", "lots"), ("engine", "abacus"),
        ("spark_master", "locl[2]"), ("spark_master", "local[0]"), ("spark_memory", "much"), ("spark_memory", "10m"),
        ("spark_remote", "127.0.0.1:15002"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(WrongCall, match=f"SPOTIFY_PLATFORM_{name.upper()}"):
        load_settings(**{name: value})


def test_more_settings_of_spark_are_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_PLATFORM_SPARK_CONF", '{"spark.sql.shuffle.partitions": 64, "spark.ui.enabled": true, "a": "B"}')
    assert load_settings().spark_conf == {"spark.sql.shuffle.partitions": "64", "spark.ui.enabled": "true", "a": "B"}
    for wrong in ("{'a': 'b'}", "64", '["a"]'):
        monkeypatch.setenv("SPOTIFY_PLATFORM_SPARK_CONF", wrong)
        with pytest.raises(WrongCall, match="SPOTIFY_PLATFORM_SPARK_CONF"):
            load_settings()


@pytest.mark.parametrize("size", ["2g", "2G", "2GB", "2048MB"])
def test_the_heap_may_be_written_as_people_do(size: str) -> None:
    assert load_settings(spark_memory=size).spark_memory in {"2g", "2048m"}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_means_the_default(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(f"SPOTIFY_PLATFORM_{name.upper()}", raising=False)
    default = getattr(load_settings(), name)
    monkeypatch.setenv(f"SPOTIFY_PLATFORM_{name.upper()}", "")
    assert getattr(load_settings(), name) == default
    monkeypatch.delenv(f"SPOTIFY_PLATFORM_{name.upper()}")
    (tmp_path / ".env").write_text(f"SPOTIFY_PLATFORM_{name.upper()}=\n")
    assert getattr(load_settings(), name) == default


@pytest.mark.parametrize("where", ["environment", ".env", "override"])
@pytest.mark.parametrize(
    ("name", "meant"), [("TIMEZON", "TIMEZONE"), ("TIME_ZONE", "TIMEZONE"), ("S3_ENDPONT", "S3_ENDPOINT"), ("HOMEDIR", "HOME")]
)
def test_a_misspelt_name_is_refused_with_the_right_one(
    where: str, name: str, meant: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    if where == "environment":
        monkeypatch.setenv(f"SPOTIFY_PLATFORM_{name}", "x")
    if where == ".env":
        (tmp_path / ".env").write_text(f"AWS_REGION=x\nspotify_platform_{name.lower()}=x\n")
    overrides = {name.lower(): "x"} if where == "override" else {}
    with pytest.raises(WrongCall, match=rf"SPOTIFY_PLATFORM_{name}\b.*SPOTIFY_PLATFORM_{meant}\?"):
        load_settings(**overrides)


def test_names_of_parts_to_come_may_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in RESERVED:
        monkeypatch.setenv(f"SPOTIFY_PLATFORM_{name.upper()}", "x")
    assert load_settings().user == "me"


def test_places_are_folders_or_s3() -> None:
    assert Location.of("~/x").url == str(Path("~/x").expanduser())
    place = Location.of("s3://bucket/some/prefix/", "http://127.0.0.1:9")
    assert (place.bucket, place.prefix, place.join("a")) == ("bucket", "some/prefix", "s3://bucket/some/prefix/a")
    options = place.s3_options({"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"})
    assert options["aws_endpoint"] == "http://127.0.0.1:9"
    assert options["allow_http"] == "true"
