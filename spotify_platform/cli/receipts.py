"""What `import` says about what it took."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spotify_platform.errors import DataFailedCheck
from spotify_platform.pipeline.importing import Part, Receipt


def print_receipt(console: Console, receipt: Receipt, *, dry_run: bool) -> None:
    """Print each document with its rows and months, what was left, what seems to be missing, and what to do next.

    Raises:
        DataFailedCheck: a file that was named is refused; the others are taken all the same.
    """
    table = Table(title=f"Receipt for {receipt.user}")
    table.add_column("document", overflow="fold")
    for column in ("recognised as", "rows", "unreadable", "months"):
        table.add_column(column, justify="right" if column in ("rows", "unreadable") else "left")
    for part in receipt.parts:
        table.add_row(
            escape(part.name), part.kind or escape(f"- ({part.reason})"), f"{part.rows:,}", f"{part.bad_rows:,}", _months(part)
        )
    if receipt.parts:
        console.print(table)
    for part in receipt.parts:
        if part.kind and part.reason:
            console.print(f"{part.name}: {part.reason}", highlight=False, markup=False)
    for path, reason in receipt.left:
        console.print(f"Left alone: {path}: {reason}", highlight=False, markup=False)
    if receipt.missing:
        missing = "; ".join(receipt.missing)
        console.print(f"Seems to be missing: {missing}. Ask Spotify again if you do not have it.", highlight=False, markup=False)
    _say_taken(console, receipt, dry_run=dry_run)
    if receipt.refused:
        raise DataFailedCheck("\n".join(f"Refused: {path}: {reason}" for path, reason in receipt.refused))


def _say_taken(console: Console, receipt: Receipt, *, dry_run: bool) -> None:
    if receipt.kept_zone:
        zone, path = receipt.kept_zone
        console.print(f"Time zone {zone}, kept in {path}; edit it there.", highlight=False, markup=False)
    if receipt.unsaid_zone and receipt.keys and any(part.first_month for part in receipt.parts):
        said = f"Days are told in {receipt.unsaid_zone}. If they begin elsewhere, say so at any import: --time-zone Europe/Berlin"
        console.print(said, highlight=False)
    rows = _counted(sum(part.rows for part in receipt.parts), "row")
    if dry_run:
        console.print(f"{rows} would be taken. Nothing was changed.", highlight=False)
    elif receipt.keys:
        console.print(f"{rows} in {_counted(len(receipt.keys), 'object')}. Now: spotify-platform refresh", highlight=False)
    elif receipt.left:
        console.print(
            "Nothing was taken: none of these is a listening history, or tracks, albums, artists or audio features of the API."
        )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _months(part: Part) -> str:
    if part.first_month is None:
        return ""
    return part.first_month if part.first_month == part.last_month else f"{part.first_month} to {part.last_month}"
