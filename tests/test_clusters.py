"""Clusters, their names and their stability, against answers that are known beforehand.

Planted clusters: embeddings around a few random directions, so that the right answer is known.
Real texts: the speeches and emoji that come with semascope, and the Universal Declaration of Human
Rights (articles 1 to 7), which is in the public domain, in four languages.
"""

import csv
import random
from pathlib import Path

import igraph
import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

import semascope as sema
from semascope import data
from semascope.collection import clustering
from semascope.errors import InvalidValue
from semascope.structure import (
    LEVELS,
    Graph,
    Level,
    name_clusters,
    nearest_neighbors,
    nested_clusters,
    stability,
    strength,
    typical_and_edge,
)
from semascope.structure import vocabulary as vocabulary_module
from semascope.structure.communities import leiden, network_of
from semascope.structure.stopwords import languages, stop_words
from semascope.structure.vocabulary import count_words

DIM = 32


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def on_circle(*degrees):
    """Place rows by hand: the cosine similarity of two is that of the angle between them."""
    angles = np.deg2rad(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def planted_in(rng, truth, noise=0.12):
    directions = unit(rng.normal(size=(truth.max() + 1, DIM)))
    return unit(directions[truth] + rng.normal(scale=noise, size=(len(truth), DIM)))


@pytest.fixture(scope="module")
def planted():
    """Return 600 embeddings around 6 directions, in mixed order, and which is around which."""
    rng = np.random.default_rng(1)
    truth = rng.permutation(np.repeat(np.arange(6), [180, 150, 110, 80, 50, 30]))
    return planted_in(rng, truth), truth


@pytest.fixture(scope="module")
def graph(planted):
    return nearest_neighbors(planted[0])


@pytest.fixture(scope="module")
def levels(graph):
    return nested_clusters(graph)


# --- communities ---


def test_planted_communities_are_recovered(planted, graph):
    # at a low resolution: at 1 it may halve the large ones, since a graph knows no right number
    found = leiden(network_of(graph), resolution=0.3)
    assert adjusted_mutual_info_score(planted[1], found) == 1


def test_higher_resolution_gives_more_communities(graph):
    network = network_of(graph)
    assert leiden(network, resolution=0.3).max() < leiden(network, resolution=10).max()


def test_modularity_is_no_worse_than_the_planted(planted, graph):
    low, high, similarity = graph.edges()
    network = igraph.Graph(n=600, edges=list(zip(low.tolist(), high.tolist(), strict=True)))
    weights = similarity.tolist()
    found = network.modularity(leiden(network_of(graph)).tolist(), weights=weights)
    assert found >= network.modularity(planted[1].tolist(), weights=weights)


def test_a_merged_network_keeps_all_weight_and_its_communities_are_modular(graph):
    network = network_of(graph)
    fine = leiden(network, resolution=8)
    merged = network.merged(fine)
    assert merged.strength.sum() == pytest.approx(2 * network.weight.sum())  # float64 sums
    assert (merged.low < merged.high).all()
    coarse = leiden(merged, resolution=1)[fine]
    whole = igraph.Graph(n=600, edges=np.column_stack([network.low, network.high]))
    scores = [
        whole.modularity(each.tolist(), weights=network.weight.tolist())
        for each in (coarse, leiden(network, resolution=1))
    ]
    assert scores[0] > 0.98 * scores[1]  # merging may do no better, and here hardly does worse


def test_communities_are_the_same_every_time_and_leave_other_chance_alone(graph):
    random.seed(5)
    expected = random.random()  # noqa: S311
    random.seed(5)
    first = leiden(network_of(graph))
    assert random.random() == expected  # noqa: S311
    np.testing.assert_array_equal(leiden(network_of(graph)), first)


@pytest.mark.parametrize("resolution", [0, -1, float("nan")])
def test_resolution_must_be_above_zero(graph, resolution):
    with pytest.raises(InvalidValue, match="resolution must be above 0"):
        leiden(network_of(graph), resolution=resolution)


# --- levels ---


def assert_nested(levels, N):
    above = np.zeros(N, np.int32)
    for level in levels.values():
        C = len(level.parent)
        assert level.labels.shape == (N,)
        assert level.labels.dtype == np.int32
        sizes = np.bincount(level.labels, minlength=C)
        assert (sizes > 0).all()
        assert (np.diff(sizes) <= 0).all()
        np.testing.assert_array_equal(level.parent[level.labels], above)
        above = level.labels


def test_levels_nest_and_every_row_is_on_each(levels):
    assert tuple(levels) == LEVELS == ("coarse", "medium", "fine")
    assert_nested(levels, 600)
    counts = [len(level.parent) for level in levels.values()]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_levels_are_the_same_every_time(graph, levels):
    for name, level in nested_clusters(graph).items():
        np.testing.assert_array_equal(level.labels, levels[name].labels)


@pytest.mark.parametrize("N", [0, 1, 2, 3, 10])
def test_levels_of_hardly_any_rows(planted, N):
    assert_nested(nested_clusters(nearest_neighbors(planted[0][:N])), N)


def test_opposite_rows_have_clusters_too():
    assert_nested(nested_clusters(nearest_neighbors(on_circle(0, 180))), 2)  # weight -1


def groups_of(*sizes):
    """Return a graph of groups with no edge between them, in which all are neighbors of all."""
    neighbors = []
    for size in sizes:
        start = len(neighbors)
        rows = np.arange(start, start + size)
        neighbors += [np.resize(rows[rows != row], 12) for row in rows]
    return Graph(np.array(neighbors, np.int32), np.ones((sum(sizes), 12), np.float32))


def test_tiny_groups_are_a_rest_on_every_level():
    graph = groups_of(13, 13, 3, 2, 2)
    for level in nested_clusters(graph).values():
        rest = np.flatnonzero(level.rest)
        assert rest.shape == (1,)
        np.testing.assert_array_equal(np.flatnonzero(level.labels == rest[0]), np.arange(26, 33))


def test_a_single_tiny_group_is_no_rest():
    level = nested_clusters(groups_of(13, 13, 3))["medium"]
    assert not level.rest.any()
    assert np.bincount(level.labels).tolist() == [13, 13, 3]


def test_nothing_is_a_rest_where_all_groups_are_tiny():
    level = nested_clusters(groups_of(3, 3, 2))["fine"]
    assert not level.rest.any()
    assert np.bincount(level.labels).tolist() == [8]


def test_strength_is_the_share_of_weight_that_stays_inside():
    # rows 0 to 2 are neighbors of each other, row 3 of row 2 only
    neighbors = np.array([[1, 2], [0, 2], [0, 1], [2, 2]], np.int32)
    graph = Graph(neighbors, np.array([[1, 0.5], [1, 0.5], [0.5, 0.5], [0.5, 0.5]], np.float32))
    found = strength(graph, {"two": level_of(3, 1), "one": level_of(4)})
    np.testing.assert_allclose(found["two"], [1, 1, 2 / 3, 0], atol=1e-6)  # float32 rounding
    np.testing.assert_array_equal(found["one"], 1)


def test_a_row_without_neighbors_belongs_wholly():
    found = strength(nearest_neighbors(on_circle(0)), {"one": level_of(1)})
    np.testing.assert_array_equal(found["one"], [1])


def test_typical_rows_are_nearest_to_the_mean_and_the_edge_is_weak():
    embeddings = on_circle(0, 40, 21, 90, 95)  # means at about 20 and 92.5 degrees
    labels = np.array([0, 0, 0, 1, 1], dtype=np.int32)
    weak = np.array([1, 0.4, 1, 1, 1], np.float32)
    (first, second), edge = typical_and_edge(embeddings, labels, weak, n=2)
    assert first[0] == 2
    assert sorted(second) == [3, 4]
    assert edge[0] == 1
    assert typical_and_edge(embeddings[:0], labels[:0], weak[:0])[0] == []


def test_equally_typical_rows_come_in_order():
    embeddings = np.tile(on_circle(30), (4, 1))
    [rows], edge = typical_and_edge(embeddings, np.zeros(4, np.int32), np.ones(4, np.float32))
    np.testing.assert_array_equal(rows, [0, 1, 2])
    np.testing.assert_array_equal(edge, [0])


# --- stability ---


def test_planted_clusters_are_found_again_and_chance_ones_are_not():
    rng = np.random.default_rng(3)
    truth = np.repeat(np.arange(30), 40)  # 30: about as many as the medium level makes
    graph = nearest_neighbors(planted_in(rng, truth, noise=0.06))
    assert stability(graph, nested_clusters(graph))["medium"].min() >= 9
    noise = nearest_neighbors(unit(rng.normal(size=(1200, DIM))))
    assert stability(noise, nested_clusters(noise))["fine"].mean() < 4


def test_stability_counts_ten_clusterings_and_is_the_same_every_time(graph, levels):
    calls = []
    first = stability(graph, levels, on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 10) for done in range(1, 11)]
    for name, again in stability(graph, levels).items():
        np.testing.assert_array_equal(again, first[name])
        assert again.shape == levels[name].parent.shape
        assert ((again >= 0) & (again <= 10)).all()


