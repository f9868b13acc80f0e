"""Ops: the ledger of decisions, the accounting of every object, the pins that readers read."""

from spotify_platform.contracts.model import TIMESTAMP, Column, Table

LEDGER = Table(
    layer="ops",
    name="ledger",
    grain="one decision about one object (or one user, or the whole lake), in numbered batches",
    entity="object",
    found_by=("batch", "action", "bronze_table", "key", "user_id"),
    columns=(
        Column(
            name="batch",
            type="int64",
            required=True,
            low=1,
            meaning="The lake's version: batches are numbered from 1 without gaps",
        ),
        Column(
            name="action",
            type="string",
            required=True,
            accepted=("load", "refuse", "not_recognised", "unpack", "restate", "made", "rebuild", "rebuild_gold"),
            meaning="load: into a Bronze table; refuse, not_recognised: kept in landing only; unpack: a zip whose members "
            "come before it; restate: a user's settings changed; made: the definitions of all tables, noted at first; "
            "rebuild: all of Silver and Gold anew; rebuild_gold: all of Gold anew",
        ),
        Column(name="bronze_table", type="string", meaning="load: the table that takes the object"),
        Column(name="source", type="string", meaning="load: the source of its records"),
        Column(name="key", type="string", required=True, meaning="Key of the object, or of what the decision is about"),
        Column(name="etag", type="string", required=True, meaning="The store's mark of this version of the object"),
        Column(name="bytes", type="int64", low=0, meaning="Size of the object"),
        Column(
            name="sha256", type="string", meaning="SHA-256 of its bytes; restate, made, rebuild: of the settings or definitions"
        ),
        Column(name="user_id", type="string", required=True, meaning="Owner"),
        Column(name="reason", type="string", meaning="refuse, not_recognised: why; restate: the settings, as JSON"),
        Column(name="planned_at", type=TIMESTAMP, required=True, meaning="When it was decided"),
    ),
)

ACCOUNTING = Table(
    layer="ops",
    name="accounting",
    grain="one landed object: what was in it and what became of each row",
    entity="object",
    key=("object", "batch"),
    partition_by=("user_bucket",),
    found_by=("batch",),
    columns=(
        Column(name="source", type="string", meaning="Source of the records; null where the object was not recognised"),
        Column(name="user_id", type="string", required=True, meaning="Owner"),
        Column(name="user_bucket", type="int32", required=True, low=0, meaning="Bucket of the owner"),
        Column(name="object", type="string", required=True, meaning="Key of the landed object"),
        Column(name="bytes", type="int64", low=0, meaning="Size of the object"),
        Column(name="sha256", type="string", meaning="SHA-256 of its bytes"),
        Column(name="batch", type="int64", required=True, low=1, meaning="The ledger's batch that decided it"),
        Column(name="rows_in", type="int64", required=True, low=0, meaning="Records the reader counted"),
        Column(
            name="rows_new",
            type="int64",
            required=True,
            low=0,
            meaning="Records first met in this object, by (sha256, row)",
        ),
        Column(
            name="rows_repeat",
            type="int64",
            required=True,
            low=0,
            meaning="Records that another object, or an earlier row, holds as well",
        ),
        Column(name="rows_quarantined", type="int64", required=True, low=0, meaning="Records set aside with a reason"),
        Column(
            name="status",
            type="string",
            required=True,
            accepted=("loaded", "repeat", "not_recognised", "refused"),
            meaning="What became of the object",
        ),
        Column(name="reason", type="string", meaning="Why, where the status is not loaded"),
    ),
)

PUBLISHED = Table(
    layer="ops",
    name="published",
    grain="one publication of Gold: the versions that belong together",
    entity="object",
    key=("batch",),
    found_by=("batch",),
    columns=(
        Column(name="batch", type="int64", required=True, low=1, meaning="The lake's version that this Gold shows"),
        Column(name="published_at", type=TIMESTAMP, required=True, meaning="When"),
        Column(
            name="tables",
            type="array<struct<table: string, version: int64>>",
            required=True,
            meaning="Delta version of each table of Silver and Gold",
        ),
    ),
)
