"""Clusters that another process makes while the map is made."""

import sys

import numpy as np
import pytest

import semascope as sema
from semascope.collection import beside, clustering


@pytest.fixture
def make(tmp_path, texts, model):
    """Return a function that indexes the same texts into a collection of some name."""
    return lambda name: sema.index(texts, to=tmp_path / f"{name}.lance", model=model)


def draw(talks):
    return talks.draw(talks.path.with_suffix(".png"))


def same(a, b):
    return (a.labels == b.labels).all() and a.names == b.names and a.typical == b.typical


def test_they_are_those_that_this_process_would_make(make, monkeypatch):
    expected, drawn = make("here").clusters(), draw(make("alone"))
    monkeypatch.setattr(beside, "FEW", 1)
    talks = make("beside")
    monkeypatch.setattr(clustering, "make", None)  # so they cannot be made here
    np.testing.assert_array_equal(draw(talks).coordinates, drawn.coordinates)
    assert same(talks.clusters(), expected)


@pytest.mark.parametrize("python", ["", "/nowhere/python", "failing"])
def test_where_that_fails_they_are_made_here(make, monkeypatch, python):
    monkeypatch.setattr(beside, "FEW", 1)
    if python == "failing":
        monkeypatch.setattr(beside, "WORK", "raise SystemExit(1)")
    else:
        monkeypatch.setattr(sys, "executable", python)
    talks = make("talks")
    draw(talks)
    assert same(talks.clusters(), make("here").clusters())


def test_few_passages_and_known_clusters_start_no_process(make, monkeypatch):
    monkeypatch.setattr(beside.subprocess, "Popen", None)
    draw(make("few"))
    known = make("known")
    known.clusters()
    monkeypatch.setattr(beside, "FEW", 1)
    draw(known)


def test_the_process_ends_with_what_it_was_started_for(make, monkeypatch):
    monkeypatch.setattr(beside, "WORK", "import time; time.sleep(600)")
    started = []
    popen = beside.subprocess.Popen

    def start(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(beside.subprocess, "Popen", start)
    with pytest.raises(KeyboardInterrupt), beside._clusters_beside(make("talks").path):
        raise KeyboardInterrupt
    assert started[0].poll() is not None
