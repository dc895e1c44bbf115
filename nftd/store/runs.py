"""Dreams and their iterates: what was ordered, where it stands, what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from generator.nouns import Recipe, Score, Step, derive_seed
from nftd.domain import make_id
from nftd.states import check
from nftd.store.dialect import insert_new
from nftd.store.tables import iterate, recipe, run, score


def order(connection: Connection, source: str, wanted: Recipe, seed: int, take: int = 0) -> str:
    """Store a run to be made and the seed it will use; -1 is replaced by one derived from its key."""
    insert_new(connection, recipe, [{"id": wanted.id, "content": wanted.to_json()}])
    identifier = make_id("r", source, wanted.id, take)
    fixed = derive_seed(source, wanted.id, take) if seed == -1 else seed
    row = {
        "id": identifier,
        "source": source,
        "recipe": wanted.id,
        "take": take,
        "seed": fixed,
        "state": "queued",
    }
    insert_new(connection, run, [row])
    return identifier


def exists_for(connection: Connection, source: str) -> bool:
    """Whether this source had a run already, by whatever recipe."""
    return connection.execute(select(run.c.id).where(run.c.source == source).limit(1)).first() is not None


def next_take(connection: Connection, source: str) -> int:
    newest = connection.execute(select(func.max(run.c.take)).where(run.c.source == source)).scalar_one()
    return 0 if newest is None else int(newest) + 1


def get(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(run).where(run.c.id == identifier)).mappings().one()


def find(connection: Connection, identifier: str) -> RowMapping | None:
    return connection.execute(select(run).where(run.c.id == identifier)).mappings().one_or_none()


def of_source(connection: Connection, source: str) -> Sequence[RowMapping]:
    """All runs of a source, in the order of their takes."""
    rows = select(run).where(run.c.source == source).order_by(run.c.take, run.c.id)
    return connection.execute(rows).mappings().all()


def of_take(connection: Connection, identifier: str) -> RowMapping:
    """The run that makes the take of this one now: itself, or what was ordered in its place."""
    ordered = get(connection, identifier)
    same = select(run).where(run.c.source == ordered["source"], run.c.take == ordered["take"])
    rows = connection.execute(same).mappings().all()
    return next((row for row in rows if row["state"] != "parked"), ordered)


def get_recipe(connection: Connection, identifier: str) -> Recipe:
    return Recipe.from_json(connection.execute(select(recipe.c.content).where(recipe.c.id == identifier)).scalar_one())


def move(connection: Connection, identifier: str, state: str, reason: str | None = None, **facts: Any) -> str:
    """Bring a run into another state; the old one."""
    old: str = connection.execute(select(run.c.state).where(run.c.id == identifier)).scalar_one()
    check("run", old, state)
    connection.execute(update(run).where(run.c.id == identifier).values(state=state, reason=reason, **facts))
    return old


def keep_step(connection: Connection, identifier: str, attempt: int, step: Step, image: str, seconds: float) -> None:
    """Store one iterate and that the state behind it is on disk."""
    connection.execute(
        insert(iterate).values(
            run=identifier,
            step=step.step,
            attempt=attempt,
            image=image,
            embedding=step.embedding,
            losses=step.losses,
            similarity=step.similarity,
        )
    )
    changed = update(run).where(run.c.id == identifier)
    connection.execute(changed.values(kept_step=step.step, seconds=run.c.seconds + seconds))


def forget_after(connection: Connection, identifier: str, step: int) -> None:
    """Drop the iterates behind `step`: a dream that goes on from there makes them anew."""
    connection.execute(delete(iterate).where(iterate.c.run == identifier, iterate.c.step > step))
    connection.execute(update(run).where(run.c.id == identifier).values(kept_step=step))


def iterates(connection: Connection, identifier: str) -> Sequence[RowMapping]:
    return (
        connection.execute(select(iterate).where(iterate.c.run == identifier).order_by(iterate.c.step)).mappings().all()
    )


def choose(connection: Connection, identifier: str, choice: dict[str, Any]) -> None:
    """Keep which iterate was chosen, why, and the numbers behind it."""
    connection.execute(update(run).where(run.c.id == identifier).values(choice=choice))


def save_scores(connection: Connection, scored: Iterable[tuple[str, Score]]) -> None:
    """Store (image digest, score) pairs; a critic of one version says one thing of one image."""
    rows = [
        {
            "image": image,
            "critic": one.critic,
            "version": one.version,
            "raw": one.raw,
            "percentile": one.percentile,
        }
        for image, one in scored
    ]
    insert_new(connection, score, rows)


def scores(connection: Connection, image: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(score).where(score.c.image == image).order_by(score.c.critic))
    return [dict(row) for row in rows.mappings()]
