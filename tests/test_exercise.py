"""What an answer is told: right, not attempted, or which mistake it is; and what is kept of it."""

import tomllib

import numpy as np
import pytest

from semascope import course
from semascope.course import record
from semascope.course.exercise import Exercise, Mistake, OpenExercise, in_lines, same, shown
from semascope.errors import FileError

MEAN = Exercise(
    question="Write the mean.",
    reference=lambda v: float(np.mean(v)),
    cases=[(np.array([1.0, 3.0]),), (np.array([1.0, 2.0, 6.0]),)],
    mistakes=[
        Mistake(lambda v: v.sum(), "That is the sum."),
        Mistake(lambda v: v.mean(axis=1), "There is one axis."),
    ],
)


def said(answer, exercise=MEAN):
    return flat(exercise.examine(answer))


def flat(message):
    """Return a message without its line breaks."""
    return " ".join(str(message).split())


def test_a_right_answer_is_right_within_the_tolerance():
    assert MEAN.examine(lambda v: v.sum() / len(v) + 1e-7).state == "right"
    assert MEAN.examine(lambda v: np.float32(v.mean())).state == "right"
    assert MEAN.examine(lambda v: v.mean() + 1e-3).state == "wrong"


def stub(v): ...


def stub_with_words(v):
    """Return the mean."""


def stub_that_passes(v):
    pass


def stub_that_returns_dots(v):
    return ...


def stub_with_a_gap(v):
    return v.sum() / ...


def stub_that_raises(v):
    raise NotImplementedError


@pytest.mark.parametrize(
    "answer",
    [
        ...,
        None,
        stub,
        stub_with_words,
        stub_that_passes,
        stub_that_returns_dots,
        stub_with_a_gap,
        stub_that_raises,
    ],
)
def test_a_stub_is_not_attempted(answer):
    assert said(answer).startswith("Not attempted.")


def test_an_answer_is_compared_with_each_known_mistake():
    assert said(sum) == "Not yet. That is the sum."
    assert said(lambda v: v.mean(axis=1)) == "Not yet. There is one axis."  # both raise the same


def test_a_printed_result_is_named_and_shown(capsys):
    assert "Put `return` where `print` is" in said(lambda v: print(v.mean()))
    assert capsys.readouterr().out == "2.0\n3.0\n"


def test_a_forgotten_return_is_named():
    def forgot(v):
        v.mean()

    assert "returns nothing" in said(forgot)


def test_an_input_changed_in_place_is_named():
    def changes(v):
        v /= len(v)
        return v.sum()

    assert "changed what it was given" in said(changes)
    assert said(lambda v: (v / len(v)).sum()) == "Right."
    np.testing.assert_array_equal(MEAN.cases[0][0], [1, 3])


def test_a_wrong_shape_is_named():
    assert "should be one number; yours is of shape (1,)" in said(lambda v: [v.mean()])
    assert "yours is of the type str" in said(lambda v: str(v[0]))


def test_an_error_is_told_plainly():
    assert said(lambda v: v.average()) == (
        "Not yet. With v = [1., 3.] it stopped: AttributeError: 'numpy.ndarray' object has no "
        "attribute 'average'"
    )


def test_an_unknown_mistake_is_shown_the_first_case_that_differs():
    assert said(np.median) == "Not yet. With v = [1., 2., 6.] it should give 3; yours gives 2."


def test_the_result_of_a_function_is_not_taken_for_the_function():
    assert "takes the function itself" in said(2.0)


def test_a_value_is_not_given_away():
    exercise = Exercise("?", 0.96, mistakes=[Mistake(48, "the dot product")], tolerance=1e-3)
    assert said(0.9601, exercise) == "Right."
    assert said(48, exercise) == "Not yet. the dot product"
    assert said(2, exercise) == "Not yet. 2 is not it. A hint may help."
    assert said(..., exercise).startswith("Not attempted.")


def test_an_open_question_is_judged():
    exercise = OpenExercise("A long word?", lambda w: "" if len(w) > 5 else "longer", "elephant")
    assert said("elephant", exercise) == "Right."
    assert said("cat", exercise) == "Not yet. longer"
    assert said((..., "a"), exercise).startswith("Not attempted.")
    assert "cannot be used: object of type 'int' has no len()" in said(7, exercise)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1, 2], np.array([1.0, 2.0]), True),
        ([1, 2], [[1, 2]], False),
        ([np.nan], [np.nan], True),
        ({"a": 1.0}, {"a": 1.0 + 1e-9}, True),
        ({"a": 1}, {"b": 1}, False),
        (["a", 1], ["a", 1.0], True),
        (["a", 1], ["b", 1], False),
        ([[1], [1, 2]], [[1], [1, 2]], True),
        ("1", 1, False),
        (None, 0, False),
        ((3, 384), [3, 384], True),
    ],
)
def test_answers_are_compared_by_value_and_shape(a, b, expected):
    assert same(a, b) is expected


