"""The explorer's server: who gets in, that it answers what the library answers, how it stops.

It runs as a process of its own, as a user starts it, and is asked by `http.client` and by bare
sockets, so that every header is exactly what the test says.
"""

import asyncio
import base64
import http.client
import io
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

import semascope as sema
from semascope import data, server
from semascope.errors import FileError, InvalidValue, SemascopeError
from semascope.explorer import built
from semascope.server import page
from semascope.server.guard import HEADERS, MOST_BYTES
from semascope.server.live import Live

PAGE = {path: page.asset(path, name.encode() * 100) for path, name in page.FILES.items()}
TOKEN = "guess-me"  # noqa: S105  (of a server that only this process reaches)
QUERY = "help for farmers hit by drought"
# What is well-formed may not be there: a column 99, bits of a smaller collection
NOT_MEANT = [positive_data_acceptance]
# The server as `semascope open` starts it, but for the page, which need not be built.
SERVE = """
import sys
import semascope as sema
from semascope import server
from semascope.server import page

built = {path: page.asset(path, name.encode() * 100) for path, name in page.FILES.items()}
server.serve(
    server.Live(sema.open(sys.argv[1])),
    server.listen(port=0),
    page=built,
    on_ready=lambda link: print(link, flush=True),
)
"""


class Client:
    """Asks a server by its link."""

    def __init__(self, link):
        parts = urlsplit(link)
        self.host, self.port, self.token = parts.netloc, parts.port, parts.query
        self.cookie = ""

    def ask(self, method, path, body=None, **headers):
        """Return the answer, its body read; a header is left out if it is None."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        given = {"host": self.host, "cookie": self.cookie or None}
        if body is not None:
            given |= {"content-type": "application/json", "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    connection.putheader(name, each)
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def let_in(self):
        answer = self.ask("GET", f"/?{self.token}")
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def json(self, method, path, body=None):
        answer = self.ask(method, path, body)
        assert answer.status == 200, answer.content
        return json.loads(answer.content)

    def arrow(self, method, path, body=None):
        answer = self.ask(method, path, body)
        assert answer.status == 200, answer.content
        assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
        return pa.ipc.open_stream(answer.content).read_all()

    def send(self, content):
        """Return the whole answer to bytes that are sent as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as raw:
            raw.sendall(content)
            return b"".join(iter(lambda: raw.recv(65_536), b""))


@pytest.fixture(scope="module")
def talks(tmp_path_factory, model):
    """Return a collection of 304 passages with a column of emoji."""
    table = pq.read_table(data.path("speeches")).take(np.arange(0, 18_200, 60))
    faces = pa.array(["🐈", "👩🏽‍🚀", None, "x"]).take(np.arange(table.num_rows) % 4)
    table = table.append_column("face", faces)
    to = tmp_path_factory.mktemp("served") / 'odd "names"; ü.lance'
    talks = sema.index(table, text="text", to=to, model=model)
    talks.map()
    talks.clusters()
    return talks


def start(path):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    link = process.stdout.readline().strip()
    assert link, process.communicate()[1]
    return process, Client(link)


@pytest.fixture(scope="module")
def stranger(talks):
    """Return what asks a running server without a cookie."""
    process, client = start(talks.path)
    yield client
    process.terminate()
    assert process.wait(15) == 0
    assert "Traceback" not in process.communicate()[1]


@pytest.fixture(scope="module")
def client(stranger):
    """Return what asks it with one."""
    return Client(f"http://{stranger.host}/?{stranger.token}").let_in()


