"""Why two texts are similar: parts that add up, words left out, and how that is shown."""

import json
import re
from copy import copy
from functools import cache

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from rich.cells import cell_len
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from transformers import AutoModel, AutoTokenizer

import semascope as sema
from semascope.cli import main
from semascope.encoder.runtime import native_precision
from semascope.errors import InvalidText, InvalidValue, UnsupportedModel

EXACT = 1e-5  # the promise: contributions add up to the f32 cosine
RIVER = "The bank of the river was muddy."
MONEY = "The bank lent money to farmers hit by the drought."


@pytest.fixture(scope="module")
def pairs(model, texts):
    """Return explanations of some 200 pairs of the texts, each with its embeddings' cosine."""
    embeddings = model.encode(texts)
    model = copy(model)  # that looks into each text once
    model.hidden_states = cache(model.hidden_states)
    explained = []
    for step in (1, 37):  # neighbors are alike in kind; the others mostly not
        for i, text in enumerate(texts):
            j = (i + step) % len(texts)
            cosine = sema.cosine_similarity(embeddings[i], embeddings[j])
            explained.append((sema.explain(text, texts[j], model=model), cosine))
    return explained


@pytest.fixture(scope="module")
def why(model):
    return sema.explain(RIVER, MONEY, model=model)


@pytest.fixture(scope="module")
def with_prompt(save_model):
    """Return a small random model that puts a prompt before a text, and does not normalize."""
    prompts = {"prompts": {"query": "find the "}, "default_prompt_name": "query"}
    return sema.load(save_model(Pooling(32), **prompts), precision="f32")


def words(reading_or_words):
    return [word.text for word in reading_or_words]


# The sum


def test_contributions_add_up_to_the_cosine(pairs):
    assert len(pairs) > 150
    for explanation, cosine in pairs:
        assert explanation.contributions.sum() == pytest.approx(cosine, abs=EXACT)
        assert explanation.cosine == pytest.approx(cosine, abs=EXACT)


def test_a_sum_that_skips_a_token_is_caught(pairs):
    """Without [CLS] of a, or [SEP] of b, the test above would fail for nearly every pair."""
    for skip in (np.s_[1:], np.s_[:, :-1]):
        off = [abs(each.contributions[skip].sum() - cosine) for each, cosine in pairs]
        assert np.mean(np.array(off) > EXACT) > 0.95


def test_lengths_without_a_token_are_caught(model, texts):
    h, g = (model.hidden_states(text)[-1].astype(float) for text in (RIVER, MONEY))
    cosine = sema.cosine_similarity(*model.encode([RIVER, MONEY]))
    for start in (0, 1):  # all tokens, or all but [CLS] in both the parts and the lengths
        a, b = h[start:], g[start:]
        lengths = np.linalg.norm(a.sum(axis=0)) * np.linalg.norm(b.sum(axis=0))
        assert (abs((a @ b.T / lengths).sum() - cosine) <= EXACT) == (start == 0)


