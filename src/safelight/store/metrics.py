"""Metrics of experiments (the wire calls them logs). A LINE grows point by point; others are replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update

from safelight.errors import Invalid, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Read, Transaction
from safelight.store.experiments import Experiment, announce

_metrics, _points = schema.metric, schema.metric_point
LINE, TABLE = "LINE", "TABLE"
PARAMETERS = "parameters"  # the TABLE that holds the parameters of an experiment
MOST_POINTS = 100_000  # asked for at once


@dataclass(frozen=True, slots=True)
class Metric:
    """`data` of a LINE is its last value; its points are asked for apart."""

    metric_id: UUID
    experiment_id: UUID
    name: str
    type: str
    data: Any
    points: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Point:
    position: int
    value: Any
    at: int


def put(tx: Transaction, experiment: Experiment, name: str, type: str, data: Any) -> Metric:
    """Log a metric: a LINE gets `data` (one value or a list) appended, any other is replaced.

    Raises Invalid if a metric of that name has another type and one of the two is LINE, the type is
    unknown, or the data is nothing that a chart could show.
    """
    if type not in schema.LOG_TYPES:
        raise Invalid(f"type must be one of {', '.join(schema.LOG_TYPES)}.", field="type")
    if data is None or (type == LINE and not _is_line(data)):
        raise Invalid("data must be given; of a LINE it is numbers.", field="data")
    metric = _hold(tx, experiment, name, type)
    if LINE in (metric.type, type) and metric.type != type:
        raise Invalid(f"The metric {name!r} is of type {metric.type}, not {type}.", field="type")
    if type == LINE:
        _append(tx, metric, data if isinstance(data, list) else [data])
    else:
        tx.execute(
            update(_metrics)
            .where(_metrics.c.metric_id == metric.metric_id)
            .values(type=type, data=data, updated_at=tx.now)
        )
    announce(tx, experiment.organization_id, experiment.experiment_id)
    return _get(tx, metric.metric_id)


def _is_line(data: Any) -> bool:
    values = data if isinstance(data, list) else [data]
    return all(
        isinstance(value, int | float | dict) and not isinstance(value, bool) for value in values
    )


def _hold(tx: Transaction, experiment: Experiment, name: str, type: str) -> Metric:
    """The metric's row, locked or made: two scripts that append at once must count on one another.
    The experiment's row is held while a metric may have to be made.
    """
    tx.execute(
        select(schema.experiment.c.experiment_id)
        .where(schema.experiment.c.experiment_id == experiment.experiment_id)
        .with_for_update()
    )
    known = find(tx, experiment.experiment_id, name)
    if known is not None:
        return known
    metric_id = uuid7()
    tx.execute(
        insert(_metrics).values(
            metric_id=metric_id,
            experiment_id=experiment.experiment_id,
            name=name,
            type=type,
            points=0,
            created_at=tx.now,
            updated_at=tx.now,
        )
    )
    return _get(tx, metric_id)


def _append(tx: Transaction, metric: Metric, values: list[Any]) -> None:
    if not values:
        return
    tx.execute(
        insert(_points),
        [
            {
                "metric_id": metric.metric_id,
                "position": metric.points + offset,
                "value": value,
                "at": tx.now,
            }
            for offset, value in enumerate(values)
        ],
    )
    tx.execute(
        update(_metrics)
        .where(_metrics.c.metric_id == metric.metric_id)
        .values(data=values[-1], points=metric.points + len(values), updated_at=tx.now)
    )


def find(read: Read, experiment_id: UUID, name: str) -> Metric | None:
    row = read.first(
        select(_metrics).where(_metrics.c.experiment_id == experiment_id, _metrics.c.name == name)
    )
    return None if row is None else _metric(row)


def get(read: Read, organization_id: UUID, metric_id: UUID) -> Metric:
    """Raises NotFound."""
    row = read.first(
        select(_metrics)
        .join(schema.experiment, schema.experiment.c.experiment_id == _metrics.c.experiment_id)
        .where(
            _metrics.c.metric_id == metric_id,
            schema.experiment.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such metric.", metric_id=metric_id)
    return _metric(row)


def of_experiment(read: Read, experiment_id: UUID) -> list[Metric]:
    """In the order in which they were first logged."""
    rows = read.all(
        select(_metrics)
        .where(_metrics.c.experiment_id == experiment_id)
        .order_by(_metrics.c.metric_id)
    )
    return [_metric(row) for row in rows]


def points(read: Read, metric_id: UUID, *, after: int = 0, limit: int = MOST_POINTS) -> list[Point]:
    """The points of a LINE from position `after` on."""
    rows = read.all(
        select(_points.c.position, _points.c.value, _points.c.at)
        .where(_points.c.metric_id == metric_id, _points.c.position >= after)
        .order_by(_points.c.position)
        .limit(limit)
    )
    return [Point(row.position, row.value, row.at) for row in rows]


def change(tx: Transaction, metric: Metric, *, name: str | None = None, data: Any = None) -> Metric:
    """Rename a metric, or replace its data; a LINE's points are replaced, too."""
    if name is not None:
        tx.execute(
            update(_metrics).where(_metrics.c.metric_id == metric.metric_id).values(name=name)
        )
    if data is not None and metric.type == LINE:
        tx.execute(delete(_points).where(_points.c.metric_id == metric.metric_id))
        tx.execute(
            update(_metrics).where(_metrics.c.metric_id == metric.metric_id).values(points=0)
        )
        _append(tx, _get(tx, metric.metric_id), data if isinstance(data, list) else [data])
    elif data is not None:
        tx.execute(
            update(_metrics)
            .where(_metrics.c.metric_id == metric.metric_id)
            .values(data=data, updated_at=tx.now)
        )
    return _get(tx, metric.metric_id)


def _get(read: Read, metric_id: UUID) -> Metric:
    row = read.first(select(_metrics).where(_metrics.c.metric_id == metric_id))
    assert row is not None
    return _metric(row)


def _metric(row: Row[Any]) -> Metric:
    return Metric(
        row.metric_id,
        row.experiment_id,
        row.name,
        row.type,
        row.data,
        row.points,
        row.created_at,
        row.updated_at,
    )