def bits(numbers, N):
    flags = np.zeros(-(-N // 8) * 8, bool)
    flags[list(numbers)] = True
    return base64.b64encode(np.packbits(flags, bitorder="little").tobytes()).decode()


# --- who gets in ---


def test_a_link_is_exchanged_for_a_cookie_and_goes_out_of_the_address(stranger):
    answer = stranger.ask("GET", f"/?{stranger.token}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie, *rest = answer.headers["set-cookie"].split("; ")
    assert sorted(part.lower() for part in rest) == ["httponly", "path=/", "samesite=strict"]
    name, _, value = cookie.partition("=")
    assert name == f"semascope-{stranger.port}"
    assert value not in stranger.token
    assert stranger.token not in answer.headers.as_string()
    assert stranger.ask("GET", "/", cookie=f"a=b; {cookie}; c=d").status == 200


def test_to_a_link_in_another_sites_page_the_cookie_gets_through(stranger):
    """A browser sends no strict cookie to a redirect that another site has led to."""
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    answer = stranger.ask("GET", f"/?{stranger.token}", sec_fetch_dest="document", **link)
    assert answer.status == 200
    assert b'http-equiv="refresh" content="0; url=/"' in answer.content
    assert "set-cookie" in answer.headers


HOSTS = {
    "own": "127.0.0.1:{port}",
    "localhost": "localhost:{port}",
    "upper": "LOCALHOST:{port}",
    "evil": "evil.example",
    "evil with port": "evil.example:{port}",
    "bare": "127.0.0.1",
    "other port": "127.0.0.1:{other}",
    "suffix": "localhost.evil.example:{port}",
    "user": "localhost@evil.example:{port}",
    "dot": "localhost.:{port}",
    "v6": "[::1]:{port}",
    "empty": "",
}
GOOD_HOSTS = ["own", "localhost", "upper"]
ORIGINS = {
    "none": None,
    "own": "http://127.0.0.1:{port}",
    "localhost": "http://localhost:{port}",
    "null": "null",
    "evil": "http://evil.example",
    "https": "https://127.0.0.1:{port}",
    "other port": "http://127.0.0.1:{other}",
    "two": ["http://127.0.0.1:{port}", "http://evil.example"],
}
GOOD_ORIGINS = ["none", "own", "localhost"]
SITES = [None, "same-origin", "none", "same-site", "cross-site", "nonsense", ["none", "cross-site"]]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"]
KEYS = ["nothing", "token", "wrong token", "cookie", "wrong cookie", "other port's cookie"]


def at(port, text):
    """Return a header with the port in it, or each of several."""
    if isinstance(text, list):
        return [at(port, each) for each in text]
    return text and text.format(port=port, other=port + 1)


def expected_status(host, origin, site, method, key):
    """Return what must come of a request for ``/``, by the first rule that is broken."""
    if host not in GOOD_HOSTS:
        return 421
    if method not in ("GET", "HEAD", "POST"):
        return 405
    if origin not in GOOD_ORIGINS or site not in (None, "same-origin", "none"):
        return 403
    if key == "token":
        return 303
    if key != "cookie":
        return 401
    return 405 if method == "POST" else 200


def test_the_matrix_of_host_origin_site_method_and_key_lets_nothing_wrong_through(client):
    port = client.port
    cookies = {
        "cookie": client.cookie,
        "wrong cookie": f"semascope-{port}=guess",
        "other port's cookie": client.cookie.replace(str(port), str(port + 1), 1),
    }
    paths = {"token": f"/?{client.token}", "wrong token": "/?token=guess"}
    # Every two of the five with one another, and all that is good with all: not each of 36,000.
    cases = set()
    good = ("own", "none", 0, "GET", "cookie")
    axes = [list(HOSTS), list(ORIGINS), list(range(len(SITES))), METHODS, KEYS]
    for one, other in itertools.combinations(range(5), 2):
        for a, b in itertools.product(axes[one], axes[other]):
            case = list(good)
            case[one], case[other] = a, b
            cases.add(tuple(case))
    cases |= set(itertools.product(GOOD_HOSTS[:2], GOOD_ORIGINS, [0, 1, 3, 4], METHODS[:3], KEYS))
    for host, origin, site, method, key in sorted(cases):
        answer = client.ask(
            method,
            paths.get(key, "/"),
            b"{}" if method == "POST" else None,
            host=at(port, HOSTS[host]),
            origin=at(port, ORIGINS[origin]),
            sec_fetch_site=SITES[site],
            cookie=cookies.get(key),
        )
        case = (host, origin, SITES[site], method, key)
        assert answer.status == expected_status(host, origin, SITES[site], method, key), case
        assert ("set-cookie" in answer.headers) == (answer.status == 303), case
        assert "access-control-allow-origin" not in answer.headers
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (case, name)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/about", "/explorer.js", "/api/openapi.json", "/nothing"])
def test_without_the_cookie_nothing_is_told(stranger, path):
    for asked in (path, f"{path}?{stranger.token}"):
        answer = stranger.ask("GET", asked)
        assert answer.status == 401
        assert b"Open the link that the terminal shows" in answer.content
        assert "set-cookie" not in answer.headers


def test_another_sites_page_may_only_lead_to_the_front_door(client):
    cross = {"sec_fetch_site": "cross-site"}
    assert client.ask("GET", "/", **cross, sec_fetch_mode="navigate").status == 200
    assert client.ask("GET", "/", **cross, sec_fetch_mode="no-cors").status == 403
    frame = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}
    assert client.ask("GET", "/", **cross, **frame).status == 403
    assert client.ask("GET", "/api/about", **cross, sec_fetch_mode="navigate").status == 403
    assert client.ask("POST", "/", b"{}", **cross, sec_fetch_mode="navigate").status == 403


def test_several_hosts_are_none(client):
    head = f"GET /api/about HTTP/1.1\r\nCookie: {client.cookie}\r\nConnection: close\r\n"
    for hosts in (f"Host: {client.host}\r\nHost: evil.example\r\n", ""):
        assert client.send(f"{head}{hosts}\r\n".encode()).split()[1] == b"400"  # h11 sees to it
    old = f"GET /api/about HTTP/1.0\r\nCookie: {client.cookie}\r\n\r\n"
    assert client.send(old.encode()).split()[1] == b"421"
    absolute = f"GET http://evil.example/api/about HTTP/1.1\r\nHost: {client.host}\r\n"
    answer = client.send(f"{absolute}Cookie: {client.cookie}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] == b"404"


def test_errors_have_the_headers_too(client):
    for path, status in (("/nothing", 404), ("/api/columns/99", 422), ("/api/columns/x", 422)):
        answer = client.ask("GET", path)
        assert answer.status == status
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers
        assert isinstance(json.loads(answer.content)["detail"], str)


def test_a_head_has_no_body(client):
    for path in ("/", "/explorer.js", "/api/about"):
        answer = client.ask("HEAD", path)
        assert (answer.status, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) > 0


# --- how much ---


def test_what_is_sent_must_be_json(client):
    query = json.dumps({"numbers": [1]}).encode()
    assert client.ask("POST", "/api/rows", query, content_type=None).status == 415
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert client.ask("POST", "/api/rows", query, content_type=kind).status == 415
    assert (
        client.ask("POST", "/api/rows", query, content_type="application/json; a=b").status == 200
    )


def test_bodies_are_counted_as_they_come(client):
    head = (
        f"POST /api/rows HTTP/1.1\r\nHost: {client.host}\r\nCookie: {client.cookie}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\n"
    )
    said = client.send(f"{head}Content-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
    assert said.split()[1] == b"413"  # before a byte of it has come

    def chunked(size):
        body = b'{"numbers": [0]' + b" " * (size - 16) + b"}"
        chunks = [body[start : start + 60_000] for start in range(0, size, 60_000)]
        lines = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + lines + b"0\r\n\r\n"

    assert client.send(chunked(MOST_BYTES)).split()[1] == b"200"
    assert client.send(chunked(MOST_BYTES + 1)).split()[1] == b"413"


def test_an_answer_has_a_thousand_rows_of_text_at_most(client):
    assert len(client.json("POST", "/api/rows", {"numbers": [0] * 1_000})) == 1_000
    assert client.ask("POST", "/api/rows", {"numbers": [0] * 1_001}).status == 422
    query = {"query": QUERY, "mode": "vector", "k": 1_001, "filters": []}
    assert client.ask("POST", "/api/search", query).status == 422


# --- the page ---


def test_the_pages_files_are_kept_by_the_browser_while_they_are_the_same(client):
    whole = client.ask("GET", "/explorer.js")
    assert whole.headers["content-type"] == "text/javascript; charset=utf-8"
    assert whole.headers["cache-control"] == "no-cache"
    packed = client.ask("GET", "/explorer.js", accept_encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.content) < len(whole.content) / 2
    again = client.ask("GET", "/explorer.js", if_none_match=whole.headers["etag"])
    assert (again.status, again.content) == (304, b"")


def test_a_page_that_was_not_built_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr(built, "FOLDER", tmp_path)
    built.read.cache_clear()
    with pytest.raises(FileError, match=r"is not built yet; .* run: make explorer"):
        server.read_page()


# --- what is answered ---


def test_about_and_rows_are_the_collections(client, talks):
    about = client.json("GET", "/api/about")
    assert about["passages"] == len(talks)
    assert [c["name"] for c in about["clusters"]["medium"]] == list(talks.clusters().names)
    one, other = client.json("POST", "/api/rows", {"numbers": [7, 3]})
    assert (one["number"], one["text"], other["text"]) == (7, talks.texts[7], talks.texts[3])
    assert one["values"][0] == str(talks.rows([7])[0]["year"])
    assert one["values"][-1] == "x"


def test_points_and_columns_come_as_arrow(client, talks):
    points = client.arrow("GET", "/api/points")
    np.testing.assert_array_equal(points["x"].to_numpy(), talks.map().coordinates[:, 0])
    years = client.arrow("GET", "/api/columns/0")["value"].to_pylist()
    assert years == [row["year"] for row in talks.rows()]
    faces = client.arrow("GET", "/api/columns/5")["code"].combine_chunks().to_pylist()
    assert faces == [row["face"] for row in talks.rows()]


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
@pytest.mark.parametrize("is_filtered", [False, True])
def test_search_finds_what_the_library_finds(client, talks, mode, is_filtered):
    filters = [
        {"column": 0, "low": 1900, "high": 1980.5},
        {"column": 5, "values": ["🐈", None]},
    ]
    where = "year >= 1900 and year <= 1980 and (face in ('🐈') or face is null)"
    found = client.json(
        "POST",
        "/api/search",
        {"query": QUERY, "mode": mode, "k": 20, "filters": filters if is_filtered else []},
    )
    hits = talks.search(QUERY, k=20, mode=mode, where=where if is_filtered else None)
    assert [hit["number"] for hit in found["hits"]] == [hit.number for hit in hits]
    for hit, expected in zip(found["hits"], hits, strict=True):
        assert hit["text"] == expected.text
        assert hit["words"] == expected.words
        assert hit["similarity"] == pytest.approx(expected.similarity, abs=1e-6)  # float32
        assert hit["percentile"] == pytest.approx(expected.percentile, abs=0.01)  # of a rounding
    assert found["unknown_words"] == talks.unknown_words(QUERY)


def test_neighbors_have_their_similarity(client, talks):
    found = client.json("GET", "/api/neighbors/5")
    assert [near["number"] for near in found] == talks.neighbors()[5].tolist()
    for near in found:
        cosine = float(talks.embeddings[5] @ talks.embeddings[near["number"]])
        assert near["similarity"] == pytest.approx(cosine, abs=1e-6)  # float32
        assert 0 <= near["percentile"] <= 100
    assert client.ask("GET", f"/api/neighbors/{len(talks)}").status == 422


def test_why_is_the_librarys_explanation(client, talks):
    found = client.json("POST", "/api/why", {"a": 3, "b": 4})
    expected = sema.explain(talks.texts[3], talks.texts[4], model=talks.encoder)
    assert found["cosine"] == pytest.approx(expected.cosine, abs=1e-6)
    assert np.sum(found["contributions"]) == pytest.approx(expected.cosine, abs=1e-4)  # rounded
    stored = float(talks.embeddings[3] @ talks.embeddings[4])
    assert found["similarity"] == pytest.approx(stored, abs=1e-6)
    for side, text in (("a", talks.texts[3]), ("b", talks.texts[4])):
        assert found[side]["text"] == text
        assert found[side]["unread"] is None
    words = [w for w in expected.words_a if w.kind == "text"]
    assert [talks.texts[3][w["start"] : w["end"]] for w in found["a"]["words"]] == [
        word.text for word in words
    ]


def test_places_of_words_count_utf_16_code_units(client):
    text = "👩🏽‍🚀 flies 🚀 home. " + "and on it goes " * 200
    found = client.json("POST", "/api/why", {"a": text, "b": 0})["a"]
    units = text.encode("utf-16-le")
    words = [units[2 * w["start"] : 2 * w["end"]].decode("utf-16-le") for w in found["words"]]
    assert "flies" in words
    assert words[words.index("flies") + 2] == "home"
    assert units[2 * found["unread"] :].decode("utf-16-le").startswith(("and", "on", "it", "goes"))


def test_an_axis_is_the_projection_on_the_difference(client, talks):
    found = client.arrow("POST", "/api/axis", {"low": "sad", "high": "happy"})["value"]
    low, high = talks.encoder.encode(["sad", "happy"])
    direction = (high - low) / np.linalg.norm(high - low)
    np.testing.assert_allclose(found.to_numpy(), talks.embeddings @ direction, atol=1e-6)
    same = client.ask("POST", "/api/axis", {"low": "sad", "high": "sad"})
    assert same.status == 422
    assert "are the same to the model" in json.loads(same.content)["detail"]


def test_contrast_is_the_librarys(client, talks):
    a, b = range(120), range(100, len(talks))
    N = len(talks)
    found = client.json("POST", "/api/contrast", {"a": bits(a, N), "b": bits(b, N)})
    expected = talks.contrast(a, b)
    assert (found["overlap"], found["told_apart"]) == (20, expected.told_apart)
    assert found["accuracy"] == pytest.approx(expected.accuracy)
    assert found["a"]["clearest"] == list(expected.a.clearest)
    assert [word["word"] for word in found["b"]["words"]] == [w.word for w in expected.b.words]
    for word in found["a"]["words"]:
        has = sum(word["word"] in talks.texts[n].lower() for n in expected.numbers[:100])
        assert word["here"] == pytest.approx(has, rel=0.2, abs=3)  # a substring is not quite a word
    empty = client.ask("POST", "/api/contrast", {"a": bits([], N), "b": bits(b, N)})
    assert (empty.status, b"nothing to compare" in empty.content) == (422, True)


def test_duplicates_outliers_and_timelines_are_the_librarys(client, talks):
    duplicates, expected = client.json("GET", "/api/duplicates"), talks.duplicates()
    assert duplicates["copies"] == expected.copies
    assert [g["numbers"] for g in duplicates["groups"]] == [
        list(g.numbers) for g in expected.groups
    ]
    outliers = client.json("GET", "/api/outliers?n=7")
    assert [o["number"] for o in outliers] == [o.number for o in talks.outliers(n=7)]
    timeline, expected = (
        client.json("GET", "/api/timeline/0?level=coarse"),
        talks.timeline("year", resolution="coarse"),
    )
    assert timeline["bins"] == list(expected.bins)
    assert "bin" not in timeline
    np.testing.assert_allclose(np.array(timeline["shares"], float), expected.shares)
    bin_of = client.arrow("GET", "/api/timeline/0/bins")["bin"].to_numpy()
    np.testing.assert_array_equal(bin_of, expected.bin)
    assert client.ask("GET", "/api/timeline/1").status == 422  # names of presidents


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_export_is_a_file_of_the_rows(client, talks, kind):
    chosen = [3, 17, 200]
    answer = client.ask(
        "POST", "/api/export", {"selected": bits(chosen, len(talks)), "format": kind}
    )
    assert answer.status == 200
    disposition = answer.headers["content-disposition"]
    assert disposition.isascii()
    name = f"odd%20%22names%22%3B%20%C3%BC-selection.{kind}"
    assert disposition == f"attachment; filename*=utf-8''{name}"
    expected = talks.rows(chosen)
    if kind == "parquet":
        assert pq.read_table(io.BytesIO(answer.content)).to_pylist() == expected
    else:
        assert answer.content.decode().count("\n") >= 4
        assert all(row["text"][:30] in answer.content.decode() for row in expected)


def test_the_line_of_python_gives_what_the_page_shows(client, talks):
    selection = {
        "filters": [{"column": 0, "low": 1900, "high": 1980}],
        "clusters": {"level": "medium", "numbers": [0]},
        "numbers": bits(range(200), len(talks)),
    }
    line = client.json("POST", "/api/python", selection)["line"]
    found = eval(line, {"talks": talks, "np": np})  # noqa: S307  (that is what it is made for)
    labels = talks.clusters().labels
    years = [row["year"] for row in talks.rows()]
    expected = [n for n in range(200) if labels[n] == 0 and 1900 <= years[n] <= 1980]
    assert [row["text"] for row in found] == [talks.texts[n] for n in expected]


# --- mistakes ---


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/search", b'{"query": "\\ud800", "mode": "hybrid", "k": 3, "filters": []}'),
        ("/api/search", b'{"query": " ", "mode": "hybrid", "k": 3, "filters": []}'),
        ("/api/search", b'{"query": "a", "mode": "hybrid", "k": 1e400, "filters": []}'),
        ("/api/search", b'{"query": "a", "mode": "no", "k": 1, "filters": []}'),
        (
            "/api/search",
            b'{"query": "a", "mode": "hybrid", "k": 1, "filters": [], "model": "/etc"}',
        ),
        ("/api/axis", b'{"low": "\\ud800", "high": "b"}'),
        ("/api/why", b'{"a": "", "b": 0}'),
        ("/api/why", b'{"a": 0, "b": -1}'),
        ("/api/why", b'{"a": 0, "b": ' + b"9" * 5_000 + b"}"),
        ("/api/why", b'{"a": true, "b": 1.5}'),
        ("/api/rows", b'{"numbers": [99999999999999999999999]}'),
        ("/api/rows", b'{"numbers": [9007199254740992]}'),
        ("/api/rows", b'{"numbers": NaN}'),
        ("/api/rows", b"[" * 200_000),
        ("/api/rows", b"\xff\xfe"),
        ("/api/rows", b""),
        ("/api/rows", b"null"),
        ("/api/contrast", b'{"a": "AA==", "b": "AA=="}'),
        ("/api/contrast", b'{"a": "\xc3\xa4", "b": "no base64!"}'),
        ("/api/export", b'{"selected": "", "format": "csv"}'),
        ("/api/export", b'{"selected": "", "format": "../../x.csv"}'),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence(client, path, body):
    answer = client.ask("POST", path, body)
    assert answer.status in (400, 422)
    assert isinstance(json.loads(answer.content)["detail"], str)


@pytest.mark.parametrize(
    "filters",
    [
        '[{"column": 0, "low": NaN, "high": Infinity}]',
        '[{"column": 0, "low": 1e999, "high": 1}]',
        '[{"column": 0, "low": 1' + "0" * 400 + ', "high": 1}]',
        '[{"column": 99, "low": 0, "high": 1}]',
        '[{"column": 1, "low": 0, "high": 1}]',
        '[{"column": 0, "values": ["1"]}]',
        '[{"column": 5, "values": ["\\udfff"]}]',
        '[{"column": 0}]',
        '[{"column": 5, "values": [], "where": "1 = 1"}]',
    ],
)
def test_a_filter_that_is_none_is_refused(client, filters):
    body = f'{{"query": "a", "mode": "hybrid", "k": 3, "filters": {filters}}}'.encode()
    answer = client.ask("POST", "/api/search", body)
    assert answer.status == 422, answer.content
    assert isinstance(json.loads(answer.content)["detail"], str)


@pytest.mark.parametrize("value", ["' OR 1=1 --", "\0", "'", "`", "\u202e", "a\\'b"])
def test_a_hostile_value_filters_and_nothing_else(client, value):
    query = {"query": "a b", "mode": "vector", "k": 3}
    found = client.json(
        "POST", "/api/search", query | {"filters": [{"column": 5, "values": [value]}]}
    )
    assert found["hits"] == []
    found = client.json("POST", "/api/search", query | {"query": value + " x", "filters": []})
    assert len(found["hits"]) == 3


def test_no_input_makes_the_server_fail(talks):
    """Schemathesis makes it up from the description: no 5xx, and answers are as described."""
    app = server.create_app(server.Live(talks), token=TOKEN, hosts=["testserver:1"], page=PAGE)
    address = "http://testserver:1"
    browser = TestClient(app, base_url=address, follow_redirects=False)
    (cookie,) = browser.get(f"/?token={TOKEN}").cookies.items()
    description = browser.get("/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(description)
    schema.app, schema.config.base_url = app, address
    operations = [result.ok() for result in schema.get_all_operations()]
    for operation, mode in itertools.product(operations, GenerationMode):

        @settings(
            max_examples=60,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case):
            case.call_and_validate(headers={"cookie": "=".join(cookie)}, excluded_checks=NOT_MEANT)

        with suppress(Unsatisfiable):  # nothing can be wrong where nothing is sent
            check()


# --- how it runs ---


def test_a_search_whose_asker_has_left_is_not_made(talks, monkeypatch):
    """Two are sent at once; the second leaves while the first is at work."""
    made, may_go_on = [], threading.Event()

    def search(self, query):
        made.append(query.query)
        may_go_on.wait(10)
        return {"hits": [], "unknown_words": []}

    monkeypatch.setattr(Live, "search", search)
    app = server.create_app(server.Live(talks), token=TOKEN, hosts=["h:1"], page=PAGE)

    async def ask(word, *, leaves):
        body = json.dumps({"query": word, "mode": "hybrid", "k": 1, "filters": []}).encode()
        messages = [{"type": "http.request", "body": body}]
        sent = []

        async def receive():
            if messages:
                return messages.pop()
            if leaves:
                return {"type": "http.disconnect"}
            return await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        headers = [(b"host", b"h:1"), (b"content-type", b"application/json"), (b"cookie", cookie)]
        await app(scope("POST", "/api/search", headers), receive, send)
        return sent[0]["status"]

    def scope(method, path, headers, query=b""):
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query,
            "headers": headers, "server": ("h", 1), "client": ("c", 1), "root_path": "",
        }  # fmt: skip

    async def both():
        first = asyncio.create_task(ask("one", leaves=False))
        while not made:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(ask("two", leaves=True))
        await asyncio.sleep(0.05)
        may_go_on.set()
        return await first, await second

    browser = TestClient(app, base_url="http://h:1", follow_redirects=False)
    cookie = "=".join(*browser.get(f"/?token={TOKEN}").cookies.items()).encode()
    statuses = asyncio.run(both())
    assert statuses[0] == 200
    assert made == ["one"]


def test_sigterm_lets_what_is_in_flight_finish_and_exits_with_0(talks):
    process, client = start(talks.path)
    client.let_in()
    N = len(talks)
    answers = []
    sides = {"a": bits(range(150), N), "b": bits(range(150, N), N)}
    asker = threading.Thread(
        target=lambda: answers.append(client.ask("POST", "/api/contrast", sides))
    )
    asker.start()
    time.sleep(0.2)  # it is at work, which takes longer
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert time.monotonic() - begin < 12
    asker.join()
    assert [answer.status for answer in answers] == [200]
    assert process.communicate()[1] == ""


def test_ctrl_c_stops_it_quietly(talks):
    command = [sys.executable, "-m", "semascope", "open", talks.path, "--no-browser", "--port", "0"]
    try:
        server.read_page()
    except FileError:
        pytest.skip("the page has not been built")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    assert process.stdout.readline() == "Ctrl-C stops it.\n"
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=15)
    assert (process.returncode, complaints) == (130, "\nStopped.\n")


def test_ports_that_are_taken():
    with server.listen() as one, server.listen() as other:
        assert one.getsockname()[0] == "127.0.0.1"
        assert other.getsockname()[1] > one.getsockname()[1] >= 8420
        taken = one.getsockname()[1]
        with pytest.raises(SemascopeError, match=f"port {taken} is taken; choose another"):
            server.listen(port=taken)
        assert server.is_local(one)
    with pytest.raises(InvalidValue, match="numbered 0 to 65535, got 65536"):
        server.listen(port=65_536)
    with pytest.raises(InvalidValue, match=r"cannot listen at '192\.0\.2\.1'"):
        server.listen("192.0.2.1", 0)
    with pytest.raises(InvalidValue, match="takes a name or an address"):
        server.listen("no such host", 0)
    with server.listen("0.0.0.0", 0) as everywhere:  # noqa: S104  (nobody connects)
        assert not server.is_local(everywhere)
