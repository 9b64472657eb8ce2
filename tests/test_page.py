"""The page: whole, harmless whatever the text, and true to what went in."""

import base64
import gzip
import hashlib
import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest

import semascope as sema
from semascope import explorer
from semascope.errors import FileError, InvalidValue
from semascope.page import Picture, write_page
from semascope.page.words import count, percent
from semascope.report import Cluster, Duplicates, Oddities, Report, Trust

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>{{script}}\u2028&\"'"


class Page(HTMLParser):
    """The tags of a page, and what its scripts and styles hold."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.blocks, self.styles, self.policy = [], {}, [], ""
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self._open = attributes.get("id", tag) if tag != "title" else tag
        if tag == "style":
            self.styles.append("")
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]

    def handle_endtag(self, _):
        self._open = None

    def handle_data(self, data):
        if self._open in ("explorer-data", "script", "style", "title"):
            self.blocks[self._open] = self.blocks.get(self._open, "") + data
            if self._open == "style":
                self.styles[-1] += data


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


ROWS = [
    {"text": "farmers bring in the crops", "year": 1936, HOSTILE: HOSTILE},
    {"text": "a good harvest of wheat 😀", "year": 1937, HOSTILE: None},
    {"text": HOSTILE, "year": None, HOSTILE: "a\x00b"},
    {"text": "the navy wants ships", "year": 1939, HOSTILE: ""},
    {"text": "peace, and no war at sea", "year": 1940, HOSTILE: "x" * 501},
]


@pytest.fixture(scope="module")
def talks(tmp_path_factory, model):
    return sema.index(
        ROWS, text="text", to=tmp_path_factory.mktemp("page") / "t.lance", model=model
    )


@pytest.fixture(scope="module")
def view(talks):
    """Return what the explorer shows of a collection with hostile texts, values and names."""
    return explorer.stored(talks)


@pytest.fixture
def write(tmp_path, view, report):
    """Write the page; return its text and its parts."""

    def write(name="Speeches", **options):
        write_page(tmp_path / "map.html", replace(report, name=name), view=view, **options)
        text = (tmp_path / "map.html").read_text(encoding="utf-8")
        return text, Page(text)

    return write


def unpack(packed):
    return pa.ipc.open_stream(gzip.decompress(base64.b64decode(packed))).read_all()


def digest(block):
    return f"'sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}'"


def test_the_data_are_what_went_in(write, talks):
    data = json.loads(write()[1].blocks["explorer-data"])
    assert unpack(data["texts"])["text"].to_pylist() == talks.texts
    points, drawn = unpack(data["points"]), talks.map()
    np.testing.assert_array_equal(points["x"], drawn.coordinates[:, 0])
    np.testing.assert_array_equal(points["y"], drawn.coordinates[:, 1])
    np.testing.assert_array_equal(points["honesty"], drawn.honesty)
    for level in ("coarse", "medium", "fine"):
        clusters = talks.clusters(level)
        np.testing.assert_array_equal(points[level], clusters.labels)
        told = [cluster["name"] for cluster in data["about"]["clusters"][level]]
        assert told == list(clusters.names)
    near, k = unpack(data["neighbors"]), data["k"]
    np.testing.assert_array_equal(near["number"].to_numpy().reshape(-1, k), talks.neighbors())
    pair = talks.embeddings[0] @ talks.embeddings[near["number"][0].as_py()]
    assert near["similarity"][0].as_py() == pytest.approx(pair, abs=1e-6)
    percentile = talks.percentile(near["similarity"][0].as_py())
    assert near["percentile"][0].as_py() == pytest.approx(percentile, abs=0.01)
    assert [column["name"] for column in data["about"]["columns"]] == ["year", HOSTILE]
    shown = unpack(data["values"])
    assert shown["0"].to_pylist() == ["1936", "1937", "", "1939", "1940"]
    assert shown["1"].to_pylist() == [HOSTILE, "", "a\x00b", "", "x" * 499 + "…"]
    years = unpack(data["columns"][0])["value"].to_numpy()
    np.testing.assert_array_equal(years, [1936, 1937, np.nan, 1939, 1940])


def test_the_policy_lets_only_the_pages_own_script_and_styles_run(write):
    _, page = write()
    assert page.policy == (
        f"default-src 'none'; script-src {digest(page.blocks['script'])}; "
        f"style-src {' '.join(map(digest, page.styles))}; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    )
    scripts = [attributes.get("type") for tag, attributes in page.tags if tag == "script"]
    assert scripts == ["application/json", "module"]


def test_the_page_fetches_nothing(write):
    _, page = write()
    sources = [a[name] for _, a in page.tags for name in ("src", "href", "srcset") if name in a]
    elsewhere = [source for source in sources if not source.startswith("#")]
    assert elsewhere == ["data:,"]  # an empty icon, or the browser would ask for one
    assert not any(name.startswith("on") or name == "style" for _, a in page.tags for name in a)


def test_the_pages_script_runs_no_text_as_code(write):
    script = write()[1].blocks["script"]
    for way in ("eval(", "new Function", "import(", "document.write", "insertAdjacentHTML"):
        assert way not in script


def test_hostile_text_stays_text_wherever_it_stands(write):
    _, plain = write()
    text, page = write(name=HOSTILE)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.blocks["title"] == HOSTILE
    assert page.blocks["script"] == plain.blocks["script"]
    assert "<img" not in text
    assert "<" not in page.blocks["explorer-data"]
    assert "\u2028" not in page.blocks["explorer-data"]


def test_a_page_opens_as_it_was_asked_to(write):
    tags = {attributes.get("id"): attributes for _, attributes in write(start="a=1&b")[1].tags}
    assert tags["explorer"]["data-start"] == "a=1&b"
    assert dict(write(dark=True)[1].tags)["html"]["data-theme"] == "dark"
    assert dict(write()[1].tags)["html"]["data-theme"] == "system"


def test_a_notebook_gets_a_frame_that_may_run_scripts_and_nothing_else(talks, view):
    shown = talks.explore(height=400)
    (_, frames), *_ = Page(shown._repr_html_()).tags
    assert (frames["sandbox"], frames["height"]) == ("allow-scripts", "400")
    inner = Page(frames["srcdoc"])
    allowed = f"default-src 'none'; script-src {digest(inner.blocks['script'])}; style-src "
    assert inner.policy.startswith(allowed)
    assert json.loads(inner.blocks["explorer-data"]) == json.loads(json.dumps(view))
    assert repr(shown) == "Frame(command='semascope open t.lance')"


def test_a_notebook_is_not_given_more_than_it_holds(talks, monkeypatch):
    monkeypatch.setattr("semascope.page.MOST", 4)
    with pytest.raises(
        InvalidValue, match="holds up to 4 passages, got 5; in a terminal: semascope open"
    ):
        talks.explore()


def test_the_same_content_gives_the_same_page_and_no_other_file(write, tmp_path):
    assert write()[0] == write()[0]
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_a_missing_folder_is_named(tmp_path, view, report):
    with pytest.raises(FileError, match=r"there is no folder .*absent; create it first"):
        write_page(tmp_path / "absent" / "map.html", report, view=view)


def test_a_lone_surrogate_becomes_a_question_mark(tmp_path, view, report):
    report = replace(report, name="lone \ud800", finding="\udfff")
    write_page(tmp_path / "map.html", report, view=view)
    assert "<title>lone ?</title>" in (tmp_path / "map.html").read_text(encoding="utf-8")


def test_a_reader_is_warned_of_what_spoils_the_report(tmp_path, view, report, write):
    trust = replace(report.trust, foreign=0.6, cut=3, split=3)
    write_page(tmp_path / "a.html", replace(report, trust=trust), view=view)
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