@pytest.mark.parametrize("N", [1, 2, 5])
def test_stability_of_hardly_any_rows(planted, N):
    graph = nearest_neighbors(planted[0][:N])
    assert set(stability(graph, nested_clusters(graph))) == set(LEVELS)


# --- names ---

FARM = [
    "The farmers grow crops, the film said.",
    "A farmer sells crops in the film.",
    "Farming needs rain for crops; see the film.",
]
WAR = [
    "The film shows the civil war and its soldiers.",
    "Soldiers of the civil war fill the film.",
    "In the civil war, a film of soldiers.",
]


def level_of(*sizes, parent=None):
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    parent = [0] * len(sizes) if parent is None else parent
    return Level(labels, np.array(parent, np.int32), np.zeros(len(sizes), np.bool_))


def names_of(*clusters, **options):
    texts = [text for cluster in clusters for text in cluster]
    return name_clusters(texts, {"fine": level_of(*map(len, clusters))}, **options)["fine"]


def test_names_are_what_sets_a_cluster_apart():
    farm, war = names_of(FARM, WAR)
    assert "crops" in farm
    assert "soldiers" in war
    assert "film" not in farm + war  # it is in every text
    assert not {"the", "and", "of", "in"} & set(f"{farm} {war}".replace(",", "").split())


