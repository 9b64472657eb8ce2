"""The course: every chapter that is there runs, answers, and states numbers that are true.

The cells of a chapter are run in this process, with one model for all; one chapter is also run in
a kernel, as a learner would. The network is blocked throughout.
"""

import ast
import json
import re
import shutil
import socket
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from filelock import FileLock
from matplotlib.figure import Figure

import semascope as sema
from semascope import course, plot
from semascope.course import contents, notebooks, record, rerun, start
from semascope.course.exercise import Exercise, OpenExercise, Verdict
from semascope.encoder.weights import cache_folder
from semascope.errors import FileError, InvalidValue, SemascopeError

NUMBERS = [entry.number for entry in contents.entries()]
WIDTH = 88  # characters: what a notebook shows without scrolling
CONTRAST = 4.5  # WCAG 2.1, success criterion 1.4.3
TOLD = re.compile(r"# told: (.+)")
DECIMAL = re.compile(r"[−-]?\d+\.\d+")
NO_NETWORK = """
import sys

def refuse(event, details):
    if event == "socket.getaddrinfo" and details[0] not in (None, "localhost", "127.0.0.1"):
        raise OSError(f"the network is blocked: {details}")

sys.addaudithook(refuse)
"""
each_chapter = pytest.mark.parametrize("number", NUMBERS)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, tmp_path):
    """Block the network, in this process and, by a hook, in kernels."""

    def refuse(*details):
        raise OSError(f"the network is blocked: {details}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Return a folder as `semascope course start` makes it, indexed where a chapter needs it."""
    made = tmp_path_factory.mktemp("course")
    start.write(made)
    used = "".join(entry.path.read_text(encoding="utf-8") for entry in contents.entries())
    if "emoji.lance" in used:
        start.index_emoji(made)
    if "speeches.lance" in used:
        kept = cache_folder() / "tests" / "course"  # it takes long; what is there is passed over
        kept.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{kept}.lock"):
            shutil.copytree(start.index_speeches(kept), made / "speeches.lance")
    return made


@pytest.fixture
def desk(folder, model, monkeypatch):
    """Return a place to run cells: the course's folder, one model, pictures looked at."""
    shown = []

    def show(picture):
        shown.append(picture.get_label())
        assert len(shown[-1]) > 20, "a picture needs its words: alt text"
        assert plot.render(picture, ".png")

    load = sema.load

    def one_model(name="all-MiniLM-L6-v2", *, precision="auto"):
        is_ours = name == "all-MiniLM-L6-v2" and precision == "f32"
        return model if is_ours else load(name, precision=precision)

    monkeypatch.setattr(sema, "load", one_model)
    monkeypatch.setattr(course, "show", show)
    monkeypatch.setenv(record.ELSEWHERE, str(folder / "nowhere.toml"))
    monkeypatch.chdir(folder)
    (folder / "nowhere.toml").unlink(missing_ok=True)
    return shown


def run(cell, namespace):
    """Run a cell; return what it ends in."""
    *body, last = ast.parse(cell.text).body
    if not isinstance(last, ast.Expr):
        exec(compile(cell.text, "cell", "exec"), namespace)  # noqa: S102
        return None
    exec(compile(ast.Module(body, []), "cell", "exec"), namespace)  # noqa: S102
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)  # noqa: S307
    assert not isinstance(value, Figure), "show a picture with show(picture): it has words too"
    return value


def code(cells):
    return [cell for cell in cells if cell.kind == "code"]


def prose(number):
    """Return what a chapter says, without what is set as code."""
    cells = notebooks.read(number).cells
    text = "\n".join(cell.text for cell in cells if cell.kind == "markdown")
    return re.sub(r"```.*?```|`[^`]*`|https?://\S+", " ", text, flags=re.DOTALL)


# --- every chapter ---


@each_chapter
def test_a_students_notebook_runs_through_and_says_not_attempted(number, desk):
    namespace, states = {}, []
    for cell in code(notebooks.read(number).seen_by("student")):
        value = run(cell, namespace)
        if cell.checks:
            assert isinstance(value, Verdict), "a cell with an exercise ends in its check"
            states.append(value.state)
    assert states
    assert set(states) == {"not attempted"}