def test_messages_come_in_lines_and_short_lines_stay():
    assert in_lines("a b\n" + "word " * 30).splitlines()[0] == "a b"
    assert max(map(len, in_lines("word " * 30).splitlines())) <= 72


def test_long_values_are_shown_short():
    assert shown(np.arange(1000.0)) == "[0., 1., ..., 998., 999.]"
    assert len(shown("a" * 1000)) == 200
    assert shown(np.float32(0.123456)) == "0.1235"


# --- in a learner's hands ---


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return where progress is kept."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.ELSEWHERE, raising=False)
    path = tmp_path / record.NAME
    path.write_text(record.HEADING)
    return path


def test_hints_come_one_after_the_other(kept):
    task, hints = course.chapter(2).by_hand, course.chapter(2).by_hand.exercise.hints
    given = [flat(task.hint()) for _ in range(len(hints) + 1)]
    assert [text.startswith(f"Hint {i} of 3") for i, text in enumerate(given[:3], 1)] == [True] * 3
    assert hints[0] in given[0]
    assert given[3] == given[2]


def test_a_solution_opens_after_a_try_also_of_another_day(kept):
    assert "opens after your first try" in flat(course.chapter(2).by_hand.solution())
    course.chapter(2).by_hand.check(...)
    assert "opens after your first try" in flat(course.chapter(2).by_hand.solution())
    course.chapter(2).by_hand.check(48)
    assert "answer = 0.96" in flat(course.chapter(2).by_hand.solution())


def test_the_same_function_checked_again_may_not_have_been_rerun(kept):
    task = course.chapter(2).cosine
    assert "run the cell that holds it" not in flat(task.check(np.dot))
    assert "run the cell that holds it" in flat(task.check(np.dot))


def test_catching_up_keeps_what_is_right(kept, capsys):
    task = course.chapter(2).cosine

    def mine(a, b):
        return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))

    assert task.catch_up() is task.exercise.reference
    assert "ours for now" in capsys.readouterr().out
    task.check(mine)
    task.check(np.dot)
    assert task.catch_up() is mine
    assert "yours is right" in capsys.readouterr().out


def test_progress_is_plain_text_and_what_was_right_stays(kept):
    chapter = course.chapter(2)
    chapter.by_hand.check(0.96)
    chapter.by_hand.check(48)
    chapter.cosine.check(np.dot)
    chapter.predict("q with itself", 'one, "of course"')
    assert tomllib.loads(kept.read_text()) == {
        "chapter": {
            "2": {
                "by_hand": "right",
                "cosine": chapter.cosine.exercise.mistakes[0].feedback,
                "predictions": {"q with itself": 'one, "of course"'},
            }
        }
    }
    written = kept.read_text()
    record.Record.read(kept).write()
    assert kept.read_text() == written


def test_a_prediction_is_shown_again_in_another_session(kept):
    assert flat(course.chapter(1).predicted("vote")) == "You made no prediction."
    assert "No prediction yet" in flat(course.chapter(1).predict("vote", ...))
    course.chapter(1).predict("vote", "C")
    assert flat(course.chapter(1).predicted("vote")) == "You predicted: C"


def test_without_a_file_nothing_is_kept_but_all_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.ELSEWHERE, raising=False)
    chapter = course.chapter(1)
    assert chapter.shape.check((3, 384)).state == "right"
    chapter.predict("vote", "A")
    assert str(chapter.predicted("vote")) == "You predicted: A"
    assert list(tmp_path.iterdir()) == []


def test_damaged_progress_is_told_and_costs_no_verdict(kept):
    kept.write_text("[chapter.x]\n")
    verdict = flat(course.chapter(1).shape.check((3, 384)))
    assert verdict.startswith("Right.")
    assert "Your progress was not kept" in verdict
    assert kept.read_text() == "[chapter.x]\n"
    with pytest.raises(FileError, match="Mend that line, or delete the file"):
        record.Record.read(kept)


def test_an_unknown_exercise_is_an_attribute_error():
    with pytest.raises(AttributeError, match="it has by_hand, cosine, misleading"):
        _ = course.chapter(2).sine


def test_a_task_and_a_chapter_say_what_they_are():
    assert repr(course.chapter(2)).startswith("Chapter 2: Similarity. Exercises: by_hand, cosine")
    assert "Answer with ch.by_hand.check(…)" in flat(course.chapter(2).by_hand)
    assert "cosine" in dir(course.chapter(2))
