"""Law 8: canaries in every private field, in every spelling and depth, are in no table, no error and no log."""

import logging

import pytest

from spotify_platform.contracts.bronze import PRIVATE_KEYS, SOURCES
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.readers import TABLES
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.scenario import account, answer, drop, extended, item

CANARY = "canary-7f3a"
SPELLINGS = ("{}", "_{}", "{}_", "X-{}")


def private_fields() -> dict[str, str]:
    """Every denied key in several spellings, each with the canary."""
    spelled = {
        "ip_addr",
        "ip_addr_decrypted",
        "user_agent_decrypted",
        "username",
        "userName",
        "IP-Addr",
        "User Agent",
        "metro_code",
    }
    spelled |= {"client_ip", "clientIP", "ip_address_decrypted", "user_agent_string", "emailAddress", "IPv4", "user\u00a0name"}
    spelled |= {spelling.format(key) for key in PRIVATE_KEYS for spelling in SPELLINGS}
    return {**dict.fromkeys(PRIVATE_KEYS | spelled, CANARY), **{key.upper(): CANARY for key in PRIVATE_KEYS}}


def land_canaries(platform: Platform) -> None:
    landing = platform.settings.home / "landing" / "inbox" / "me"
    private = private_fields()
    nested = {"device": {"name": "phone", "list": [{"userName": CANARY}]}, "text": f'{{"username": "{CANARY}"}}'}
    rows = [
        extended(1, **private),
        extended(2, **nested),
        extended(3, ts="2024-02-31T00:00:00Z", **private),
        extended(4, master_metadata_track_name={"username": CANARY}),
        [CANARY],
        CANARY,
    ]
    odd = [{"user:name": CANARY}, {"ip/addr": CANARY}, {"user\u00a0name": CANARY}, {"clientIp": CANARY}, {"X-username": CANARY}]
    rows += [extended(10 + n, deep={"list": [keys]}) for n, keys in enumerate(odd)]
    rows.append(extended(9, link=f"spotify:user:{CANARY}:collection"))
    drop(landing, "endsong.json", rows)
    drop(landing, "StreamingHistory0.json", [account(1, **private), account(2, msPlayed="x", **nested)])
    track = item()["track"]
    addresses = [f"SPOTIFY:USER:{CANARY}:collection", f"spotify%3Auser%3A{CANARY}%3Acollection", f"x/users/{CANARY}?a"]
    poll = answer(
        item(1, **private),
        item(2, track={**track, **private, "album": {"name": {"username": CANARY}, **private}}),
        item(
            3, context={"type": "collection", "uri": f"spotify:user:{CANARY}:collection", "href": f"https://x/v1/users/{CANARY}"}
        ),
        item(4, track={**track, "artists": [{"name": "Kala", "owner": CANARY}]}),
        item(5, played_at=None, **private),
        *[item(20 + n, context={"type": "x", "uri": uri, "preview": uri}) for n, uri in enumerate(addresses)],
    )
    drop(landing, "recently-played.json", {**poll, **private})
    drop(landing, "Userdata.json", private)
    drop(landing, "broken-endsong.json", f'[{{"ts": "2024-01-01T00:00:00Z", "ms_played": 1, "username": "{CANARY}'.encode())


def test_private_values_reach_no_table_and_no_log(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    land_canaries(platform)
    with caplog.at_level(logging.DEBUG):
        refresh(platform)
    assert CANARY not in caplog.text
    for table in TABLES:
        rows = platform.engine.fetch(platform.engine.read(platform.engine.open(table))).to_pylist()
        assert CANARY not in repr(rows), table.path


def test_private_values_are_in_no_file_of_the_lake(platform: Platform) -> None:
    land_canaries(platform)
    refresh(platform)
    for path in (platform.settings.home / "lake").rglob("*.json"):
        assert CANARY not in path.read_text(), path


def test_what_is_not_private_is_kept(platform: Platform) -> None:
    """The deny list takes the private keys and nothing else."""
    drop(platform.settings.home / "landing" / "inbox" / "me", "endsong.json", [extended(1, ip_addr="x", new_key={"a": 1})])
    refresh(platform)
    rows = platform.engine.read(platform.engine.open(SOURCES[0].table))
    good = platform.engine.fetch(rows.filter(rows["_part"] == "row").select("_unknown")).to_pylist()
    assert good == [{"_unknown": '{"new_key":{"a":1}}'}]
