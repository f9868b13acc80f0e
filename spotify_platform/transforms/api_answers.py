"""`silver/api_answers`: which time each answer of recently-played covers."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import API_ANSWERS


def answers_of(rows: ir.Table, users: ir.Table) -> ir.Table:
    """One row an answer with at least one good item; of a list of answers each begins where times go up again.

    Args:
        rows: good and bad rows of `bronze/recently_played`.
        users: user_id, user_bucket.
    """
    kept = rows.select("_user", "_sha256", "_row", "_part", "_batch", "played_at")
    timed, untimed = kept.filter(kept.played_at.notnull()), kept.filter(kept.played_at.isnull())
    before = ibis.window(group_by=["_user", "_sha256"], order_by="_row")
    begins = (timed.played_at > timed.played_at.lag().over(before)).fill_null(False)  # noqa: FBT003 - a literal
    marked = timed.mutate(begins=begins.cast("int64")).union(untimed.mutate(begins=ibis.literal(0, "int64")))
    so_far = ibis.cumulative_window(group_by=["_user", "_sha256"], order_by="_row")
    paged = marked.mutate(page=marked.begins.sum().over(so_far))
    played_at = ibis.ifelse(paged["_part"] == "row", paged.played_at, None)
    each = paged.group_by(user_id=paged["_user"], answer_id=paged["_sha256"], page=paged.page.cast("int64")).aggregate(
        item_count=paged.count(), oldest_at=played_at.min(), newest_at=played_at.max(), _batch=paged["_batch"].min()
    )
    known = each.filter(each.oldest_at.notnull()).join(users, "user_id").select(*API_ANSWERS.column_names)
    return known.cast(API_ANSWERS.types)
