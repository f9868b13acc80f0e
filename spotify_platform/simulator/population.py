"""Many listeners, each with a seed, a zone and habits of their own, written one after the other.

Memory is that of the one listener at hand: about 0.65 kB a play while their documents are written and counted, 160 MB for
250,000 plays, whatever the number of users, rows and answers. A million plays of ten users are two and a half million rows
and take a minute.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from spotify_platform.simulator.account import account_documents
from spotify_platform.simulator.documents import Document, Source
from spotify_platform.simulator.draw import Draw, derived_seed, shares
from spotify_platform.simulator.exports import Written, write_folder, write_zip
from spotify_platform.simulator.extended import extended_documents
from spotify_platform.simulator.history import LAST_DAY, History, simulate
from spotify_platform.simulator.polls import EVERY_MINUTES, LAST_DAYS, api_documents
from spotify_platform.simulator.truth import Truth, truth_of, write_counted

SOURCES: tuple[Source, ...] = ("extended", "account", "api")
_ZONES = (
    *("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "Europe/London", "Asia/Kolkata"),
    *("America/Sao_Paulo", "Australia/Lord_Howe", "UTC"),
)
_FORMER = ("endsong", "endsong_bare", "late_2024", "mixed", "without_ip")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a user got at once: an export, or all answers of the API.

    Attributes:
        name: of the zip, or of the folder of answers.
        source: which of the three sources it is of.
        documents: makes its documents, alike at every call.
    """

    name: str
    source: Source
    documents: Callable[[], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class WrittenUser:
    """What was written of one user."""

    name: str
    time_zone: str
    folder: Path
    deliveries: Sequence[tuple[str, Written]]
    truth: Truth


def population(*, seed: int, users: int, plays: int, end: date = LAST_DAY, years: float = 4.0) -> Iterator[tuple[str, History]]:
    """Users one after another, each simulated only when it is asked for.

    Args:
        seed: one seed, one population.
        users: how many; they are named `user1`, `user2` and so on.
        plays: how many plays they have together, exactly; one user has up to ten times as many as another.
        end: the last day of all of them, local.
        years: the longest any history goes back, unless so many plays do not fit; the shortest is half of it.

    Raises:
        ValueError: users is below 1, plays negative or years not positive.
    """
    if users < 1:
        raise ValueError(f"there must be 1 user or more, not {users}")
    draw = Draw(derived_seed(seed, "population"))
    intensities = [float(draw.between(30, 300)) for _ in range(users)]
    for number, count in enumerate(shares(plays, intensities)):
        name = f"user{number + 1}"
        own_years = years if users == 1 else years * draw.between(50, 100) / 100
        yield (
            name,
            simulate(
                seed=derived_seed(seed, name),
                plays=count,
                end=end,
                years=own_years,
                time_zone=_ZONES[number % len(_ZONES)],
                skips=draw.between(15, 65) / 100,
            ),
        )


def deliveries(
    history: History,
    *,
    sources: Sequence[Source] = SOURCES,
    every_minutes: int = EVERY_MINUTES,
    last_days: int = LAST_DAYS,
) -> list[Delivery]:
    """What one user got over time: two exports of each kind, requested apart, and answers of the API.

    The former extended export is of a former edition and is within the later one. The former account data overlap the
    later ones, or leave a hole between. Which edition, which shares, and when, follows from the history's seed.

    Args:
        history: whose.
        sources: which of the three to hand out.
        every_minutes: between two polls.
        last_days: how long before the end the polls begin.
    """
    draw = Draw(derived_seed(history.seed, "requests"))
    over = datetime.fromtimestamp(history.over_at_ms // 1000, UTC)
    years_ago = over - timedelta(days=draw.between(300, 420))
    months_ago = over - timedelta(days=draw.between(90, 600))
    edition, numbering = draw.one_of(_FORMER), draw.one_of(("numbered", "single"))
    first, second = (draw.between(2, 29) / 1000 for _ in range(2))
    extended = partial(extended_documents, history)
    account = partial(account_documents, history)
    polls = partial(api_documents, history, every_minutes=every_minutes, last_days=last_days)
    found = [
        Delivery(_zip("extended", years_ago), "extended", partial(extended, edition=edition, repeats=first, until=years_ago)),
        Delivery(_zip("extended", over), "extended", partial(extended, repeats=second, until=over)),
        Delivery(_zip("account", months_ago), "account", partial(account, edition=numbering, until=months_ago)),
        Delivery(_zip("account", over), "account", partial(account, until=over)),
        Delivery("polls", "api", polls),
    ]
    return [delivery for delivery in found if delivery.source in sources]


def write_user(name: str, history: History, folder: Path, handed_out: Sequence[Delivery]) -> WrittenUser:
    """Write what a user got into a folder: zips, answers below `polls`, and `truth.json` of just these."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for delivery in handed_out:
        write = write_folder if delivery.source == "api" else write_zip
        written.append((delivery.name, write(delivery.documents(), folder / delivery.name)))
    found = truth_of(history, chain.from_iterable(delivery.documents() for delivery in handed_out))
    write_counted(found, folder / "truth.json")
    return WrittenUser(name, history.time_zone, folder, written, found)


def write_population(  # noqa: PLR0913 - a population and what of it is handed out
    out: Path,
    *,
    seed: int,
    users: int,
    plays: int,
    years: float = 4.0,
    sources: Sequence[Source] = SOURCES,
    every_minutes: int = EVERY_MINUTES,
    last_days: int = LAST_DAYS,
) -> Iterator[WrittenUser]:
    """Write a population below a folder, `OUT/<user>/…`, a user each time the next one is asked for.

    Args:
        out: the folder.
        seed: as of `population`.
        users: as of `population`.
        plays: as of `population`, all users together.
        years: as of `population`.
        sources: as of `deliveries`.
        every_minutes: as of `deliveries`.
        last_days: as of `deliveries`.
    """
    for name, history in population(seed=seed, users=users, plays=plays, years=years):
        handed_out = deliveries(history, sources=sources, every_minutes=every_minutes, last_days=last_days)
        yield write_user(name, history, out / name, handed_out)


def _zip(kind: str, requested: datetime) -> str:
    return f"my_spotify_data-{kind}-{requested:%Y-%m-%d}.zip"
