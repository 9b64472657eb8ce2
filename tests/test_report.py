"""The report: it says what the library says, section by section, and harms nobody."""

import re
import shutil
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import semascope as sema
from semascope import data, page, report
from semascope.excerpt import beginning, from_difference
from semascope.report import change
from semascope.report.histogram import histogram
from semascope.similarity import rounded_down

RUN = "document['title']='broken'"  # a column's name may hold neither dots nor backticks
OVERRIDE = "\u202eright to left"
HOSTILE = (
    f"</script><script>{RUN}</script><img src=x onerror={RUN}><!-- {{{{7*7}}}} & \"' {OVERRIDE}"
)
VOID = {"meta", "link", "input", "img", "source", "br", "circle", "rect", "path"}


class Page(HTMLParser):
    """A page's tags, its text by section, and which passages each section names."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.passages, self.loose = [], {}, {}, []
        self._open = []
        self.feed(text)

    @property
    def _section(self):
        return next((a["id"] for t, a in self._open if t == "section" and "id" in a), "")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes))
        if "data-passage" in attributes:
            numbers = self.passages.setdefault(self._section, [])
            numbers.append(int(attributes["data-passage"]))

    def handle_endtag(self, tag):
        while tag not in VOID and self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open and self._open[-1][0] in ("script", "style", "title"):
            return
        self.text[self._section] = self.text.get(self._section, "") + data
        if OVERRIDE in data and not any(t == "bdi" or "dir" in a for t, a in self._open):
            self.loose.append(data)

    def says(self, section, words):
        """Say whether a section has these words, wherever its lines are broken."""
        return " ".join(words.split()) in " ".join(self.text[section].split())


@pytest.fixture(scope="module")
def index(model, tmp_path_factory):
    """Return a function that indexes rows in a new folder."""

    def index(rows, name="rows"):
        return sema.index(rows, to=tmp_path_factory.mktemp("rows") / f"{name}.lance", model=model)

    return index


@pytest.fixture(scope="module")
def talks(index):
    """Return 400 passages of speeches, one of them three times, and one nearly."""
    rows = pq.read_table(data.path("speeches")).slice(0, 18_000).take(np.arange(0, 18_000, 45))
    rows = rows.select(["text", "year", "president"]).to_pylist()
    same = [dict(rows[7], year=year) for year in (1990, 1991)]
    near = dict(rows[9], text=rows[9]["text"] + " So it is.")
    return index([*rows, *same, near], "speeches")


@pytest.fixture(scope="module")
def drawn(talks, tmp_path_factory):
    """Return the page of the speeches."""
    return draw(talks, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def hostile(index):
    """Return a collection in which whatever a user can name or write is meant to do harm."""
    rows = [
        {"text": f"{HOSTILE} {word}", HOSTILE: HOSTILE, f"year {HOSTILE}": 1990 + i}
        for i, word in enumerate(["cat", "dog", "tax", "war", "sea", "sun", "cat"])
    ]
    name = "rows" if sys.platform == "win32" else HOSTILE.replace("/", "|")
    return index(rows, name)


def draw(talks, folder, **options):
    talks.draw(folder / "report.html", **options)
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_header_says_what_it_is_and_nothing_of_the_machine(talks, drawn):
    assert drawn.says("", "403 rows, 403 passages · column text · model all-MiniLM-L6-v2")
    names = talks.clusters().names
    finding = f"{len(names)} groups of passages, the largest on “{names[0]}”; since the 1790s, "
    assert drawn.says("", f"speeches {finding}")
    assert not any(str(talks.path.parent) in str(part) for part in (drawn.tags, drawn.text))


def test_the_sections_are_those_that_the_navigation_names(drawn):
    links = [a["href"][1:] for t, a in drawn.tags if t == "a" and "data-passage" not in a]
    sections = [a["id"] for t, a in drawn.tags if t == "section" and "aria-labelledby" in a]
    assert links == sections == ["map", "clusters", "time", "duplicates", "oddities", "trust"]


def test_no_heading_skips_a_level(drawn):
    levels = [int(tag[1]) for tag, _ in drawn.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))


def test_clusters_have_their_names_sizes_typical_and_edge_passages(talks, drawn):
    coarse, medium = talks.clusters("coarse"), talks.clusters()
    tree = report.gather(talks).clusters
    assert [cluster.name for cluster in tree] == coarse.names
    assert sorted(child.label for parent in tree for child in parent.children) == list(
        range(len(medium.names))
    )
    for parent in tree:
        assert sum(child.size for child in parent.children) == parent.size
        for child in parent.children:
            assert [row.number for row in child.typical] == medium.typical[child.label]
            assert drawn.says("clusters", f"{child.size:,} · ")
            assert drawn.says("clusters", child.name) or len(parent.children) == 1
            if child.edge:
                assert child.edge.number == medium.edge[child.label]
    named = {number for rows in medium.typical for number in rows} | set(medium.edge)
    assert set(drawn.passages["clusters"]) == named


def test_a_typical_passage_is_quoted_from_where_the_words_of_the_name_are(talks):
    for parent in report.gather(talks).clusters:
        for row in parent.children[0].typical:
            whole = " ".join(talks.texts[row.number].split())
            assert row.text.removeprefix("… ").removesuffix("\xa0…") in whole
            assert len(row.text) <= 282  # and "… "


def test_what_rises_and_falls_is_as_the_timeline_says(talks, drawn):
    found, said = talks.timeline("year"), report.gather(talks).change
    for trends, curves in ((found.rising, said.rising), (found.falling, said.falling)):
        assert [curve.name for curve in curves] == [trend.name for trend in trends]
        for trend, curve in zip(trends, curves, strict=True):
            early, late = (page.words.percent(share) for share in (trend.early, trend.late))
            assert drawn.says("time", f"{trend.name} {early} → {late}")
            np.testing.assert_array_equal(curve.low, found.low[:, trend.cluster])
    assert said.rising, "else this test tests nothing"
    assert sum(said.rows) == 403
    assert drawn.says("time", f"by {found.unit}, from the {found.bins[0]} to the {found.bins[-1]}")


def test_duplicates_are_counted_and_shown_keeper_first(talks, drawn):
    found = talks.duplicates()
    said = report.gather(talks).duplicates
    assert (said.same, said.near, said.copies) == (1, len(found.groups) - 1, found.copies)
    for group, shown in zip(found.groups, said.groups, strict=False):
        assert shown.keeper.number == group.keeper
        assert {repeat.row.number for repeat in shown.repeats} <= set(group.numbers)
    assert drawn.says("duplicates", f"Passages that repeat one that is kept: {found.copies} of 403")
    assert drawn.says("duplicates", f"similarity of {rounded_down(found.threshold)} or more")
    assert drawn.passages["duplicates"][0] == found.groups[0].keeper
    assert sum(said.nearest.counts) == len(set(talks.texts))


def test_oddities_are_the_outliers_and_why(talks, drawn):
    outliers = talks.outliers()
    named = [number for outlier in outliers for number in (outlier.number, outlier.nearest)]
    assert drawn.passages["oddities"] == named
    for outlier in outliers:
        assert all(drawn.says("oddities", reason) for reason in outlier.why)


def test_trust_has_the_figures_of_the_map_and_of_the_clusters(talks, drawn):
    drawing, said = talks.map(), report.gather(talks).trust
    assert sum(said.on_map.honesty.counts) == sum(said.in_clusters.strength.counts) == 403
    assert np.arange(16) @ said.on_map.honesty.counts / 403 / 15 == pytest.approx(drawing.kept)
    assert drawn.says("trust", f"The map keeps {drawing.kept * 15:.1f} of a passage’s 15 nearest")
    weak = (talks.clusters().strength < 0.5).mean()
    assert drawn.says("trust", f"{weak:.0%} of the passages are tied more closely")
    assert drawn.says("trust", f"typically at a cosine similarity of {said.of_pairs.middle:.2f}")
    torn = [bool(talks.map().torn(number)) for number in range(403)]
    assert said.on_map.torn == pytest.approx(np.mean(torn), abs=0.1)  # of 200, three sigma


def test_percentile_and_similarity_are_each_others_inverse(talks):
    similarity = talks.similarity_at(95)
    assert talks.percentile(similarity) == pytest.approx(95, abs=0.01)
    with pytest.raises(sema.SemascopeError, match="between 0 and 100, got 101"):
        talks.similarity_at(101)


def test_stability_is_told_where_it_is_known_and_else_how_to_know(talks, drawn, tmp_path):
    assert drawn.says("trust", "semascope clusters speeches.lance --stability")
    shutil.copytree(talks.path, tmp_path / "speeches.lance")
    copy = sema.open(tmp_path / "speeches.lance")
    often = copy.clusters(stability=True).stability
    told = draw(copy, tmp_path)
    assert not told.says("trust", "--stability")
    stable = sum(n >= 8 for n in often)
    assert told.says("trust", f"{stable} of {page.words.count(len(often), 'group')}. Doubt")
    assert all(told.says("clusters", f"found again {n}/10") for n in often)


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"year": [1990, 1991], "made": [datetime(2001, 1, 1), datetime(2003, 1, 1)]}, "made"),
        ({"publishedAt": ["2001-01", "2002-05"]}, "publishedAt"),
        ({"date": ["soon", "late"], "birth_year": [412, 399]}, "birth_year"),
        ({"day": [3, 28], "month": [1, 12]}, None),
        ({"runtime": [1990, 2001], "candidate": [1990, 2001]}, None),
        ({"year": [1990, 1990]}, None),
        ({"year": pa.nulls(2, pa.int64())}, None),
        ({}, None),
    ],
)
def test_the_column_that_tells_of_time_is_found(index, columns, chosen):
    talks = index(pa.table({"text": ["a cat", "the tax on tea"], **columns}))
    found = change.gather(talks, talks.info())
    assert (found and found.column) == chosen


@pytest.mark.parametrize("texts", [["a cat"], ["a cat"] * 9, ["a cat", "a dog"]])
def test_little_or_always_the_same_still_makes_a_page(index, tmp_path, texts):
    talks = index(texts)
    drawing = draw(talks, tmp_path)
    assert drawing.says("", f"One group of passages, on “{talks.clusters().names[0]}”")
    assert "time" not in drawing.text  # nor is it in the navigation
    assert ("a", {"href": "#time"}) not in drawing.tags
    one = len(set(texts)) == 1
    assert drawing.says("oddities", "All passages have one text") == one
    assert drawing.says("trust", "nothing that this map could have torn") == one
    assert drawing.says("duplicates", "No passage repeats another") == (
        len(set(texts)) == len(texts)
    )


def test_options_of_the_map_work_for_the_page(talks, tmp_path):
    colored = draw(talks, tmp_path, color="year", dark=True)
    assert dict(colored.tags)["html"]["data-theme"] == "dark"
    assert not any(a.get("class") == "dot" for _, a in colored.tags)  # clusters have no color then
    assert draw(talks, tmp_path, honesty=True).says("trust", "The map keeps")


def test_more_passages_than_a_browser_takes_make_a_picture(talks, drawn, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "MOST", 402)
    drawing = draw(talks, tmp_path)
    assert dict(drawing.tags)["img"]["alt"].startswith("speeches: ")
    assert not drawing.passages  # nothing to select them on
    assert "script" not in dict(drawing.tags)
    assert drawing.text["oddities"].split() == drawn.text["oddities"].split()


def test_the_same_collection_gives_the_same_page(talks, tmp_path):
    pages = []
    for name in ("a.html", "b.html"):
        sema.open(talks.path).draw(tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


# --- hostile text ---


def test_hostile_text_is_shown_as_text(hostile, tmp_path):
    drawing = draw(hostile, tmp_path)
    tags = [tag for tag, _ in drawing.tags]
    assert tags.count("script") == 2  # the data and the map's own
    assert "img" not in tags
    assert not any(name.startswith("on") or name == "style" for _, a in drawing.tags for name in a)
    for section in ("clusters", "time", "oddities"):
        assert drawing.says(section, HOSTILE[:60])
        assert "{{7*7}}" in drawing.text[section]
    assert hostile.path.stem in drawing.text[""]
    assert not drawing.loose  # no override of the writing direction reaches further


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium to run pages")
def test_a_browser_runs_nothing_of_a_hostile_page_and_has_nothing_to_complain_of(hostile, tmp_path):
    draw(hostile, tmp_path)
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom",
        (tmp_path / "report.html").as_uri(),
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "<title>broken" not in shown.stdout
    assert "canvas" in dict(Page(shown.stdout).tags)  # the page's own script ran
    assert "img" not in dict(Page(shown.stdout).tags)
    assert "CONSOLE" not in shown.stderr  # neither errors nor what the policy forbade


# --- parts ---


def test_a_beginning_is_cut_between_words_and_never_longer_than_asked():
    assert beginning("one  two\nthree", 20) == "one two three"
    assert beginning("one two three", 12) == "one two\xa0…"
    assert beginning("o" * 30, 12) == "o" * 10 + "\xa0…"


def test_a_difference_is_shown_with_some_words_before_it():
    same = "so many words are the same in both of them that nobody need read them, and then "
    assert from_difference(f"{same}one", f"{same}two") == "… need read them, and then one"
    assert from_difference("a cat", "a dog") == "a cat"


def test_a_histogram_counts_each_value_once_the_ends_too():
    found = histogram(np.array([-1, 0, 0.1, 0.2, 0.999, 1, 7]), 0, 1, 5)
    assert found.counts == [3, 1, 0, 0, 3]
    assert found.at(0.25) == 0.25
