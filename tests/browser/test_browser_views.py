"""Duplicates, oddities and time: what the library says of the selection."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

LOADING = re.compile("^…$")


@pytest.fixture
def first_half(talks):
    """Return a filter that half of the passages pass, and which they are."""
    middle = int(np.median(talks.column("year").to_pylist()))
    return [["year", 1790, middle]], talks.passing(f"year <= {middle}")


def beginnings(reader, label):
    """Return how the passages of the lists of a name begin."""
    shown = reader.panel.get_by_role("list", name=label, exact=True).locator(".words")
    expect(shown.filter(has_text=LOADING)).to_have_count(0)
    return [
        text.removeprefix("… ").removesuffix(" …").split(" …")[0]
        for text in shown.all_inner_texts()
    ]


def test_what_is_said_twice_is_listed_by_groups(visit, talks):
    reader = visit(talks, right="duplicates")
    found = talks.duplicates()
    assert len(found.groups) > 1  # two passages were put in twice
    expect(reader.panel).to_contain_text(
        f"in {len(found.groups):,} groups; nearly the same from cosine"
    )
    kept = reader.panel.get_by_role("list", name="Kept, the longest")
    expect(kept).to_have_count(min(len(found.groups), 50))
    for text, group in zip(beginnings(reader, "Kept, the longest"), found.groups, strict=False):
        assert text in talks.texts[group.keeper]


def test_duplicates_are_those_within_the_selection(visit, talks, first_half):
    filters, numbers = first_half
    groups = [
        group for group in talks.duplicates().groups if np.isin(group.numbers, numbers).sum() > 1
    ]
    reader = visit(talks, right="duplicates", filters=filters)
    expect(reader.panel.get_by_role("list", name="Kept, the longest")).to_have_count(
        min(len(groups), 50)
    )


def test_oddities_come_with_their_reasons(visit, talks):
    reader = visit(talks, right="oddities")
    found = talks.outliers(n=200)[:50]
    expect(reader.panel.get_by_role("list", name="Odd", exact=True)).to_have_count(50)
    for text, outlier in zip(beginnings(reader, "Odd"), found, strict=True):
        assert text in talks.texts[outlier.number]
    for reason in found[0].why:
        expect(reader.panel).to_contain_text(reason)


def test_oddities_are_those_within_the_selection(visit, talks, first_half):
    filters, numbers = first_half
    odd = [outlier for outlier in talks.outliers(n=200) if outlier.number in numbers]
    reader = visit(talks, right="oddities", filters=filters)
    expect(reader.panel.get_by_role("list", name="Odd", exact=True)).to_have_count(
        min(len(odd), 50)
    )
    expect(reader.panel).to_contain_text(f"{len(odd)} of them are in the selection")
    reader.panel.get_by_role("list", name="Odd", exact=True).first.get_by_role("button").click()
    reader.expect_chosen(selected=odd[0].number)


def test_time_counts_the_selection_by_stretches(visit, talks):
    reader = visit(talks, right="time", region=["medium", 0])
    found = talks.timeline("year")
    inside = talks.clusters("medium").labels == 0
    rows = reader.panel.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(len(found.bins) + 1)
    shown = rows.evaluate_all(
        "all => all.map((row) => [...row.children].map((c) => c.textContent))"
    )
    assert shown[1:] == [
        [name, str((inside & (found.bin == at)).sum()), str((found.bin == at).sum())]
        for at, name in enumerate(found.bins)
    ]


def test_time_names_what_rises_and_falls_and_a_click_selects_it(visit, talks):
    reader = visit(talks, right="time")
    found = talks.timeline("year")
    assert found.rising
    for trend in [*found.rising[:3], *found.falling[:3]]:
        expect(reader.panel.get_by_role("button", name=trend.name)).to_be_visible()
    reader.panel.get_by_role("button", name=found.rising[0].name).click()
    reader.expect_chosen(region=["medium", found.rising[0].cluster])


def test_time_by_dates_that_have_gaps(visit, talks):
    reader = visit(talks, right="time")
    reader.panel.get_by_label("Time by").select_option(label="day")
    found = talks.timeline("day")
    expect(reader.panel).to_contain_text(f"{found.undated} of the selection without a date")


def test_a_cluster_shows_its_typical_passages(visit, talks):
    reader = visit(talks)
    clusters = talks.clusters("medium")
    reader.finder.get_by_role("button", expanded=False).first.click()
    first = reader.finder.locator(".item, li").first
    name = first.locator(".name").first.inner_text()
    typical = clusters.typical[list(clusters.names).index(name)]
    shown = reader.finder.locator(".words")
    expect(shown).to_have_count(len(typical))
    expect(shown.filter(has_text=LOADING)).to_have_count(0)
    for text, number in zip(shown.all_inner_texts(), typical, strict=True):
        assert text[:40] in talks.texts[number]
