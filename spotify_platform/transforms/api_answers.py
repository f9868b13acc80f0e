"""`silver/api_answers`: which time each answer of recently-played covers, and where plays between answers may be missing."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import API_ANSWERS

# What the API gives a page: at most 50 items, 20 to who does not say. A page that is not full holds all there is.
_MOST_ITEMS, _DEFAULT_ITEMS = 50, 20


def answers_of(rows: ir.Table, users: ir.Table) -> ir.Table:
    """One row an answer with at least one good item.

    Args:
        rows: rows of `bronze/recently_played`, all parts.
        users: user_id, user_bucket.
    """
    played_at = ibis.ifelse(rows["_part"] == "row", rows.played_at, None)
    each = rows.group_by(user_id=rows["_user"], answer_id=rows["_sha256"]).aggregate(
        item_count=rows["_rows_in"].max(), oldest_at=played_at.min(), newest_at=played_at.max(), _batch=rows["_batch"].min()
    )
    loaded = each.filter(each.oldest_at.notnull(), each.item_count.notnull())
    return loaded.join(users, "user_id").mutate(gap_since=ibis.null("timestamp('UTC', 6)")).select(*API_ANSWERS.column_names)


def with_gaps(*parts: ir.Table) -> ir.Table:
    """All answers of some users, each with the gap before it.

    Of answers that begin with the same play, one whose page is not full knows that nothing is missing, and comes first.
    """
    answers = ibis.union(*parts)
    is_full = (answers.item_count >= _MOST_ITEMS) | (answers.item_count == _DEFAULT_ITEMS)
    before = ibis.window(group_by="user_id", order_by=[answers.oldest_at, is_full, answers.answer_id], preceding=(None, 1))
    known_until = answers.newest_at.max().over(before)
    return answers.mutate(gap_since=ibis.ifelse(is_full & (answers.oldest_at > known_until), known_until, None)).cast(
        {column.name: column.type for column in API_ANSWERS.columns}
    )
