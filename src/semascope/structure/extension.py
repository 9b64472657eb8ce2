"""The graph of a collection that has changed a little, from the graph that it had.

What stays keeps its neighbors, but for those that are gone and those that are new. So the new rows
are multiplied with all, and what they are near to is told; rows that lost a neighbor are sought for
anew, since nobody knows what came next. Of an exact graph comes, bit for bit, the graph that would
have been made from scratch. Of an approximate one comes one that has found at least as much.
"""

import numpy as np

from semascope.progress import Progress, silent
from semascope.structure.exact import (
    FloatArray,
    IndexArray,
    RowArray,
    best_pairs,
    insert,
    nearest_of_each,
    pairs_reaching,
    products,
    slack,
)

SOUGHT_AT_MOST = 1 / 8  # of the rows: beyond, all anew in bfloat16 costs no more than these


def extended_neighbors(
    neighbors: RowArray,
    similarity: FloatArray,
    earlier: IndexArray,
    embeddings: FloatArray,
    on_progress: Progress = silent,
) -> tuple[RowArray, FloatArray] | None:
    """Return the k nearest rows of each of N rows and their similarity, or None: too much is new.

    Parameters
    ----------
    neighbors, similarity : ndarray of shape (M, k)
        Of the graph before.
    earlier : ndarray of shape (N,), int64
        The number of each row in it, ascending; -1 for a new row. The others' embeddings are
        what they were.
    embeddings : ndarray of shape (N, D), float32
    on_progress : callable(done, total)
        Counts the rows that are sought for.
    """
    N, k = len(embeddings), neighbors.shape[1]
    was_there = earlier >= 0
    number = np.full(len(neighbors), -1, np.int32)  # now, of each row before; -1: gone
    number[earlier[was_there]] = np.flatnonzero(was_there)
    nearest = np.full((N, k), -1, np.int32)
    nearest[was_there] = number[neighbors[earlier[was_there]]]
    stays = (nearest >= 0).all(axis=1)
    sought = np.flatnonzero(~stays)
    if len(sought) > SOUGHT_AT_MOST * N:
        return None
    cosines = np.empty((N, k), np.float32)
    cosines[stays] = similarity[earlier[stays]]
    done = 0
    for queries, product in products(embeddings, sought):
        reach = np.where(stays, cosines[:, -1] - slack(embeddings.shape[1]), np.inf)  # (N,)
        for line, row in pairs_reaching(product, reach.astype(np.float32)):
            new = ~was_there[queries[line]]  # the others stand there already
            insert(nearest, cosines, embeddings, row[new], queries[line[new]])
        for line, row in best_pairs(product, k, embeddings.shape[1]):
            rows, found, true = nearest_of_each(embeddings, queries[line], row, k)
            nearest[rows], cosines[rows] = found, true
        done += len(queries)
        on_progress(done, len(sought))
    return nearest, cosines
