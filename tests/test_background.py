"""What a similarity means among random pairs of English words and sentences."""

import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from semascope import data
from semascope.background import background

KINDS = {"words": background("uncle", "aunt"), "sentences": background("a cat sat", "aunt")}


@pytest.mark.parametrize("kind", KINDS)
def test_percentile_rises_with_similarity_from_0_to_nearly_100(kind):
    percentiles = [KINDS[kind].percentile(x) for x in np.linspace(-1, 1, 2001)]
    assert percentiles == sorted(percentiles)
    assert percentiles[0] == 0
    assert percentiles[-1] == 99.999  # a million pairs tell no more


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("uncle", "aunt"), "words"),
        ((" uncle ", "aunt\n"), "words"),
        (("uncle", "my aunt"), "sentences"),
        (("a cat sat", "the kitten was sitting"), "sentences"),
    ],
)
def test_words_are_compared_with_words_and_the_rest_with_sentences(texts, kind):
    assert background(*texts) is KINDS[kind]
    assert background(*texts).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_mean_and_deviation_are_those_of_the_distribution(kind):
    usual = KINDS[kind]
    quantiles = np.interp(np.arange(0.5, 100), usual.levels, usual.similarity)
    # A hundred quantiles cut the outermost half percent on both sides.
    assert quantiles.mean() == pytest.approx(usual.mean, abs=0.002)
    assert quantiles.std() == pytest.approx(usual.std, abs=0.005)


def test_percentiles_of_fresh_pairs_of_words_are_spread_evenly(model):
    labels = pq.read_table(data.path("emoji"))["label"].to_pylist()
    embeddings = model.encode([label for label in labels if re.fullmatch("[a-z]+", label)])
    a, b = np.triu_indices(len(embeddings), k=1)
    similarity = np.vecdot(embeddings[a], embeddings[b])
    for share in (5, 25, 50, 75, 95, 99):
        # Things that have an emoji are nearer to each other than any words are: by 0.02 in the
        # mean, a quarter of a standard deviation, which at the middle are 10% of the pairs.
        found = KINDS["words"].percentile(float(np.percentile(similarity, share)))
        assert found == pytest.approx(share, abs=12)


def test_uncle_and_aunt_are_nearer_than_nearly_all_words():
    assert 99.9 < background("uncle", "aunt").percentile(0.7339) < 99.999
