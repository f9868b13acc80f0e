"""What `import` says about what it took."""

from rich.console import Console
from rich.table import Table

from spotify_platform.pipeline.importing import Part, Receipt


def print_receipt(console: Console, receipt: Receipt, *, dry_run: bool) -> None:
    """Print each document with its rows and months, what was left, what seems to be missing, and what to do next."""
    table = Table(title=f"Receipt for {receipt.user}")
    table.add_column("document", overflow="fold")
    for column in ("recognised as", "rows", "unreadable", "months"):
        table.add_column(column, justify="right" if column in ("rows", "unreadable") else "left")
    for part in receipt.parts:
        table.add_row(part.name, part.kind or f"- ({part.reason})", f"{part.rows:,}", f"{part.bad_rows:,}", _months(part))
    if receipt.parts:
        console.print(table)
    for path, reason in receipt.left:
        console.print(f"Left alone: {path}: {reason}", highlight=False, markup=False)
    for missing in receipt.missing:
        console.print(f"Seems to be missing: {missing}. Ask Spotify for the export again if you do not have it.", highlight=False)
    rows = sum(part.rows for part in receipt.parts)
    if dry_run:
        console.print(f"{rows:,} rows would be taken. Nothing was changed.", highlight=False)
    elif receipt.keys:
        console.print(f"{rows:,} rows in {len(receipt.keys)} objects. Now: spotify-platform refresh", highlight=False)
    else:
        console.print("Nothing was taken: none of these is a listening history.")


def _months(part: Part) -> str:
    if part.first_month is None:
        return ""
    return part.first_month if part.first_month == part.last_month else f"{part.first_month} to {part.last_month}"