@each_chapter
def test_solutions_are_right_mistakes_are_told_and_numbers_are_true(number, desk):
    namespace, facts = {}, {}
    for cell in code(notebooks.read(number).cells):
        if "exercise" in cell.tags:
            continue
        if "wrong" in cell.tags:
            verdict = run(cell, dict(namespace))
            (told,) = TOLD.findall(cell.text)
            assert (verdict.state, told in verdict.text) == ("wrong", True), (told, verdict)
        elif "facts" in cell.tags:
            own = dict(namespace)
            run(cell, own)
            facts |= own["facts"]
        else:
            value = run(cell, namespace)
            if cell.checks:
                assert value.state == "right", (cell.text, value)
    for stated, computed in facts.items():
        plain = stated.replace(",", "").replace("−", "-")
        places = len(plain.rstrip("%").partition(".")[2])
        percent = 100 if plain.endswith("%") else 1
        found = f"{float(computed) * percent:.{places}f}"
        assert found == plain.rstrip("%"), f"the prose says {stated}, computed is {computed}"
    said = prose(number)
    decimals = set(DECIMAL.findall(said))
    assert decimals <= facts.keys(), "a decimal number of the prose is no key of facts"
    for stated in facts:
        assert re.search(rf"(?<![\d.,]){re.escape(stated)}(?!\d|\.\d)", said), stated
    assert not re.search(r"(?<!\d)\.\d", said), "write 0.5, not .5"


@each_chapter
def test_every_exercise_stands_in_its_chapter_with_a_solution(number):
    cells = notebooks.read(number).cells
    by_tag = {
        tag: [cell.checks for cell in cells if tag in cell.tags] for tag in ("exercise", "solution")
    }
    names = list(course.chapter(number).tasks)
    assert sorted(by_tag["exercise"]) == sorted(names)
    assert by_tag["solution"] == by_tag["exercise"]
    for before, after in pairwise(cells):
        if "exercise" in before.tags:
            assert "solution" in after.tags, "a solution follows its exercise at once"


@each_chapter
def test_each_known_mistake_is_told_apart(number, model, monkeypatch):
    monkeypatch.setattr(sema, "load", lambda *_, **__: model)
    for name, task in course.chapter(number).tasks.items():
        assert task.exercise.mistakes, f"{name} knows no mistake"
        assert task.exercise.hints, f"{name} has no hint"
        assert task.exercise.examine(task.exercise.reference).state == "right"
        for mistake in task.exercise.mistakes:
            verdict = task.exercise.examine(mistake.answer)
            assert verdict.state == "wrong", (name, mistake.feedback)
            assert mistake.feedback in verdict.text, (name, mistake.feedback, verdict.text)


@each_chapter
@pytest.mark.parametrize("kind", notebooks.KINDS)
def test_headings_come_in_order_and_lines_fit(number, kind):
    levels = []
    for cell in notebooks.read(number).seen_by(kind):
        for line in cell.text.splitlines():
            assert len(line) <= WIDTH, line
        if cell.kind == "markdown":
            levels += [len(marks) for marks in re.findall(r"^(#+) ", cell.text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels), default=0) <= 1, "a heading leaves out a level"


@each_chapter
def test_every_stop_says_what_should_be_seen(number):
    for cell in notebooks.read(number).cells:
        if "gate" in cell.tags:
            assert any(words in cell.text for words in notebooks.GATES), cell.text
            assert "STOP" not in cell.text or "You should see" in cell.text, cell.text


@each_chapter
@pytest.mark.parametrize("kind", notebooks.KINDS)
def test_a_notebook_is_valid_and_the_same_at_every_call(number, kind):
    text = notebooks.make(number, kind)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebooks.make(number, kind) == text
    tags = {tag for cell in notebook.cells for tag in cell.metadata.tags}
    assert not tags & notebooks.LEFT_OUT[kind]


# --- in a kernel ---


