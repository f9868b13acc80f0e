"""What `status` tells of coverage: months of each source, and days with a gap in the API's feed."""

import ibis.expr.types as ir


def months_of_sources(report: ir.Table) -> ir.Table:
    """Months that each source of each user tells of, in order."""
    columns = ["user_id", "source", "month_start"]
    return report.filter(report.records > 0).select(*columns, "records").order_by(columns)


def gap_days(coverage: ir.Table) -> ir.Table:
    """Days with a gap, in order; open ones apart."""
    columns = ["user_id", "has_open_gap", "local_date"]
    return coverage.filter(coverage.has_feed_gap).select(columns).order_by(columns)
