"""The page: whole, harmless whatever the text, and true to what went in."""

import base64
import datetime
import hashlib
import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from semascope.cartography import LIGHT
from semascope.coloring import by_category
from semascope.errors import FileError, InvalidValue
from semascope.page import Picture, Points, write_page
from semascope.page.points import FAR
from semascope.page.words import count, percent
from semascope.report import Cluster, Duplicates, Oddities, Report, Trust
from semascope.structure import honesty

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>{{script}}\u2028&\"'"


class Page(HTMLParser):
    """The tags of a page, and what its scripts and styles hold."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.blocks, self.policy = [], {}, ""
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self._open = attributes.get("id", tag)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]

    def handle_endtag(self, _):
        self._open = None

    def handle_data(self, data):
        if self._open in ("data", "script", "style", "title"):
            self.blocks[self._open] = self.blocks.get(self._open, "") + data


@pytest.fixture
def report():
    """Return the least that a report holds: what the sections tell is in test_report.py."""
    return Report(
        name="Speeches",
        file="Speeches.lance",
        finding="2 groups.",
        rows=5,
        passages=5,
        text="text",
        model="all-MiniLM-L6-v2",
        clusters=[Cluster(0, "all", 5, 1.0, None)],
        change=None,
        duplicates=Duplicates(0, 0, 0, 0.9, True, None, [], None),
        oddities=Oddities(None, []),
        trust=Trust(None, None, None, None, None, 0, 0, "exact", "f32", 384),
    )


@pytest.fixture
def content():
    rng = np.random.default_rng(0)
    return {
        "coordinates": rng.normal(size=(5, 2)).astype(np.float32),
        "labels": np.array([0, 0, 0, 1, 1]),
        "names": ["farmers, crops", "war, peace"],
        "texts": ["one", "Zwei 😀", "three", "four", "five"],
        "columns": {"year": [1936, 1937, 1938, 1939, 1940]},
        "neighbors": np.array([[1, 2], [0, 2], [0, 1], [4, -1], [3, -1]]),
    }


@pytest.fixture
def write(tmp_path, content, report):
    """Write the page with some of its content changed; return its text and its parts."""

    def write(name="Speeches", dark=False, **changes):
        view = Points(**{**content, **changes})
        write_page(tmp_path / "map.html", replace(report, name=name), view=view, dark=dark)
        text = (tmp_path / "map.html").read_text(encoding="utf-8")
        return text, Page(text)

    return write


def data_of(page):
    return json.loads(page.blocks["data"])


def unpack(packed, dtype):
    return np.frombuffer(base64.b64decode(packed), dtype)


def test_the_data_are_what_went_in(write, content):
    data = data_of(write()[1])
    np.testing.assert_array_equal(
        unpack(data["coordinates"], "<f4").reshape(-1, 2), content["coordinates"]
    )
    np.testing.assert_array_equal(unpack(data["labels"], "<i4"), content["labels"])
    k = data["neighbors"]["k"]
    np.testing.assert_array_equal(
        unpack(data["neighbors"]["indices"], "<i4").reshape(-1, k), content["neighbors"]
    )
    assert data["texts"] == content["texts"]
    assert data["names"] == content["names"]
    assert data["columns"] == [["year", ["1936", "1937", "1938", "1939", "1940"]]]


def test_the_policy_lets_only_the_pages_own_script_and_style_run(write):
    _, page = write()

    def digest(block):
        raw = hashlib.sha256(page.blocks[block].encode()).digest()
        return f"'sha256-{base64.b64encode(raw).decode()}'"

    assert page.policy == (
        f"default-src 'none'; script-src {digest('script')}; style-src {digest('style')}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    scripts = [attributes.get("type") for tag, attributes in page.tags if tag == "script"]
    assert scripts == ["application/json", None]


def test_the_page_fetches_nothing(write):
    text, page = write()
    sources = [a[name] for _, a in page.tags for name in ("src", "href", "srcset") if name in a]
    elsewhere = [source for source in sources if not source.startswith("#")]
    assert elsewhere == ["data:,"]  # an empty icon, or the browser would ask for one
    assert "http://" not in text
    assert "https://" not in text
    assert not any(name.startswith("on") or name == "style" for _, a in page.tags for name in a)


def test_nothing_is_ever_parsed_as_html(write):
    script = write()[1].blocks["script"]
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script


def test_hostile_text_stays_text_wherever_it_stands(write):
    _, plain = write()
    text, page = write(
        name=HOSTILE, texts=[HOSTILE] * 5, names=[HOSTILE] * 2, columns={HOSTILE: [HOSTILE] * 5}
    )
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.blocks["title"] == HOSTILE
    assert page.blocks["script"] == plain.blocks["script"]
    assert "<img" not in text
    assert "<" not in page.blocks["data"]
    assert "\u2028" not in page.blocks["data"]
    data = data_of(page)
    assert data["texts"][0] == data["names"][1] == HOSTILE
    assert data["columns"] == [[HOSTILE, [HOSTILE] * 5]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (float("nan"), ""),
        (np.float32("nan"), ""),
        (np.datetime64("NaT"), ""),
        (np.datetime64("1936-01-03", "ns"), "1936-01-03T00:00:00.000000000"),
        ("None", "None"),
        ("nan", "nan"),
        (1936.0, "1936"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
        (np.int64(7), "7"),
        (True, "True"),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
        (datetime.date(1936, 1, 3), "1936-01-03"),
        (["a", {"b": None}], "['a', {'b': None}]"),
        ("x" * 501, "x" * 499 + "…"),
        ("a\x00b", "a\x00b"),
        ("lone \ud800", "lone ?"),
    ],
)
def test_any_value_of_a_column_is_shown(write, value, shown):
    data = data_of(write(columns={"it": [value] * 5})[1])
    assert data["columns"] == [["it", [shown] * 5]]


def test_colors_and_honesty_are_what_went_in(write):
    made = by_category(HOSTILE, ["a", HOSTILE, HOSTILE, "", "a"], LIGHT)
    _, page = write(coloring=made, honesty=np.array([0, 0.2, 0.4, 0.6, 1]), dark=True)
    data = data_of(page)
    np.testing.assert_array_equal(unpack(data["coloring"]["index"], "u1"), made.index)
    assert data["coloring"]["name"] == HOSTILE
    assert [tuple(entry) for entry in data["coloring"]["key"]] == list(made.key)
    np.testing.assert_array_equal(unpack(data["honesty"], "u1"), [0, 51, 102, 153, 255])
    assert dict(page.tags)["html"]["data-theme"] == "dark"
    assert dict(write()[1].tags)["html"]["data-theme"] == "system"
    assert data_of(write()[1])["coloring"] is None


def test_the_page_calls_the_same_neighbors_far_as_the_library():
    assert FAR == honesty.FAR


def test_no_passages_and_no_neighbors_still_make_a_page(write):
    _, page = write(
        coordinates=np.empty((0, 2)), labels=np.empty(0, dtype=int), names=[], texts=[],
        columns={"year": []}, neighbors=None,
    )  # fmt: skip
    assert data_of(page)["neighbors"] == {"k": 0, "indices": ""}


def test_the_same_content_gives_the_same_page_and_no_other_file(write, tmp_path):
    assert write()[0] == write()[0]
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_a_page_of_18_000_passages_has_a_few_megabytes(tmp_path, report):
    n, rng = 18_000, np.random.default_rng(0)
    view = Points(
        coordinates=rng.normal(size=(n, 2)),
        labels=np.arange(n) % 50, names=["a, b, c"] * 50, texts=["fourteen bytes " * 15] * n,
        columns={"year": [1900] * n, "president": ["Franklin D. Roosevelt"] * n},
        neighbors=rng.integers(0, n, (n, 15)),
    )  # fmt: skip
    write_page(tmp_path / "map.html", report, view=view)
    assert (tmp_path / "map.html").stat().st_size < 8e6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": ["one"]}, "texts must have one entry a passage: 5, got 1"),
        ({"columns": {"year": [1]}}, "column 'year' must have one entry a passage: 5, got 1"),
        ({"neighbors": np.zeros((4, 2), dtype=int)}, "neighbors must have one entry a passage"),
        ({"neighbors": np.full((5, 2), 5)}, "neighbors must lie between 0 and 4"),
        ({"labels": np.array([0, 0, 0, 1, 2])}, "between 0 and 1"),
        (
            {"coordinates": np.zeros((250_001, 2)), "labels": np.zeros(250_001, dtype=int)},
            "up to 250,000 points, got 250,001; give it a picture",
        ),
    ],
)
def test_content_that_does_not_fit_together_is_refused(write, changes, message):
    with pytest.raises(InvalidValue, match=message):
        write(**changes)


def test_a_missing_folder_is_named(tmp_path, content, report):
    with pytest.raises(FileError, match=r"there is no folder .*absent; create it first"):
        write_page(tmp_path / "absent" / "map.html", report, view=Points(**content))


def test_a_lone_surrogate_becomes_a_question_mark(tmp_path, content, report):
    report = replace(report, name="lone \ud800", finding="\udfff")
    write_page(tmp_path / "map.html", report, view=Points(**content))
    assert "<title>lone ?</title>" in (tmp_path / "map.html").read_text(encoding="utf-8")


def test_a_reader_is_warned_of_what_spoils_the_report(tmp_path, content, report, write):
    trust = replace(report.trust, foreign=0.6, cut=3, split=3)
    write_page(tmp_path / "a.html", replace(report, trust=trust), view=Points(**content))
    warned, usual = (tmp_path / "a.html").read_text(encoding="utf-8"), write()[0]
    for warning in ("60% of the texts are not in English", "Longer than the model reads: 3 rows."):
        assert warning in warned
        assert warning not in usual


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_needs_no_script_and_has_its_alt_text(tmp_path, report, dark):
    view = Picture(b"light", b"dark", HOSTILE)
    write_page(tmp_path / "map.html", report, view=view, dark=dark)
    page = Page((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert "script-src 'none'" in page.policy
    tags = dict(page.tags)
    assert "script" not in tags
    assert tags["img"]["alt"] == HOSTILE
    shown = b"dark" if dark else b"light"
    assert tags["img"]["src"] == f"data:image/png;base64,{base64.b64encode(shown).decode()}"
    assert ("source" in tags) != dark  # by itself, it is as the reader's system


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0%"), (0.0001, "<0.1%"), (0.0042, "0.4%"), (0.25, "25%"), (0.9999, "99.9%"),
        (1, "100%"),
    ],
)  # fmt: skip
def test_a_share_is_0_of_nothing_and_100_of_all_only(share, written):
    assert percent(share) == written


def test_a_count_has_its_noun():
    assert [count(1, "row"), count(2000, "row"), count(0)] == ["1 row", "2,000 rows", "0"]