@pytest.mark.parametrize(("kind", "is_right"), [("student", False), ("solution", True)])
def test_a_kernel_gives_the_same_verdicts(kind, is_right, tmp_path):
    path = tmp_path / contents.entry(2).notebook
    path.write_text(notebooks.make(2, kind), encoding="utf-8")
    (tmp_path / record.NAME).write_text(record.HEADING)
    before = path.read_bytes()
    results = rerun.rerun(path)
    assert path.read_bytes() == before
    assert [result.exercise for result in results] == list(course.chapter(2).tasks)
    expected = "Right." if is_right else "Not attempted."
    assert all(result.text.startswith(expected) for result in results), results
    kept = record.Record.read(tmp_path / record.NAME).answers
    assert kept == ({2: dict.fromkeys(course.chapter(2).tasks, "right")} if is_right else {})


def test_a_rerun_tells_an_error_and_a_mistake(tmp_path):
    path = tmp_path / contents.entry(2).notebook
    lines = ["from semascope.course import chapter; ch = chapter(2)"]
    lines += ["ch.by_hand.check(48)", "ch.cosine.check(cosine)"]
    cells = [nbformat.v4.new_code_cell(line) for line in lines]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    by_hand, cosine, misleading = rerun.rerun(path)
    assert by_hand.text.startswith("Not yet. 48 is the dot product.")
    assert cosine.text == "The cell stopped: NameError: name 'cosine' is not defined"
    assert misleading.text == "The notebook no longer holds ch.misleading.check(…)."


def test_a_rerun_refuses_what_is_no_notebook(tmp_path):
    with pytest.raises(FileError, match="there are no chapters in"):
        rerun.notebooks_in(tmp_path)
    path = tmp_path / contents.entry(2).notebook
    path.write_text("{}")
    assert rerun.notebooks_in(tmp_path) == [path]
    with pytest.raises(FileError, match="is no notebook"):
        rerun.rerun(path)


# --- notebooks ---


def test_writing_leaves_what_is_there(tmp_path):
    first = start.write(tmp_path / "new")
    assert all(is_new for _, is_new in first)
    first[0][0].write_text("mine")
    (tmp_path / "new" / record.NAME).write_text("# mine\n")
    assert not any(is_new for _, is_new in start.write(tmp_path / "new"))
    assert first[0][0].read_text() == "mine"
    assert (tmp_path / "new" / record.NAME).read_text() == "# mine\n"


def test_a_gate_can_be_read_on_light_and_dark_pages():
    for ink, ground in notebooks.GATES.values():
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= CONTRAST
    first = notebooks.STOP
    assert f"color:{first[0]};background-color:{first[1]}" in notebooks.make(2, "student")


def luminance(color):
    """Return the relative luminance of a color, as WCAG 2.1 defines it."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_an_unknown_chapter_is_refused():
    with pytest.raises(InvalidValue, match="there is no chapter 99; there are"):
        course.chapter(99)


def test_a_missing_package_is_named_with_what_to_install():
    with pytest.raises(SemascopeError, match=r"pip install 'semascope\[course\]'"):
        notebooks.needed("there_is_no_such_module")


def test_glove_as_it_comes_along_is_glove():
    from semascope.course.supplied import glove
    from semascope.encoder.weights import is_cached

    if not is_cached("glove-6b-50d"):
        pytest.skip("GloVe is not in the cache")
    whole = sema.load("glove-6b-50d")
    for word, vector in glove().items():
        assert sema.cosine_similarity(vector, whole.encode(word)) > 0.99999  # five digits


def test_all_exercises_are_of_a_kind_that_is_known():
    for number in NUMBERS:
        for task in course.chapter(number).tasks.values():
            assert isinstance(task.exercise, Exercise | OpenExercise)


def test_pictures_of_the_course_refuse_what_they_cannot_draw():
    from semascope.course import pictures

    with pytest.raises(InvalidValue, match="384 finite numbers"):
        pictures.fold(np.zeros(3), "three")
    with pytest.raises(InvalidValue, match="two or more vectors"):
        pictures.arrows([(1, 2)], ["a"])
    with pytest.raises(InvalidValue, match="not negative"):
        pictures.arrows([(1, 2), (-1, 2)], ["a", "b"])


def test_notebooks_hold_no_magic_that_a_plain_python_lacks():
    for number in NUMBERS:
        for cell in code(notebooks.read(number).cells):
            ast.parse(cell.text)


def test_a_notebook_says_which_chapter_it_is():
    notebook = json.loads(notebooks.make(1, "student"))
    assert notebook["metadata"]["semascope"] == {"chapter": 1, "kind": "student"}
