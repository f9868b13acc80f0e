"""What is known from where: the answers of the API, and how far the sources agree."""

import ibis.expr.types as ir

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAYS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Put, Replace, Step, Turn, advance
from spotify_platform.lakehouse.engine import Engine, Part, Snapshot
from spotify_platform.lakehouse.ledger import stated_settings
from spotify_platform.lakehouse.slices import predicate_of
from spotify_platform.pipeline.parts import are_many, bucket_parts
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.silver import changed_slices
from spotify_platform.transforms.api_answers import answers_of
from spotify_platform.transforms.match_report import match_report


def advance_api_answers(platform: Platform) -> Turn:
    """Add the new answers of recently-played."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        answers = step.inputs[RECENTLY_PLAYED.table.name]
        if step.is_anew:
            return Overwrite(all_answers(platform, answers, step.ledger, step.top))
        if answers.holds <= step.last:
            return Append(None)
        new = engine.cache(_answers(platform, answers, step.ledger, step.last, step.top))
        return Append(new if engine.count(new) else None)

    return advance(engine, API_ANSWERS, [RECENTLY_PLAYED.table], compute)


def all_answers(platform: Platform, answers: Snapshot, ledger: Snapshot, top: int) -> ir.Table:
    """`silver/api_answers` from all of Bronze, up to and with batch `top`."""
    return _answers(platform, answers, ledger, 0, top)


def _answers(platform: Platform, answers: Snapshot, ledger: Snapshot, last: int, top: int) -> ir.Table:
    engine = platform.engine
    rows = engine.read(answers, f"_part in ('row', 'bad') and _batch > {last} and _batch <= {top}")
    return engine.derive(answers_of, rows, platform.users(stated_settings(engine, ledger, top)))


def advance_match_report(platform: Platform) -> Turn:
    """Count anew in every slice that changed plays touch."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        plays = step.inputs[PLAYS.name]
        if step.is_anew:
            return Put(_reported(engine, plays), whole=True)
        slices = changed_slices(platform, plays, step)
        if not slices:
            return Append(None)
        if are_many(slices):
            return Put(_reported(engine, plays), whole=True)
        return Replace(engine.derive(match_report, engine.read(plays, predicate_of(slices))), slices)

    return advance(engine, MATCH_REPORT, [PLAYS], compute)


def _reported(engine: Engine, plays: Snapshot) -> list[Part]:
    """All of it, part by part."""
    parts = bucket_parts(engine, engine.read(plays))
    return [Part(engine.derive(match_report, engine.read(plays, predicate_of(part))), part) for part in parts]