def test_a_phrase_stands_in_for_its_words():
    assert "civil war" in names_of(FARM, WAR)[1].split(", ")
    assert not {"civil", "war"} & set(names_of(FARM, WAR)[1].split(", "))


def test_a_name_has_no_word_in_two_forms():
    tax = ["tax cuts", "taxes on tobacco", "tax on tobacco", "taxes and cuts"]
    name = names_of(tax, FARM)[0]
    assert ("tax" in name.split(", ")) + ("taxes" in name.split(", ")) <= 1


def test_numbers_and_single_letters_name_nothing():
    assert names_of(["1980 x harvest", "1980 x harvest"], WAR)[0] == "harvest"


def test_no_two_names_are_equal():
    same = ["green apples and pears", "green apples or pears"]
    assert len(set(names_of(same, same, FARM))) == 3
    assert len(set(names_of(["a b"], ["a b"], ["a b"]))) == 3


def test_one_cluster_is_named_by_its_words():
    [name] = names_of(WAR)
    assert "soldiers" in name


def test_without_words_the_opening_of_a_text_stands_for_the_cluster():
    assert names_of(["1 2 3", "4 5 6"], ["?!", "…"]) == ["“1 2 3 …”", "“?! …”"]
    assert names_of([""], [" "]) == ["cluster 0", "cluster 1"]
    assert name_clusters([], {"fine": level_of()}) == {"fine": []}


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["किसान फसल उगाते हैं", "किसान बारिश"], "किसान"),
        (["Крестьяне сеют пшеницу", "пшеницу продали"], "пшеницу"),
        (["ข้าว ราคา", "ข้าว ดี"], "ข้าว"),
        (["مزارع قمح", "قمح جديد"], "قمح"),
    ],
)
def test_names_in_any_script(texts, name):
    assert names_of(texts, FARM)[0] == name


def test_n_words_bounds_a_name():
    assert len(names_of(FARM, WAR, n_words=1)[1].split(", ")) == 1
    with pytest.raises(InvalidValue, match="n_words must be at least 1, got 0"):
        names_of(FARM, n_words=0)


def test_the_words_of_all_siblings_name_none_of_them():
    wheat, rice = ["farm of wheat", "farm, wheat, bread"], ["farm of rice", "farm, rice, paddy"]
    navy, army = ["war of ships", "war, ships, sea"], ["war of soldiers", "war, soldiers, land"]
    levels = {
        "coarse": level_of(4, 4),
        "fine": level_of(2, 2, 2, 2, parent=[0, 0, 1, 1]),
    }
    names = name_clusters(wheat + rice + navy + army, levels)
    assert [name.split(", ")[0] for name in names["coarse"]] == ["farm", "war"]
    assert all("farm" not in name and "war" not in name for name in names["fine"])
    assert ["wheat" in names["fine"][0], "ships" in names["fine"][2]] == [True, True]