def test_contributions_are_those_of_transformers_hidden_states(minilm, why):
    model = AutoModel.from_pretrained(minilm, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(minilm, local_files_only=True)
    with torch.no_grad():
        h, g = (model(**tokenizer(t, return_tensors="pt"))[0][0].double() for t in (RIVER, MONEY))
    lengths = h.sum(0).norm() * g.sum(0).norm()
    for i, j in np.ndindex(why.contributions.shape):
        expected = float(h[i] @ g[j] / lengths)
        assert why.contributions[i, j] == pytest.approx(expected, abs=1e-5)  # float32 rounding


def test_a_text_has_a_cosine_of_one_to_itself(model, texts):
    for text in texts[::10]:
        assert sema.explain(text, text, model=model).cosine == pytest.approx(1, abs=1e-12)


def test_exchanged_texts_exchange_the_sides(model, why):
    other_way = sema.explain(MONEY, RIVER, model=model)
    np.testing.assert_array_equal(other_way.contributions, why.contributions.T)
    np.testing.assert_allclose(other_way.of_a, why.of_b, atol=1e-12)
    assert other_way.words_a == why.words_b


def test_a_model_that_does_not_normalize_has_a_cosine_too(save_model):
    random = sema.load(save_model(Pooling(32)), precision="f32")
    a, b = random.encode([RIVER, MONEY])
    assert abs(np.linalg.norm(a) - 1) > 0.1
    found = sema.explain(RIVER, MONEY, model=random)
    assert found.cosine == pytest.approx(sema.cosine_similarity(a, b), abs=EXACT)


def test_the_prompt_is_read_counted_and_named(with_prompt):
    found = sema.explain("uncle", "aunt", model=with_prompt)
    a, b = with_prompt.encode(["uncle", "aunt"])
    assert found.cosine == pytest.approx(sema.cosine_similarity(a, b), abs=EXACT)
    assert found.text_a == "find the uncle"
    kinds = [(word.text, word.kind) for word in found.words_a]
    assert kinds[1:-1] == [("find", "prompt"), ("the", "prompt"), ("uncle", "text")]


def test_the_sum_is_in_f32_whatever_the_model_computes_in(bf16_model, why):
    score = sema.cosine_similarity(*bf16_model.encode([RIVER, MONEY]))
    found = sema.explain(RIVER, MONEY, model=bf16_model, similarity=score)
    np.testing.assert_array_equal(found.contributions, why.contributions)
    assert 0 < abs(found.difference) < 0.005  # bfloat16 keeps three digits
    assert found.difference == found.similarity - found.cosine
    assert why.difference is None


def test_the_default_model_is_taken_if_none_is_given(why):
    np.testing.assert_array_equal(sema.explain(RIVER, MONEY).contributions, why.contributions)


# Words


def test_words_add_up_as_tokens_do(pairs):
    for explanation, cosine in pairs[::5]:
        by_word = explanation.by_word
        assert by_word.shape == (len(explanation.words_a), len(explanation.words_b))
        assert by_word.sum() == pytest.approx(cosine, abs=EXACT)
        np.testing.assert_allclose(explanation.of_a, by_word.sum(axis=1), atol=1e-12)
        np.testing.assert_allclose(explanation.of_b, by_word.sum(axis=0), atol=1e-12)
        for i in (0, len(by_word) - 1):  # by the definition: over the word's tokens
            tokens = list(explanation.words_a[i].tokens)
            expected = explanation.contributions[tokens].sum()
            assert explanation.of_a[i] == pytest.approx(expected, abs=1e-12)


def test_words_of_several_tokens_are_merged(model):
    found = sema.explain("a Donaudampfschiff", "don't", model=model)
    assert found.tokens_a[2:5] == ("dona", "##uda", "##mp")
    assert words(found.words_a) == ["[CLS]", "a", "Donaudampfschiff", "[SEP]"]
    assert words(found.words_b) == ["[CLS]", "don", "'", "t", "[SEP]"]
    long_word = found.words_a[2]
    expected = found.contributions[long_word.tokens.start : long_word.tokens.stop].sum()
    assert found.of_a[2] == pytest.approx(expected, abs=1e-12)


def test_spans_give_back_the_words_of_the_text(model, texts):
    for text in texts:
        reading = model.reading(text)
        assert [token for word in reading.words for token in word.tokens] == list(
            range(len(reading.tokens))
        )
        of_text = [word for word in reading.words if word.kind == "text"]
        assert [word.text for word in of_text] == [text[word.start : word.end] for word in of_text]
        read = text[: reading.unread]
        kept = "".join(word.text for word in of_text)
        dropped = {"\0", "\u0301", "\u200d", "\ufe0f"}  # by the tokenizer, at a word's edge
        assert set("".join(read.split())) - set(kept) <= dropped


def test_special_tokens_are_shown_and_have_a_share(why):
    special = [word.text for word in why.words_a if word.kind == "special"]
    assert special == ["[CLS]", "[SEP]"]
    assert (why.of_a[[0, -1]] > 0.01).all()
    inner = why.by_word[1:-1, 1:-1].sum()
    assert why.of_special == pytest.approx(why.cosine - inner, abs=1e-12)


def test_a_special_token_that_is_written_out_is_a_word_of_the_text(model):
    kinds = [word.kind for word in model.reading("a [MASK] there").words]
    assert kinds == ["special", "text", "text", "text", "special"]


def test_the_strongest_pairs_come_first(why):
    strongest = why.strongest(5)
    assert (strongest[0].a.text, strongest[0].b.text) == ("bank", "bank")
    amounts = np.sort(np.abs(why.by_word), axis=None)[::-1][:5]
    assert [abs(pair.contribution) for pair in strongest] == amounts.tolist()
    for a, b, contribution in strongest:
        place = why.words_a.index(a), why.words_b.index(b)
        assert why.by_word[place] == contribution
    assert len(why.strongest(10_000)) == why.by_word.size
    with pytest.raises(InvalidValue, match="n must be at least 1, got 0"):
        why.strongest(0)


# What was not read


def test_what_was_not_read_begins_where_the_model_stops(model):
    read = "word " * 254  # [CLS] and [SEP] make it 256
    found = sema.explain(read + "and an afterthought", read + " \n", model=model)
    assert found.unread_a == len(read)
    assert found.text_a[found.unread_a :] == "and an afterthought"
    assert found.unread_b is None  # white space is no loss


def test_what_was_not_read_has_no_effect(model, texts):
    for text in texts:
        reading = model.reading(text)
        if reading.unread is not None:
            np.testing.assert_array_equal(model.encode(text[: reading.unread]), model.encode(text))
            assert len(reading.tokens) == model.max_tokens
    assert sum(model.reading(text).unread is not None for text in texts) > 3


# Leave one out


def test_leave_one_out_is_what_encoding_the_cut_texts_gives(model, why):
    found = sema.leave_one_out(RIVER, "The bank lent.", model=model)
    cut = {
        "The": "bank of the river was muddy.",
        "bank": "The of the river was muddy.",
        "of": "The bank the river was muddy.",
        "the": "The bank of river was muddy.",
        "river": "The bank of the was muddy.",
        "was": "The bank of the river muddy.",
        "muddy": "The bank of the river was .",
        ".": "The bank of the river was muddy",
    }
    assert {each.word.text: each.text for each in found.a} == cut
    other = model.encode("The bank lent.")
    assert found.cosine == sema.cosine_similarity(model.encode(RIVER), other)
    for each in found.a:
        expected = sema.cosine_similarity(model.encode(cut[each.word.text]), other)
        assert each.similarity == expected
        assert each.change == expected - found.cosine
    assert [each.text for each in found.b] == [
        "bank lent.",
        "The lent.",
        "The bank .",
        "The bank lent",
    ]


def test_contributions_stand_beside_and_are_not_the_change(model, why):
    found = sema.leave_one_out(RIVER, MONEY, model=model)
    assert [each.contribution for each in found.a] == why.of_a[1:-1].tolist()
    assert [each.contribution for each in found.b] == why.of_b[1:-1].tolist()
    changes = np.array([each.change for each in found.a])
    assert np.abs(changes + why.of_a[1:-1]).max() > 0.05  # they differ
    assert (changes > 0).any()  # though every word adds
    assert (why.of_a > 0).all()


def test_words_that_touch_stay_two_when_what_is_between_them_goes(model):
    left = {each.word.text: each.text for each in sema.leave_one_out("don't", "", model=model).a}
    assert left == {"don": "'t", "'": "don t", "t": "don'"}


def test_leave_one_out_of_a_single_word_and_of_nothing(model):
    found = sema.leave_one_out("uncle", "", model=model)
    (uncle,) = found.a
    assert (uncle.text, found.b) == ("", [])
    assert uncle.similarity == pytest.approx(1)  # nothing is like nothing


def test_leave_one_out_leaves_the_prompt_alone(with_prompt):
    found = sema.leave_one_out("a grey cat", "uncle", model=with_prompt)
    assert [each.text for each in found.a] == ["grey cat", "a cat", "a grey"]
    uncle, cat = with_prompt.encode(["uncle", "a cat"])
    assert found.a[1].similarity == sema.cosine_similarity(cat, uncle)


def test_leave_one_out_reports_progress(model):
    calls = []
    sema.leave_one_out(RIVER, MONEY, model=model, on_progress=lambda *call: calls.append(call))
    assert calls[-1] == (2 + 8 + 11, 2 + 8 + 11)


# What is refused


def test_a_model_that_pools_otherwise_is_refused_with_the_reason(save_model):
    cls = sema.load(save_model(Pooling(32, "cls")), precision="f32")
    with pytest.raises(UnsupportedModel, match=r"first token alone .* its cosine is no sum over"):
        sema.explain(RIVER, MONEY, model=cls)
    found = sema.leave_one_out(RIVER, MONEY, model=cls)  # as the message says, this works
    assert {each.contribution for each in found.a} == {None}


def test_a_foreign_model_is_refused_with_the_reason(save_model):
    foreign = sema.load(save_model(Pooling(32), Dense(32, 16), Normalize()))
    with pytest.raises(UnsupportedModel, match=r"run by sentence-transformers, which may do more"):
        sema.explain(RIVER, MONEY, model=foreign)
    with pytest.raises(UnsupportedModel, match="only a model that semascope runs itself"):
        sema.leave_one_out(RIVER, MONEY, model=foreign)


def test_what_is_no_text_is_refused(model):
    with pytest.raises(InvalidText, match="None"):
        sema.explain(RIVER, None, model=model)
    with pytest.raises(InvalidText, match="lone surrogate"):
        sema.explain("bad\udc80", MONEY, model=model)


# The command

COLORS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def run(request, model, monkeypatch):
    """Return a function that runs the command in this process, with models that are loaded."""
    own = request.getfixturevalue("bf16_model") if native_precision() == "bf16" else model
    models = {"f32": model, "auto": own}
    monkeypatch.setattr(sema, "load", lambda precision="auto": models[precision], raising=False)

    def run(*arguments, **environment):
        environment = {"COLUMNS": "80"} | environment
        return CliRunner(env=environment).invoke(main, ["explain", *arguments])

    return run


def test_the_command_prints_every_word_with_its_amount(run, why):
    found = run(RIVER, MONEY)
    assert found.exit_code == 0
    assert (found.stderr, found.stdout.splitlines()[0]) == ("", f"{why.cosine:.4f}")
    block = found.stdout.partition("\nA\n")[2].partition("\n\nB\n")[0].splitlines()
    assert block[0].split() == words(why.words_a)
    assert [float(amount) for amount in block[1].split()] == why.of_a.round(3).tolist()
    assert f"All {why.by_word.size} pairs of words add up to {why.cosine:.4f}" in found.stdout
    pair = why.strongest(1)[0]
    assert f" {pair.contribution:.3f}  bank – bank\n".replace("0.", ".") in found.stdout
    if native_precision() == "bf16":
        assert "In bf16, in which collections are embedded here, the cosine is" in found.stdout


@pytest.mark.parametrize("width", [30, 80])
def test_no_line_is_wider_than_the_terminal(run, texts, width):
    long, odd = texts[-1], texts[10]
    for line in ((odd, MONEY, "--leave-one-out"), (long, texts[4]), (long, odd)):
        found = run(*line, COLUMNS=str(width))
        assert found.exit_code == 0
        lines = found.stdout.splitlines()
        assert len(lines) > 15
        assert max(map(cell_len, lines)) <= width


def test_words_are_shaded_on_a_terminal_and_not_where_it_wants_no_color(run):
    terminal = {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    plain = run(RIVER, MONEY).stdout
    shaded = run(RIVER, MONEY, **terminal).stdout
    assert "\x1b" not in plain
    assert COLORS.sub("", shaded) == plain  # colors are never alone
    assert re.search(r"\x1b\[[0-9;]*48;2;[0-9;]*mbank\x1b\[0m", shaded)  # a background
    assert "\x1b[" not in run(RIVER, MONEY, NO_COLOR="1", **terminal).stdout


def test_what_takes_away_is_of_another_color():
    from semascope.cli.shading import ADDS, TAKES, number, shade

    full = {sign: shade(sign * 0.5, 0.5).bgcolor.triplet for sign in (1, -1)}
    assert full == {1: ADDS, -1: TAKES}
    assert shade(0.001, 0.5).bgcolor is None
    assert (number(0.182, 0.5), number(-0.0121, 0.5)) == (".182", "-.012")
    assert (number(0.0012, 0.0056), number(-0.0000001, 1), number(0, 0)) == (
        ".0012",
        ".000",
        ".000",
    )


def test_a_long_text_flows_and_its_end_is_said_not_to_be_read(run, model, texts):
    found = run(texts[-1], RIVER).stdout
    flat = " ".join(found.split())
    end = model.reading(texts[-1]).unread
    rest = " ".join(texts[-1][end:].split())[:100]
    assert " A [CLS] " in flat
    assert f" [SEP] [not read:] {rest}" in flat
    assert f"did not read A from character {end:,} on" in flat
    assert re.search(r"Most of its \d+ words: \w+ -?\.\d+, ", flat)


def test_what_a_terminal_obeys_does_not_reach_it(run):
    hostile = "a \x1b[31mred\x1b[0m cat\x9b2J \x07 is\u202e here\r\x1b]0;title\x07"
    for line in ((hostile, hostile, "--leave-one-out"), (hostile * 40, hostile)):
        found = run(*line).stdout
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", found)


def test_leave_one_out_says_why_the_two_differ(run, model):
    flat = " ".join(run(RIVER, MONEY, "--leave-one-out").stdout.split())
    river = next(
        e for e in sema.leave_one_out(RIVER, MONEY, model=model).a if e.word.text == "river"
    )
    adds = f"{river.contribution:.3f}".lstrip("0")
    assert f"{river.similarity:.4f} {river.change:+.3f} {adds} river" in flat
    assert "What a word adds and what its absence changes differ." in flat


def test_the_command_for_machines(run, why, model):
    found = json.loads(run(RIVER, MONEY, "--json", "--leave-one-out").stdout)
    assert found["cosine"] == pytest.approx(why.cosine, abs=1e-12)
    np.testing.assert_allclose(found["by_word"], why.by_word, atol=1e-12)
    assert [word["word"] for word in found["b"]["words"]] == words(why.words_b)
    assert found["a"]["words"][0]["kind"] == "special"
    assert found["difference"] == pytest.approx(found["similarity"] - found["cosine"])
    assert [each["word"] for each in found["without"]["a"]] == words(why.words_a)[1:-1]
    assert found["a"]["unread"] is None


def test_the_command_draws_all_pairs_of_words(run, why, tmp_path):
    found = run(RIVER, MONEY, "--to", str(tmp_path / "why.png"))
    assert found.exit_code == 0
    assert found.stdout.endswith(f": {len(why.words_a)} × {len(why.words_b)} words\n")
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")
    refused = run(RIVER, MONEY, "--to", str(tmp_path / "why.jpeg"))
    assert refused.exit_code == 2
    assert "change its suffix" in refused.stderr


def test_an_empty_text_is_refused(run):
    found = run("uncle", " ")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == "semascope: a text is empty; give two texts to compare\n"


def test_the_command_as_a_process_of_its_own(run_python, why):
    code = "import sys; from semascope.cli import main; main(['explain', *sys.argv[1:]])"
    printed = run_python(code, RIVER, MONEY)
    assert printed.startswith(f"{why.cosine:.4f}\nthe cosine of A and B")
