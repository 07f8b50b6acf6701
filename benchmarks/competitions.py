"""Competitions to assign judges in: drawn ones of any size, with every rule or none, and published panels with bids."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from scipy import sparse

from judging.assignment import Problem

PANELS = Path(__file__).parents[1] / "tests" / "data" / "panels"


def make_competition(n_entries: int, n_judges: int, *, seed: int, full: bool, k: int = 3, widest: int = 60) -> Problem:
    """Draw a competition with unequal topics, judges at home in one to three of them, and every rule where ``full``."""
    g = np.random.default_rng([seed, n_entries, n_judges])
    n_topics = max(2, round(0.8 * n_judges**0.5))
    share = g.gamma(3.0, 1.0, n_topics)
    topic = g.choice(n_topics, n_entries, p=share / share.sum())
    asked = np.bincount(topic, minlength=n_topics) + n_entries / n_topics / 2
    level = np.zeros((n_judges, n_topics))
    for judge in range(n_judges):
        home = g.choice(n_topics, min(n_topics, int(g.integers(1, 4))), replace=False, p=asked / asked.sum())
        level[judge, home] = (0.8, 0.6, 0.45)[: home.size]
    load = int(np.ceil(1.2 * n_entries * k / n_judges))
    rows, columns, values = [], [], []
    for entry in range(n_entries):
        value = np.clip(level[:, topic[entry]] + g.normal(0.08, 0.1, n_judges), 0, 1).round(3)
        near = np.flatnonzero(value > 0.12)
        near = near[np.argsort(-value[near], kind="stable")[:widest]]
        rows.append(np.full(near.size, entry))
        columns.append(near)
        values.append(value[near])
    place = (np.concatenate(rows), np.concatenate(columns))
    affinity = sparse.csr_array((np.concatenate(values), place), shape=(n_entries, n_judges))
    forbidden = (g.random((n_entries, n_judges)) < (0.02 if n_judges < 1000 else 0.003)).astype(np.int8)
    rules = _every_rule(g, n_entries, n_judges) if full else {}
    return Problem.of(
        np.full(n_entries, k), np.full(n_judges, load), affinity=affinity, forbidden=forbidden, category=topic, **rules
    )


def _every_rule(g: np.random.Generator, n_entries: int, n_judges: int) -> dict[str, np.ndarray]:
    houses = max(8, n_judges // 3)
    kind = g.integers(0, 2, houses)
    house = g.integers(0, houses, n_judges)
    team = np.arange(n_entries)
    for entry in range(1, n_entries):
        if g.random() < 0.1:
            team[entry] = team[g.integers(0, entry)]
    reads = np.ones((n_judges, 2), dtype=int)
    reads[:, 1] = g.random(n_judges) < 0.6
    return {
        "judge_institution": house,
        "entry_institution": g.integers(0, houses, n_entries),
        "team": team,
        "entry_language": (g.random(n_entries) < 0.15).astype(int),
        "judge_languages": reads,
        "judge_role": np.where(g.random(n_judges) < 0.9, kind[house], g.integers(0, 2, n_judges)),
        "role_need": np.ones((n_entries, 2), dtype=int),
    }


def read_panel(name: str) -> Problem:
    folder = PANELS / name
    meta = json.loads((folder / "meta.json").read_text())
    tables = {}
    for kind in ("affinity", "conflicts"):
        with (folder / f"{kind}.csv").open() as file:
            rows = list(csv.DictReader(file))
        tables[kind] = [(int(r["entry"][1:]), int(r["judge"][1:]), r.get("affinity", "1")) for r in rows]
    affinity, forbidden = np.zeros((meta["n"], meta["m"])), np.zeros((meta["n"], meta["m"]), dtype=np.int8)
    for entry, judge, value in tables["affinity"]:
        affinity[entry, judge] = float(value)
    for entry, judge, _ in tables["conflicts"]:
        affinity[entry, judge], forbidden[entry, judge] = 0.0, 1
    needs, loads = np.full(meta["n"], meta["k"]), np.full(meta["m"], meta["L"])
    return Problem.of(needs, loads, affinity=affinity, forbidden=forbidden)
