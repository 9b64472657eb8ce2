"""The command line: what is printed, where, and what a mistake gets.

Commands run in this process where they can, and as a process of their own where it matters:
signals, terminals, imports.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import semascope as sema
from semascope import data
from semascope.cli import SECTIONS, main

COMMANDS = [name for names in SECTIONS.values() for name in names]
QUERY = "help for farmers hit by drought"


@pytest.fixture(scope="module")
def speeches(tmp_path_factory, model):
    """Return a folder with 200 passages as speeches.parquet and, indexed, as speeches.lance."""
    folder = tmp_path_factory.mktemp("speeches")
    table = pq.read_table(data.path("speeches")).take(np.arange(0, 18_200, 91))
    pq.write_table(table, folder / "speeches.parquet")
    sema.index(folder / "speeches.parquet", to=folder / "speeches.lance", model=model)
    return folder


@pytest.fixture
def folder(speeches, tmp_path, monkeypatch):
    """Return a copy of that folder, in which the test runs."""
    shutil.copytree(speeches, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def run():
    """Return a function that runs a command line in this process."""

    def run(line, **environment):
        command, *arguments = shlex.split(line)
        assert command == "semascope"
        return CliRunner(env=environment).invoke(main, arguments, prog_name=command)

    return run


def start(*arguments, **options):
    """Start the command as a process of its own."""
    command = [sys.executable, "-m", "semascope", *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    return subprocess.Popen(command, **options)


def json_lines(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


# --- help ---


def test_the_commands_are_these():
    assert COMMANDS == [
        "similar",
        "explain",
        "probe",
        "analogy",
        "index",
        "search",
        "clusters",
        "map",
        "duplicates",
        "outliers",
        "contrast",
        "export",
        "info",
        "evaluate",
        "check",
        "open",
        "demo",
        "course",
        "doctor",
    ]


def example_of(run, name):
    """Return what stands below "Example:" in the help of a command."""
    found = run(f"semascope {name} --help")
    assert found.exit_code == 0
    return re.search(r"\n  Example:\n((?:      \S.*\n)+)", found.stdout)[1].strip()


def show_the_link(talks, at, *, page, host, on_ready):
    """Stand in for the server, which would not end."""
    at.close()
    on_ready("http://127.0.0.1:8420/?token=…")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_help_has_one_example(run, name):
    assert example_of(run, name).startswith(f"semascope {name}".strip())


def test_the_first_example_is_that_of_the_demo(run):
    assert example_of(run, "") == example_of(run, "demo")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_works_as_it_stands(run, folder, monkeypatch, name):
    small, whole = folder / "speeches.parquet", data.path
    monkeypatch.setattr(data, "path", lambda name: small if name == "speeches" else whole(name))
    if name == "index":
        shutil.rmtree(folder / "speeches.lance")
    if name == "evaluate":
        sema.index([{"_id": "a", "text": "the drought"}], to="papers.lance")
        (folder / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": QUERY}))
        (folder / "test.tsv").write_text("1\ta\t1")
    if name == "open":
        from semascope import server

        monkeypatch.setattr(server, "read_page", dict)  # it may not have been built
        monkeypatch.setattr(server, "serve", show_the_link)
    before = set(folder.rglob("*"))
    found = run(example_of(run, name))
    assert found.exit_code == 0, found.output
    assert found.stdout
    made = {path.relative_to(folder).as_posix() for path in set(folder.rglob("*")) - before}
    expected = {
        "demo": {"demo/map.png", "demo/report.html", "demo/speeches.lance/HEAD.json"},
        "export": {"speeches.csv"},
        "index": {"speeches.lance/HEAD.json"},
        "map": {"report.html"},
    }
    assert made >= expected.get(name, set())


def test_help_names_every_command_with_what_it_does(run):
    found = run("semascope --help").stdout
    assert [found.index(f"\n{section}:") for section in SECTIONS] == sorted(
        found.index(f"\n{section}:") for section in SECTIONS
    )
    for name in COMMANDS:
        assert re.search(rf"^  {name}  +[A-Z]", found, re.MULTILINE)


def test_help_and_version_load_neither_the_model_nor_the_database(run_python):
    code = """