def test_an_only_child_has_its_parents_name_and_a_rest_is_called_so():
    fine = level_of(3, 2, 1, parent=[0, 1, 1])
    fine.rest[2] = True
    names = name_clusters(FARM + WAR, {"coarse": level_of(3, 3), "fine": fine})
    assert names["fine"][0] == names["coarse"][0]
    assert names["fine"][2] == "rest"


def test_of_a_large_cluster_some_texts_are_read(monkeypatch):
    monkeypatch.setattr(vocabulary_module, "MOST_TEXTS", 2)
    found = count_words(FARM + WAR, level_of(3, 3).labels, ())
    crops = found.terms.tolist().index("crops")
    assert found.counts.toarray()[0, crops] == 3  # 2 of the 2 that were read, of 3


# --- stop words ---

RIGHTS = {
    "en": """All human beings are born free and equal in dignity and rights. They are endowed with
        reason and conscience and should act towards one another in a spirit of brotherhood.
        Everyone has the right to life, liberty and security of person. No one shall be held in
        slavery or servitude; slavery and the slave trade shall be prohibited in all their forms.
        All are equal before the law and are entitled to equal protection of the law.""",
    "de": """Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft
        und Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen. Jeder hat
        das Recht auf Leben, Freiheit und Sicherheit der Person. Niemand darf in Sklaverei oder
        Leibeigenschaft gehalten werden; die Sklaverei ist in allen ihren Formen verboten. Alle
        Menschen sind vor dem Gesetz gleich und haben Anspruch auf gleichen Schutz.""",
    "fr": """Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués
        de raison et de conscience et doivent agir les uns envers les autres dans un esprit de
        fraternité. Tout individu a droit à la vie, à la liberté et à la sûreté de sa personne. Nul
        ne sera tenu en esclavage ni en servitude; l'esclavage est interdit sous toutes ses formes.
        Tous sont égaux devant la loi et ont droit sans distinction à une égale protection.""",
    "es": """Todos los seres humanos nacen libres e iguales en dignidad y derechos. Dotados como
        están de razón y conciencia, deben comportarse fraternalmente los unos con los otros. Todo
        individuo tiene derecho a la vida, a la libertad y a la seguridad de su persona. Nadie
        estará sometido a esclavitud ni a servidumbre; la esclavitud está prohibida en todas sus
        formas. Todos son iguales ante la ley y tienen derecho a igual protección.""",
}
FUNCTION_WORDS = {
    "en": "the and are in of to all has no",
    "de": "und der die das sind mit dem in auf alle",
    "fr": "les et en de la une dans sont ne sa",
    "es": "los las y de la su como con todos",
}


def sentences(text):
    return [" ".join(part.split()) for part in text.split(".") if part.strip()]


@pytest.mark.parametrize("language", RIGHTS)
def test_a_language_is_known_and_its_stop_words_name_nothing(language):
    texts = sentences(RIGHTS[language])
    assert languages(texts) == [language]
    names = names_of(texts, texts[:2], texts[2:], n_words=20)
    words = {word for name in names if "“" not in name for word in name.replace(",", "").split()}
    assert words
    assert not words & set(FUNCTION_WORDS[language].split())


def test_languages_mix():
    texts = sentences(RIGHTS["en"]) + sentences(RIGHTS["es"])
    assert set(languages(texts)) == {"en", "es"}
    assert {"the", "los"} <= stop_words(texts)


def test_a_stop_word_of_another_language_is_a_word():
    dice = ["Throw the die on the table and count.", "Each die has a number on all of its sides."]
    assert "die" in names_of(dice, WAR)[0].split(", ")
    assert "die" in stop_words(sentences(RIGHTS["de"]))


def test_texts_that_tell_no_language_are_taken_for_english():
    assert languages(["", "42", "Grundstücksverkehr"]) == ["en"]
    assert languages([]) == ["en"]


def test_own_stop_words_name_nothing():
    assert "crops" in names_of(FARM, WAR)[0]
    farm, war = names_of(FARM, WAR, stop_words=["Crops", "civil  war"])
    assert "crops" not in farm.split(", ")
    assert "civil war" not in war.split(", ")


