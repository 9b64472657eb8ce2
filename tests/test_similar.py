"""Duplicates, outliers and why, against brute force and what was planted."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

import semascope as sema
from semascope.errors import InvalidValue
from semascope.structure import (
    near_duplicates,
    nearest_neighbors,
    outliers,
    suggest_threshold,
)
from semascope.structure import similar as similar_module
from semascope.structure.oddity import explain

DIM = 32


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def on_circle(*degrees):
    """Place rows by hand: the cosine similarity of two is that of the angle between them."""
    angles = np.deg2rad(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def groups_of(embeddings, threshold, *, k=5, preferred=None):
    order = list(range(len(embeddings)) if preferred is None else preferred)
    graph = nearest_neighbors(embeddings, k=k)
    return near_duplicates(graph, embeddings, threshold, preference=order.index)


@pytest.fixture(scope="module")
def planted():
    """Return 600 embeddings around 6 directions, in mixed order."""
    rng = np.random.default_rng(1)
    truth = rng.permutation(np.repeat(np.arange(6), [180, 150, 110, 80, 50, 30]))
    directions = unit(rng.normal(size=(6, DIM)))
    return unit(directions[truth] + rng.normal(scale=0.12, size=(600, DIM)))


# --- duplicates ---


def cosine(degrees):
    return float(np.cos(np.deg2rad(degrees)))


def test_a_group_is_what_is_near_its_keeper_and_not_a_chain():
    embeddings = on_circle(0, 50, 1, 90, 51, 2, 140)  # 0, 1 and 2 degrees: a chain
    [first, second] = groups_of(embeddings, cosine(1.5))
    assert (first.keeper, first.rows.tolist()) == (0, [0, 2])
    assert (second.keeper, second.rows.tolist()) == (1, [1, 4])
    np.testing.assert_allclose(first.similarity, [1, cosine(1)], atol=1e-7)  # float32


def test_the_preferred_rows_are_the_keepers():
    embeddings = on_circle(0, 50, 1, 90, 51, 2, 140)
    [first, second] = groups_of(embeddings, cosine(1.5), preferred=[2, 6, 5, 4, 3, 1, 0])
    assert (first.keeper, first.rows.tolist()) == (2, [0, 2, 5])  # it lies in the middle
    assert (second.keeper, second.rows.tolist()) == (4, [1, 4])


def test_a_group_may_be_larger_than_k():
    embeddings = np.vstack([np.tile(on_circle(20), (40, 1)), on_circle(90)])
    [group] = groups_of(embeddings, 0.99)
    np.testing.assert_array_equal(group.rows, np.arange(40))
    np.testing.assert_array_equal(group.similarity, 1)


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9])
@pytest.mark.parametrize("block", [1, 7, 128])
def test_groups_keep_their_promise(planted, threshold, block, monkeypatch):
    monkeypatch.setattr(similar_module, "BLOCK_KEEPERS", block)
    preferred = np.random.default_rng(3).permutation(600)
    rank = np.argsort(preferred)
    groups = groups_of(planted, threshold, k=15, preferred=preferred)
    similarity = planted.astype(float) @ planted.T.astype(float)
    seen = [row for group in groups for row in group.rows.tolist()]
    assert len(seen) == len(set(seen)) > 0
    for group in groups:
        assert rank[group.keeper] == rank[group.rows].min()
        near = similarity[group.keeper, group.rows]
        assert (near >= threshold - 1e-7).all()  # float32 rounding
        np.testing.assert_allclose(group.similarity, near, atol=1e-6)
    # Of what is kept, no two that are neighbors are near one another.
    left_out = set(seen) - {group.keeper for group in groups}
    kept = np.array(sorted(set(range(600)) - left_out))
    _, neighbors = (
        NearestNeighbors(n_neighbors=16, metric="cosine").fit(planted).kneighbors(planted)
    )
    for row in kept:
        others = np.intersect1d(neighbors[row][1:], kept)
        assert (similarity[row, others] < threshold + 1e-6).all()


def test_block_size_changes_no_group(planted, monkeypatch):
    found = []
    for block in (3, 128):
        monkeypatch.setattr(similar_module, "BLOCK_KEEPERS", block)
        found.append([(g.keeper, *g.rows, *g.similarity) for g in groups_of(planted, 0.7, k=15)])
    assert found[0] == found[1]


def test_suggested_threshold_finds_planted_duplicates(planted):
    noise = np.random.default_rng(4).normal(scale=0.005, size=(20, DIM))
    embeddings = np.vstack([planted, unit(planted[:20] + noise)])
    threshold = suggest_threshold(nearest_neighbors(embeddings))
    groups = [set(group.rows.tolist()) for group in groups_of(embeddings, threshold, k=15)]
    assert all(any({row, row + 600} <= group for group in groups) for row in range(20))
    # 0.6% of a normal distribution lie beyond 2.5 deviations: some of the other 580 do, not many
    assert len(set().union(*groups)) < 40 + 0.03 * 580


@pytest.mark.parametrize("N", [0, 1, 2, 5])
def test_a_threshold_is_suggested_whatever_the_collection(planted, N):
    assert 0.9 <= suggest_threshold(nearest_neighbors(planted[:N])) < 1
    assert groups_of(planted[:N], 0.999) == []


def test_threshold_is_a_cosine(planted):
    with pytest.raises(InvalidValue, match=r"in \[-1, 1\], got 97"):
        groups_of(planted, 97)


# --- outliers ---


def test_outliers_are_the_planted_ones(planted):
    odd = unit(np.random.default_rng(5).normal(size=(4, DIM)))
    embeddings = np.vstack([planted, odd])
    rows, similarity = outliers(nearest_neighbors(embeddings), n=4)
    assert sorted(rows) == [600, 601, 602, 603]
    assert (np.diff(similarity) >= 0).all()
    distance, _ = NearestNeighbors(n_neighbors=16, metric="cosine").fit(embeddings).kneighbors()
    _, own = distance, 1 - distance[:, :15]
    np.testing.assert_allclose(similarity, own[rows].mean(axis=1), atol=1e-6)  # float32


def test_outliers_of_hardly_any_rows(planted):
    assert outliers(nearest_neighbors(planted[:1]))[0].size == 0
    assert outliers(nearest_neighbors(planted[:3]))[0].size == 3
    with pytest.raises(InvalidValue, match="n must be at least 1, got 0"):
        outliers(nearest_neighbors(planted[:3]), n=0)


USUAL = [
    f"the {animal} sat on the {thing} and looked at the {other}"
    for animal in ("cat", "dog", "cow", "hen")
    for thing in ("mat", "bed", "roof", "wall", "car")
    for other in ("moon", "sun", "sea", "rain", "stars")
]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quetzals", "very short: 1 word, where 11 are usual"),
        (USUAL[0] * 5 + " moon", "very long: 52 words, where 11 are usual"),
        ("1 22 4.5 - 77 (1) 3 9 0 8 12", "mostly digits and marks: 0% letters"),
        ("кот сидел на коврике и смотрел на луну", "in Cyrillic script, as hardly any other"),
        ("猫坐在垫子上", "in Cjk script, as hardly any other passage is"),
        (
            "the axolotl sat on the mat and looked at the quetzal",
            "22% of its words are in hardly any other passage: axolotl, quetzal",
        ),
    ],
)
def test_what_is_unusual_about_a_text_is_said(text, reason):
    [found] = explain([*USUAL, text], [len(USUAL)])
    assert any(each.startswith(reason) for each in found), found


def test_nothing_is_said_of_a_usual_text():
    assert explain(USUAL, [0, 50]) == [[], []]
    assert explain(USUAL, []) == []


# --- passages ---

SAID = [
    "The committee will meet again on Monday.",
    "The committee will meet again on Monday!",
    "A storm damaged the roof of the old church.",
    "The committee will meet again on Monday, as ever.",
    "Bread is baked from flour, water and salt.",
    "A storm damaged the roof of the old church.",
    "Trains to the coast leave every hour.",
]


@pytest.fixture(scope="module")
def talks(model, tmp_path_factory):
    return sema.index(SAID, to=tmp_path_factory.mktemp("said") / "said.lance", model=model)


def test_the_longest_text_is_kept_and_of_equal_ones_the_first_row(talks):
    first, second = talks.duplicates(threshold=0.85).groups
    assert (first.keeper, list(first.numbers)) == (3, [0, 1, 3])
    cosines = talks.embeddings[[0, 1, 3]] @ talks.embeddings[3]
    np.testing.assert_allclose(first.similarities, cosines, atol=1e-6)  # sums in two orders
    assert first.similarity == max(first.similarities[:2])
    assert (second.keeper, list(second.numbers), list(second.similarities)) == (2, [2, 5], [1, 1])


def test_duplicates_tell_what_is_usual_and_what_was_suggested(talks):
    found = talks.duplicates(threshold=0.85)
    distinct = talks.embeddings[[0, 1, 2, 3, 4, 6]]
    similarity = distinct @ distinct.T
    np.fill_diagonal(similarity, -1)
    assert found.usual == pytest.approx(np.median(similarity.max(axis=1)), abs=1e-6)
    assert found.threshold == 0.85
    assert found.suggested == talks.duplicates().threshold
    assert found.copies == 3


def test_an_outlier_says_how_far_it_is(talks):
    found = talks.outliers(n=7)
    assert len(found) == 6  # texts
    assert [o.neighborhood for o in found] == sorted(o.neighborhood for o in found)
    assert [o.percent for o in found] == pytest.approx([100 * i / 6 for i in (5, 4, 3, 2, 1, 0)])
    for outlier in found:
        others = [n for n in (0, 1, 2, 3, 4, 6) if n != outlier.number]
        cosines = talks.embeddings[others] @ talks.embeddings[outlier.number]
        assert outlier.neighborhood == pytest.approx(cosines.mean(), abs=1e-6)
        assert outlier.similarity == pytest.approx(cosines.max(), abs=1e-6)


# --- export without duplicates ---


def exported(talks, tmp_path, **options):
    import pyarrow.parquet as pq

    made = talks.export(tmp_path / "out.parquet", without_duplicates=True, **options)
    return made, pq.read_table(tmp_path / "out.parquet")


def test_an_export_without_duplicates_has_the_keepers(talks, tmp_path):
    made, table = exported(talks, tmp_path)
    found = talks.duplicates()
    left_out = {n for g in found.groups for n in g.numbers if n != g.keeper}
    assert 5 in left_out
    assert table["text"].to_pylist() == [t for n, t in enumerate(SAID) if n not in left_out]
    assert (made.lines, made.left_out) == (7 - len(left_out), len(left_out))


def test_a_split_row_stays_whole_if_a_part_of_it_is_its_own(model, tmp_path):
    sentence = "Trains to the coast leave every hour from platform {}, and return at night. "
    same = "".join(sentence.format(i) for i in range(40))
    own = same + "Volcanoes erupt when magma finds a way to the surface of the earth. " * 20
    talks = sema.index([same, same, own], to=tmp_path / "long.lance", model=model)
    assert len(talks) > 3
    made, table = exported(talks, tmp_path)
    assert table["text"].to_pylist() == [same, own]
    assert (made.lines, made.left_out) == (2, 1)
    made, table = exported(talks, tmp_path, embeddings=True)
    assert set(table["_row"].to_pylist()) == {0, 2}
    assert made.lines == len([row for row in talks._snapshot.row_of if row != 1])