import sys
from semascope.cli import main
for arguments in (["--help"], ["--version"], *([name, "--help"] for name in sys.argv[1:])):
    main(arguments, standalone_mode=False)
print(*sys.modules)
"""
    *_, modules = run_python(code, *COMMANDS).splitlines()
    imported = {name.partition(".")[0] for name in modules.split()}
    assert imported & {"lance", "matplotlib", "numpy", "openvino", "pyarrow", "rich"} == set()


def test_version_is_that_of_the_package(run):
    process = start("--version")
    assert process.communicate() == (f"semascope {version('semascope')}\n", "")
    assert run("semascope --version").stdout == f"semascope {version('semascope')}\n"


def test_a_bare_command_shows_the_help(run):
    assert "Your text:" in run("semascope").output


# --- results ---


def test_uncle_and_aunt_are_0_7339(run):
    found = run("semascope similar uncle aunt")
    assert found.stdout.splitlines() == [
        "0.7339",
        "closer than 99.99% of random pairs of English words, whose mean is 0.23",
    ]
    assert found.stderr == ""


def test_uncle_and_aunt_for_machines(run):
    (found,) = json_lines(run("semascope similar uncle aunt --json").stdout)
    assert round(found["similarity"], 4) == 0.7339
    assert round(found["percentile"], 2) == 99.99
    assert found["among"] == "words"


def test_search_prints_the_nearest_first(run, folder):
    found = run(f'semascope search speeches.lance "{QUERY}" -k 3').stdout
    hits = sema.open("speeches.lance").search(QUERY, k=3)
    heads = [line for line in found.splitlines() if re.match(r" *\d+  0\.\d\d  closer than", line)]
    assert [line.split()[:2] for line in heads] == [
        [str(rank), f"{hit.similarity:.2f}"] for rank, hit in enumerate(hits, start=1)
    ]
    for line, hit in zip(heads, hits, strict=True):
        near = f"closer than {hit.percentile:.2f}% of pairs and {hit.neighbor_percentile:.0f}%"
        assert f"{near} of neighbors   {hit.row['year']} · " in line
    assert found.endswith("of 200 passages · hybrid\n")


def test_search_for_machines_gives_every_hit_with_its_row(run, folder):
    found = json_lines(run(f'semascope search speeches.lance "{QUERY}" -k 3 --json').stdout)
    hits = sema.open("speeches.lance").search(QUERY, k=3)
    assert found == [{"rank": rank, **vars(hit)} for rank, hit in enumerate(hits, start=1)]


def test_values_that_json_lacks_are_null_or_text(run, tmp_path, model, monkeypatch):
    columns = {"nan": [float("nan")], "inf": [[float("inf"), 1.0]], "bytes": [b"\xff"]}
    pq.write_table(pa.table({"text": ["a cat 🐈"], **columns}), tmp_path / "a.parquet")
    monkeypatch.chdir(tmp_path)
    sema.index("a.parquet", model=model)
    found = run("semascope search a.lance dog --json").stdout
    assert "🐈" in found
    (hit,) = json_lines(found)
    assert hit["percentile"] is None
    assert hit["row"] == {"text": "a cat 🐈", "nan": None, "inf": [None, 1.0], "bytes": "b'\\xff'"}


def test_coarse_clusters_print_sizes_and_names(run, folder):
    found = run("semascope clusters speeches.lance --resolution coarse").stdout.splitlines()
    clusters = sema.open("speeches.lance").clusters("coarse")
    heads = found[::2]  # each is followed by a line of a typical passage
    assert [line.split()[0] for line in heads] == [str(size) for size in clusters.sizes]
    for line, name in zip(heads, clusters.names, strict=True):
        assert line.endswith(f"  {name}")


@pytest.mark.parametrize(("level", "above"), [("medium", "coarse"), ("fine", "medium")])
def test_clusters_stand_under_the_name_of_what_they_are_part_of(run, folder, level, above):
    found = run(f"semascope clusters speeches.lance --resolution {level}").stdout
    talks = sema.open("speeches.lance")
    clusters, parents = talks.clusters(level), talks.clusters(above)
    for parent, block in enumerate(found.split("\n\n")):
        children = [i for i, of in enumerate(clusters.parent) if of == parent]
        heads = [f"{clusters.sizes[i]:,}  {clusters.names[i]}" for i in children]
        if len(children) > 1:
            heads.insert(0, f"{parents.sizes[parent]:,}  {parents.names[parent]}")
        lines = [line.strip() for line in block.splitlines()]
        assert [line for line in lines if line in heads] == heads


def test_clusters_say_how_stable_they_are(run, folder):
    found = run("semascope clusters speeches.lance --resolution coarse --stability").stdout
    clusters = sema.open("speeches.lance").clusters("coarse", stability=True)
    for size, often, name in zip(clusters.sizes, clusters.stability, clusters.names, strict=True):
        assert re.search(rf"^ *{size}  +{often}/10  {re.escape(name)}$", found, re.MULTILINE)


def test_clusters_leave_out_the_words_of_a_file(run, folder):
    name = sema.open("speeches.lance").clusters().names[0]
    words = name.split(", ")
    text = "\ufeff" + "\r\n".join(words) + "\n\n"  # as editors on Windows write it
    (folder / "stop.txt").write_bytes(text.encode())
    found = json_lines(run("semascope clusters speeches.lance --stop-words stop.txt --json").stdout)
    assert not set(words) & set(found[0]["name"].split(", "))


def test_clusters_for_machines_count_every_passage(run, folder):
    found = json_lines(run("semascope clusters speeches.lance --json").stdout)
    assert sum(cluster["size"] for cluster in found) == 200
    texts = set(sema.open("speeches.lance").texts)
    keys = {"cluster", "name", "size", "parent", "typical", "edge", "strength"}
    for cluster in found:
        assert cluster.keys() == keys
        assert {cluster["edge"], *cluster["typical"]} <= texts
        assert 0 <= cluster["strength"] <= 1
    stable = json_lines(run("semascope clusters speeches.lance --json --stability").stdout)
    assert all(cluster.keys() == keys | {"stability"} for cluster in stable)


def test_index_tells_what_it_did_and_what_is_next(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text("body,n\na cat,1\n,2\na dog,3\n")
    found = run("semascope index pets.csv")
    assert found.stdout == "pets.lance: 2 passages added, now 2 passages\n"
    assert "column 'body'; choose another with --text" in found.stderr
    assert "without text, left out: 1" in found.stderr
    assert 'Next: semascope search pets.lance "' in found.stderr

    again = run("semascope index pets.csv --to pets.lance --text body")
    assert again.stdout == "pets.lance: nothing new, 2 passages\n"
    assert "stored before: 2" in again.stderr
    assert "--text" not in again.stderr


def test_index_brings_a_collection_up_to_date_by_key(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text("id,body\n1,a cat\n2,a dog\n3,a cow\n")
    run("semascope index pets.csv --text body --key id")
    (tmp_path / "pets.csv").write_text("id,body\n1,a cat\n2,a puppy\n")
    changed = run("semascope index pets.csv")
    assert changed.stdout == "pets.lance: 1 passage added, now 3 passages\n"
    assert "have changed, replaced: 1" in changed.stderr
    assert "not in the file: 1; --sync" in changed.stderr
    synced = run("semascope index pets.csv --sync")
    assert synced.stdout == "pets.lance: 1 row removed, now 2 passages\n"
    assert sorted(sema.open("pets.lance").texts) == ["a cat", "a puppy"]


def test_index_names_what_it_leaves_out_when_asked(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text("id,body\n1,a cat\n1,a dog\n3,\n4\n")
    found = run("semascope index pets.csv --text body --key id --verbose")
    for line in (
        "Rows that cannot be read or have no key: 2 (row 2: id 1 came before)",
        "    row 2: id 1 came before",
        "    row 3: it has no text",
        "    row 5: Expected 2 columns, got 1: '4'",
    ):
        assert line in found.stderr.splitlines()
    assert sema.open("pets.lance").texts == ["a cat"]


def test_index_without_passages_says_what_was_not_read(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text(f"body\na cat\n{'a dog ' * 254}\n")
    found = run("semascope index pets.csv --no-passages")
    assert "longer than the model reads: 1; of these it did not read 50% on" in found.stderr
    assert len(sema.open("pets.lance")) == 2


def test_index_for_machines(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text("body,n\na cat,1\n,2\na dog,3\n")
    (found,) = json_lines(run("semascope index pets.csv --json").stdout)
    fields = {"path": "pets.lance", "collection_passages": 2, "text": "body", "guessed": True}
    fields |= {"added": 2, "passages": 2, "encoded": 2, "empty": 1}
    assert {name: found[name] for name in fields} == fields
    assert found["left_out"] == [[2, "it has no text"]]


@pytest.mark.parametrize("suffix", ["png", "svg", "html"])
def test_map_tells_what_it_wrote(run, folder, suffix):
    found = run(f"semascope map speeches.lance --to map.{suffix}")
    assert found.stdout == f"map.{suffix}: 200 passages of speeches.lance\n"
    assert (folder / f"map.{suffix}").stat().st_size > 10_000


@pytest.mark.parametrize(
    "line",
    [
        "similar uncle aunt",
        f'search speeches.lance "{QUERY}"',
        "clusters speeches.lance",
        "index speeches.parquet",
        "info speeches.lance",
    ],
)
def test_no_line_is_wider_than_the_terminal(run, folder, line):
    found = run(f"semascope {line}", COLUMNS="60").stdout
    assert found
    assert [line for line in found.splitlines() if len(line) > 60] == []


@pytest.mark.parametrize("name", ["", "similar", "map"])
def test_no_help_is_wider_than_the_terminal(name):
    process = start(*name.split(), "--help", env={**os.environ, "COLUMNS": "60"})
    found, _ = process.communicate()
    assert "Example:" in found
    assert [line for line in found.splitlines() if len(line) > 60] == []


def test_a_terminal_of_no_width_still_shows_something(run, folder):
    assert run("semascope clusters speeches.lance", COLUMNS="3").exit_code == 0


# --- mistakes ---

MISTAKES = [
    ("search absent.lance cat", r"no collection at absent\.lance; make one with: semascope index"),
    ("clusters .", r"no collection at \."),
    ("clusters speeches.lance --resolution all", "resolution is one of coarse, medium, fine"),
    ("clusters speeches.lance --stop-words none.txt", "none.txt cannot be read: No such file"),
    ("map absent.lance --to map.html", r"no collection at absent\.lance"),
    ('search speeches.lance " "', "the query is empty; say what to look for"),
    ("search speeches.lance cat -k 0", "k must be at least 1, got 0"),
    ("similar uncle ''", "a text is empty; give two texts"),
    ("info absent.lance", r"no collection at absent\.lance"),
    ("export absent.lance --to a.csv", r"no collection at absent\.lance"),
    ("export speeches.lance --to a.xlsx", r"written as \.csv, .*, not as 'a\.xlsx'"),
    ("export speeches.lance --to absent/a.csv", "there is no folder absent; create it first"),
    ("map speeches.lance --to map.gif", r"written as \.png, .*, not as 'map\.gif'"),
    ("map speeches.lance --to absent/map.png", "there is no folder absent; create it first"),
    ("index absent.csv", r"no file absent\.csv"),
    ("index speeches.lance", r"speeches\.lance is a folder, not a file"),
    ("index notes.doc", r"notes\.doc is not one of \.csv, \.tsv, \.jsonl, "),
    ("index ragged.csv", r"ragged\.csv .*Row #2: Expected 2 columns, got 1"),
    ("index speeches.parquet --text body", r"no column 'body'; it has text, year, president"),
    ("index speeches.parquet --text year --to a.lance", "'year' of .* holds int32, not text"),
    ("index speeches.parquet --text speech", "embeds the column 'text', not 'speech'"),
    ("index speeches.parquet --to notes.txt", r"notes\.txt is there already, and is no collection"),
    ("index empty.csv", "column 'text' has no text in any row"),
]
USAGE = [
    ("serch speeches.lance cat", f"no command 'serch'; there are {', '.join(COMMANDS)}"),
    ("search speeches.lance", "Missing argument 'QUERY'"),
    ("search speeches.lance cat -k many", "'many' is not a valid integer"),
    ("search speeches.lance cat --fuzzy", "No such option.*--fuzzy"),
    ("map speeches.lance", "Missing option '--to'"),
    ("similar uncle", "Missing argument 'SECOND'"),
]


@pytest.fixture
def mistaken(folder):
    (folder / "notes.txt").write_text("a cat")
    (folder / "notes.doc").write_text("a cat")
    (folder / "ragged.csv").write_text("id,text\n1\n")
    (folder / "empty.csv").write_text('id,text\n1," "\n')
    return folder


@pytest.mark.parametrize(("line", "message"), MISTAKES)
def test_a_mistake_gets_one_line_and_changes_nothing(run, mistaken, line, message):
    before = {path: path.stat().st_size for path in mistaken.rglob("*")}
    found = run(f"semascope {line}")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert re.fullmatch(rf"semascope: .*{message}.*\n", found.stderr)
    assert {path: path.stat().st_size for path in mistaken.rglob("*")} == before


@pytest.mark.parametrize(("line", "message"), USAGE)
def test_a_misspelt_command_gets_its_usage(run, mistaken, line, message):
    found = run(f"semascope {line}")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("Usage: semascope ")
    assert re.search(message, found.stderr)


def test_a_mistake_in_a_process_of_its_own_shows_no_traceback(tmp_path):
    process = start("search", tmp_path / "absent.lance", "cat")
    printed, said = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert said.startswith("semascope: there is no collection at")
    assert said.count("\n") == 1


def test_a_corrupt_collection_is_named(run, folder):
    (folder / "speeches.lance" / "HEAD.json").write_text("{")
    found = run("semascope search speeches.lance cat")
    assert found.exit_code == 2
    assert re.fullmatch(r"semascope: speeches\.lance/HEAD\.json cannot be read: .*\n", found.stderr)


# --- near, far, this against that ---


def test_duplicates_say_what_is_usual_and_which_to_keep(run, folder):
    sema.index(["a cat", "a dog", "a cat", "the sea"], to="pets.lance")
    found = run("semascope duplicates pets.lance")
    assert re.match(
        r"Nearest neighbors are typically at 0\.\d\d here; nearly the same: from 0\.\d",
        found.stdout,
    )
    assert "\nkeep  0\n      a cat\nsame  2\n" in found.stdout
    assert found.stdout.endswith("1 group: 1 of 4 passages repeats one that is kept\n")
    assert found.stderr.startswith("Next: semascope export pets.lance")
    [group] = json_lines(run("semascope duplicates pets.lance --json").stdout)
    assert group["others"] == [{"number": 2, "similarity": 1.0, "text": "a cat"}]
    given = run("semascope duplicates pets.lance --threshold 0.2").stdout
    assert "from 0.20, as you say (suggested: 0." in " ".join(given.split())


def test_near_duplicates_are_shown_from_where_they_differ(run, folder):
    same = "The committee that was set up last year to look into the matter will meet "
    sema.index([same + "on Monday at noon.", same + "on Sunday."], to="notes.lance")
    found = run("semascope duplicates notes.lance --threshold 0.5", COLUMNS="80").stdout
    assert re.search(r"\n0\.\d\d  1\n      … into the matter will meet on Sunday\.\n", found)


def test_outliers_come_with_reasons_oddest_first(run, folder):
    found = run("semascope outliers speeches.lance -n 4").stdout.splitlines()
    near = [float(line[:4]) for line in found if re.match(r"0\.\d\d  ", line)]
    assert len(near) == 4
    assert near == sorted(near)
    assert sum("of passages have nearer neighbors" in line for line in found) == 4
    assert sum(line.startswith("      – nearest, 0.") for line in found) == 4
    odd = json_lines(run("semascope outliers speeches.lance -n 4 --json").stdout)
    assert [round(each["neighborhood"], 2) for each in odd] == near


def test_contrast_says_how_far_two_sides_can_be_told_apart(run, folder):
    found = run('semascope contrast speeches.lance "year < 1900" "year > 1950" -n 1').stdout
    assert re.search(r"A and B can be told apart \d\d(\.\d)?% of the time; by chance\s50%", found)
    titles = ("Words of A", "Words of B", "Most like A", "Most like B", "In between")
    assert [found.index(f"\n{title}\n") for title in titles]
    found = run('semascope contrast speeches.lance "passage % 2 = 0" "passage % 2 = 1"').stdout
    assert "A and B cannot be told apart: a guess is right" in found
    assert "Most like A" not in found
    line = 'semascope contrast speeches.lance "year < 1900" "year > 1890" --json'
    [fields] = json_lines(run(line).stdout)
    assert fields["overlap"] > 0
    assert fields["told_apart"] == (fields["p"] <= 0.05)


def test_an_export_may_leave_out_duplicates(run, folder):
    sema.index(["a cat", "a dog", "a cat"], to="pets.lance")
    found = run("semascope export pets.lance --to pets.csv --without-duplicates")
    assert found.stdout == "pets.csv: 2 rows of pets.lance\n"
    assert found.stderr == "Rows that others say too, left out: 1\n"


# --- Ctrl-C ---


def test_ctrl_c_ends_a_command_with_a_word(run, folder, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(sema, "open", interrupted, raising=False)
    found = run("semascope search speeches.lance cat")
    assert (found.exit_code, found.stdout, found.stderr) == (130, "", "\nStopped.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_ctrl_c_while_indexing_says_how_to_go_on_and_leaves_nothing_half_done(tmp_path):
    process = start("index", data.path("speeches"), "--to", tmp_path / "all.lance")
    while process.poll() is None and not (tmp_path / "all.lance" / "_writer.json").exists():
        time.sleep(0.02)
    time.sleep(0.3)  # it embeds the first 8,192 passages, which takes half a minute
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=20)
    assert (process.returncode, printed) == (130, "")
    assert said == "\nStopped. What is stored stays; the same command goes on from there.\n"
    assert list(tmp_path.iterdir()) == []


# --- progress ---


def run_on_terminal(*arguments):
    """Run the command with its stderr on a terminal; return what it prints and what that shows."""
    terminal, end = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = start(*arguments, stderr=end, env=environment)
    os.close(end)
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # so Linux says that the other end is closed
        pass
    os.close(terminal)
    printed, _ = process.communicate()
    assert process.returncode == 0
    return printed, shown.decode()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_progress_is_shown_on_a_terminal_and_taken_away_at_the_end(folder):
    printed, shown = run_on_terminal("index", "speeches.parquet", "--to", "new.lance")
    assert printed == "new.lance: 200 passages added, now 200 passages\n"
    assert re.search(r"Reading speeches\.parquet.* \d+/200 rows", shown)
    assert "\x1b[2K" in shown  # erases the bar


def test_no_progress_is_shown_in_a_pipe(folder):
    process = start("index", "speeches.parquet", "--to", "new.lance")
    printed, said = process.communicate()
    assert printed == "new.lance: 200 passages added, now 200 passages\n"
    assert re.fullmatch(r"Embedded the column .*\nNext: .*\n", said)
    assert not re.search(r"[\r\x1b]", printed + said)


@pytest.mark.parametrize(
    "line",
    [
        "search h.lance red",
        "search h.lance red --json",
        "clusters h.lance",
        "duplicates h.lance",
        "outliers h.lance",
    ],
)
def test_what_a_terminal_obeys_is_shown_not_sent(run, tmp_path, model, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    hostile = "\x1b]0;owned\x07\x1b[31mred\x9b1m\u202e"
    rows = [{"text": f"{hostile} thing {n % 9}", "by": hostile} for n in range(10)]
    sema.index(rows, to="h.lance", model=model)
    found = run(f"semascope {line}")
    assert "red" in found.stdout
    assert not set("\x1b\x07\x9b\u202e") & set(found.stdout)
    if line.endswith("--json"):
        assert json_lines(found.stdout)[0]["row"]["by"] == hostile


def test_a_reader_that_stops_reading_gets_no_traceback(folder):
    process = start("clusters", "speeches.lance", stdout=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == ""
    process.communicate()