# --- of a collection ---


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    """Return the speeches of a few years, enough for three levels."""
    texts = pq.read_table(data.path("speeches"), columns=["text"])["text"].to_pylist()[::20]
    texts += texts[:30]  # some twice
    return sema.index(texts, to=tmp_path_factory.mktemp("clusters") / "speeches.lance")


@pytest.fixture(scope="module")
def found(talks):
    return {level: talks.clusters(level) for level in LEVELS}


def test_passages_nest_as_texts_do(talks, found):
    above = None
    for level in LEVELS:
        clusters = found[level]
        assert clusters.labels.shape == clusters.strength.shape == (len(talks),)
        assert clusters.sizes == np.bincount(clusters.labels).tolist()
        assert clusters.sizes == sorted(clusters.sizes, reverse=True)
        assert len(set(clusters.names)) == len(clusters.names)
        assert ((clusters.strength >= 0) & (clusters.strength <= 1)).all()
        if above is None:
            assert clusters.parent is None
        else:
            np.testing.assert_array_equal(np.array(clusters.parent)[clusters.labels], above.labels)
        above = clusters
    assert 1 < len(found["coarse"].names) < len(found["medium"].names) < len(found["fine"].names)


def test_typical_passages_and_the_edge_belong_to_their_cluster(found):
    for clusters in found.values():
        assert clusters.stability is None
        for label, (typical, edge) in enumerate(zip(clusters.typical, clusters.edge, strict=True)):
            assert set(clusters.labels[list(typical)]) == {clusters.labels[edge]} == {label}
            inside = clusters.strength[clusters.labels == label]
            assert clusters.strength[edge] == inside.min()


def test_medium_is_what_one_gets_unasked(talks, found):
    assert talks.clusters().names == found["medium"].names


def test_stability_is_said_when_asked_for(talks, found):
    clusters = talks.clusters("coarse", stability=True)
    assert clusters.names == found["coarse"].names
    assert len(clusters.stability) == len(clusters.names)
    assert all(0 <= often <= 10 for often in clusters.stability)
    np.testing.assert_array_equal(clusters.labels, found["coarse"].labels)


def test_own_stop_words_change_names_and_nothing_else(talks, found):
    word = found["medium"].names[0].split(", ")[0]
    clusters = talks.clusters(stop_words=[f" {word.upper()}\n"])
    assert all(word not in name.split(", ") for name in clusters.names)
    np.testing.assert_array_equal(clusters.labels, found["medium"].labels)
    assert talks.clusters().names == found["medium"].names


def test_an_unknown_level_is_refused(talks):
    message = "resolution is one of coarse, medium, fine, got 'finer'"
    with pytest.raises(InvalidValue, match=message):
        talks.clusters("finer")
    with pytest.raises(InvalidValue, match="coarse, medium, fine, got 5"):
        talks.clusters(5)


def test_a_rest_says_its_size_in_passages_and_what_it_is_the_rest_of():
    graph = groups_of(13, 13, 3, 2)
    made = clustering.make(graph, np.tile(on_circle(0), (31, 1)))
    levels = clustering.levels(*made)
    names = name_clusters([f"word{i // 13} word{i // 13}s" for i in range(31)], levels)
    row = np.tile(np.arange(31, dtype=np.int32), 2)  # each text comes twice
    for level in LEVELS:
        clusters = clustering.of_passages(level, made, names, None, row)
        rests = [name for name in clusters.names if name.startswith("rest")]
        assert rests == ["rest: 10 passages in small groups"]


# --- quality ---


def test_clusters_agree_with_intents_better_than_k_means_that_is_told_their_number():
    """A fifth of Banking77, so as to be quick; for all of it see benchmarks/clusters.py."""
    path = Path(__file__).parents[2] / "shared" / "data" / "banking77-train.csv"
    if not path.exists():
        pytest.skip("Banking77 is not part of the project")
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted((row["text"], row["category"]) for row in csv.DictReader(file))[::5]
    intents = [intent for _, intent in rows]
    embeddings = sema.load().encode([text for text, _ in rows])
    found = nested_clusters(nearest_neighbors(embeddings))["fine"].labels
    told = KMeans(77, n_init=1, random_state=0).fit_predict(embeddings)
    # Measured: 0.725 against 0.684 to 0.691 (three seeds).
    assert adjusted_mutual_info_score(intents, found) > 0.70
    assert adjusted_mutual_info_score(intents, found) > adjusted_mutual_info_score(intents, told)
