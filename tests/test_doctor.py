"""semascope doctor and semascope course, as they are typed."""

import re
from collections import namedtuple

import pytest
from click.testing import CliRunner

from semascope.cli import main
from semascope.course import contents, doctor, record, rerun, start


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Return a function that runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.ELSEWHERE, raising=False)
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_the_doctor_ends_with_a_code(run):
    found = run("doctor")
    assert found.exit_code == 0, found.output
    *looks, empty, last = found.stdout.splitlines()
    assert [line.split()[:2] for line in looks] == [["ok", name] for name in doctor.LOOKS]
    assert "uncle·aunt = 0.7339" in found.stdout
    assert (empty, last) == ("", "PASS 7339-53AA")


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("target", "value", "name", "remedy"),
    [
        ("OLDEST_PYTHON", (9, 0), "Python", "install Python 9.0 or later"),
        ("SLOWEST", 1e9, "speed", "close other programs"),
        ("UNCLE_AUNT", 0.5, "numbers", "tell the authors"),
        ("find_spec", lambda *_: None, "packages", "pip install 'semascope[course]'"),
        ("shutil.disk_usage", lambda _: Usage(1, 1, 10**8), "disk", "make room"),
    ],
)
def test_what_is_wrong_is_a_plain_line_with_a_remedy(run, monkeypatch, target, value, name, remedy):
    monkeypatch.setattr(f"semascope.course.doctor.{target}", value)
    found = run("doctor")
    assert found.exit_code == 1
    (line,) = re.findall(r"^FAIL .*", found.stdout, re.MULTILINE)
    assert line.split()[1] == name
    assert remedy in line
    assert "PASS" not in found.stdout
    assert found.stdout.endswith(
        f"Not ready: {name}. Do what the FAIL lines say, and run it again.\n"
    )


def test_a_broken_package_is_a_line_too(run, monkeypatch):
    def broken():
        raise RuntimeError("no such symbol")

    monkeypatch.setitem(doctor.LOOKS, "picture", broken)
    found = run("doctor")
    assert "FAIL  picture   RuntimeError: no such symbol" in found.stdout


def test_course_lists_chapters_and_progress(run, tmp_path):
    found = run("course")
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert len(lines) == len(contents.entries())
    assert ["2", "Similarity", "0", "of", "3", "done"] in [line.split() for line in lines]
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / record.NAME).write_text('[chapter.2]\ncosine = "right"\n')
    assert re.search(r"^ 2  Similarity +1 of 3 done$", run("course").stdout, re.MULTILINE)


def test_course_start_where_no_folder_can_be_is_refused(run, tmp_path):
    (tmp_path / "here").write_text("mine")
    found = run("course", "start", str(tmp_path / "here" / "below"))
    assert found.exit_code == 2
    assert found.stderr.startswith("semascope: cannot create the folder ")
    assert (tmp_path / "here").read_text() == "mine"


def test_course_start_writes_notebooks_and_says_what_is_next(run, tmp_path, monkeypatch):
    for name in ("index_emoji", "index_speeches"):  # the real ones take half a minute
        monkeypatch.setattr(start, name, lambda *_: None)
    found = run("course", "start", "here")
    assert found.exit_code == 0, found.output
    count = len(contents.entries())
    assert f"here: {count} new notebooks" in found.stdout
    assert f"Next: open here/{contents.entry(1).notebook} in VS Code or JupyterLab" in found.stderr
    assert {entry.notebook for entry in contents.entries()} <= {
        path.name for path in (tmp_path / "here").iterdir()
    }
    again = run("course", "start", "here")
    assert f"here: 0 new notebooks; {count} stay as they are" in again.stdout


def test_course_check_says_how_each_exercise_does(run, tmp_path, monkeypatch):
    results = [
        rerun.Result(2, "by_hand", is_right=True, text="Right."),
        rerun.Result(2, "cosine", is_right=False, text="Not yet. That is the dot product."),
    ]
    monkeypatch.setattr(rerun, "rerun", lambda _: results)
    (tmp_path / contents.entry(2).notebook).write_text("")
    assert run("course", "check").stdout.splitlines() == [
        "Chapter 2",
        "  by_hand",
        "    Right.",
        "  cosine",
        "    Not yet. That is the dot product.",
        "1 of 2 exercises right",
    ]


def test_course_check_without_notebooks_says_how_to_get_them(run):
    found = run("course", "check")
    assert found.exit_code == 2
    assert "write them with: semascope course start" in found.stderr


def test_the_speeches_are_those_since_1946(tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr("semascope.index", lambda table, **_: taken.append(table))
    start.index_speeches(tmp_path)
    years = taken[0]["year"].to_pylist()
    assert (min(years), len(years)) == (1946, 5003)
