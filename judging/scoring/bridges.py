"""What holds a panel together: thin bridges between groups of judges, and the reviews that would join strangers."""

from dataclasses import dataclass

import numpy as np

from judging.marks import Ints
from judging.scoring.design import Block

THIN = 3  # reviews across a cut, up to which the two sides are hardly comparable
MOST_JUDGES = 400  # for the eigenvectors
SIDE = 2  # judges that make a side


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A cut that few reviews cross: those reviews (rows of the round's reviews), and the judges beyond it."""

    rows: Ints
    judges: Ints
    connectivity: float


def find_weak_bridge(block: Block) -> Bridge | None:
    """Find the weakest cut of the panel by the second eigenvector of its judges' equations; None if none is thin.

    connectivity: the smallest non-zero eigenvalue, in reviews; differences of severity across the cut have a variance
    of about noise / connectivity.
    """
    n_judges = block.n_judges
    if not 2 * SIDE <= n_judges <= MOST_JUDGES:
        return None
    incidence = np.zeros((block.n_entries, n_judges))
    incidence[block.e, block.j] = 1.0
    reads = block.reads
    laplacian = np.diag(block.loads.astype(np.float64)) - incidence.T @ (incidence / reads[:, None])
    values, vectors = np.linalg.eigh((laplacian + laplacian.T) / 2)
    side = vectors[:, 1] > 0
    if min(side.sum(), (~side).sum()) < SIDE:
        return None
    mine = incidence @ side / reads
    entry_side = mine > 0.5  # noqa: PLR2004 -- the majority of its judges
    across = side[block.j] != entry_side[block.e]
    if across.sum() > THIN or entry_side.all() or not entry_side.any():
        return None
    smaller = side if side.sum() <= (~side).sum() else ~side
    return Bridge(
        rows=np.sort(block.rows[across]), judges=np.sort(block.judges[smaller]), connectivity=float(values[1])
    )


def join_components(blocks: tuple[Block, ...]) -> tuple[tuple[int, int], ...]:
    """Name the fewest further reviews (entry, judge) that would join all components into one: each reads one across.

    Chosen are the judge with fewest reviews of the largest component and, of each other, the entry most often read.
    """
    if len(blocks) < 2:  # noqa: PLR2004 -- one is joined already
        return ()
    main = max(blocks, key=lambda block: block.y.size)
    readers = main.judges[np.lexsort((main.judges, main.loads))]
    others = [block for block in blocks if block is not main]
    return tuple(
        (int(block.entries[np.lexsort((block.entries, -block.reads))[0]]), int(readers[i % readers.size]))
        for i, block in enumerate(others)
    )
