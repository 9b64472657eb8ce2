# %% [markdown]
# # 9 · Why this match?
#
# After this chapter you can name the pair of words that carries a match, and say what
# such a pair proves and what it does not. Take about 25 minutes.

# %%
import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, show

ch = chapter(9)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>What do you divide a dot product by to get a cosine?</summary>
# By both lengths.</details>
#
# <details><summary>Does a high cosine say that two texts agree?</summary>
# No. It says that they are about the same thing.</details>
#
# <details><summary>What does a layer of a transformer do to a word's vector?</summary>
# It mixes in some of the other words. After six layers, each word's vector knows its
# sentence.</details>

# %% [markdown]
# ## A number with nothing behind it?
#
# You know these two from the vote in chapter 2. They say opposite things, and their
# cosine is high.

# %%
a = "The medicine is dangerous for children."
b = "Kids can take this drug without risk."
print(f"{sema.cosine_similarity(*model.encode([a, b])):.3f}")

# %% [markdown]
# 0.803, and not a word in common. Many say: such a model is a black box, you get a
# number and no reason. Let us open it.
#
# Which word of the first goes with which word of the second? Write down the two pairs
# that you think do most for the match.

# %%
ch.predict("two pairs", ...)  # such as "cat–kitten, sat–sitting"

# %% [markdown]
# ## Where the number comes from
#
# The last layer gives a vector for each piece that the model read, each **token**.

# %%
h, g = (model.hidden_states(text)[-1].astype(float) for text in (a, b))
print(h.shape, model.tokens(a))
print(g.shape, model.tokens(b))

# %% [markdown]
# Nine rows for the first text, ten for the second. `[CLS]` and `[SEP]` stand at the
# start and the end of every text; full stops are tokens too.
#
# How does the model make *one* vector of nine? It takes the mean. And a mean points
# where the sum points. Is that really all?

# %%
print(f"{sema.cosine_similarity(h.sum(axis=0), model.encode(a)):.5f}")

# %% [markdown]
# The same direction. So the embedding of a text is the sum of its tokens, cut to
# length 1. Now recall how two sums are multiplied at school:
#
# $$(x + y)\,(u + v) = xu + xv + yu + yv$$
#
# Each with each, and then add. It works the same with vectors and dot products. So the
# dot product of two texts *is* a sum over all pairs of tokens, 9 · 10 of them.
#
# **Your turn.** `h` has a row for each token of one text, `g` for each of the other.
# Return a table with a row for each token of `h` and a column for each of `g`: what
# that pair **adds to the cosine** of the two texts. All fields together must add up to
# that cosine.


# %% tags=["exercise"]
def contributions(h, g):
    return ...


ch.contributions.check(contributions)


# %% tags=["solution"]
def contributions(h, g):
    lengths = np.linalg.norm(h.sum(axis=0)) * np.linalg.norm(g.sum(axis=0))
    return h @ g.T / lengths


ch.contributions.check(contributions)


# %% tags=["wrong"]
# told: they add up to a dot product
def contributions(h, g):
    return h @ g.T


ch.contributions.check(contributions)


# %% tags=["wrong"]
# told: these are cosines of tokens
def contributions(h, g):
    h = h / np.linalg.norm(h, axis=1, keepdims=True)
    g = g / np.linalg.norm(g, axis=1, keepdims=True)
    return h @ g.T


ch.contributions.check(contributions)


# %% tags=["wrong"]
# told: the lengths of the means
def contributions(h, g):
    x, y = h.mean(axis=0), g.mean(axis=0)
    return h @ g.T / (np.linalg.norm(x) * np.linalg.norm(y))


ch.contributions.check(contributions)


# %% tags=["wrong"]
# told: Put `return` where `print` is
def contributions(h, g):
    print(h @ g.T)


ch.contributions.check(contributions)

# %% [markdown]
# Stuck? `ch.contributions.hint()`. The next cell goes on with yours, or with ours.

# %% tags=["catch-up"]
contributions = ch.contributions.catch_up()

# %%
table = contributions(h, g)
print(table.shape, f"{table.sum():.3f}")

# %% [markdown]
# Ninety numbers, and they add up to 0.803. Nothing is left over. So much for the black
# box: every bit of the number has an address.

# %% [markdown]
# ## The pair that carries it
#
# **Your turn.** Which two words have the highest field? The function gets the table,
# the words of the rows and the words of the columns, and returns the two words.


# %% tags=["exercise"]
def carrier(table, a, b):
    return ...


ch.carrier.check(carrier)


# %% tags=["solution"]
def carrier(table, a, b):
    i, j = np.unravel_index(table.argmax(), table.shape)
    return a[i], b[j]


ch.carrier.check(carrier)


# %% tags=["wrong"]
# told: counts through the whole table
def carrier(table, a, b):
    return table.argmax()


ch.carrier.check(carrier)


# %% tags=["wrong"]
# told: in the wrong order
def carrier(table, a, b):
    j, i = np.unravel_index(table.T.argmax(), table.T.shape)
    return b[j], a[i]


ch.carrier.check(carrier)


# %% tags=["wrong"]
# told: with all the others together
def carrier(table, a, b):
    return a[table.sum(axis=1).argmax()], b[table.sum(axis=0).argmax()]


ch.carrier.check(carrier)

# %% tags=["catch-up"]
carrier = ch.carrier.catch_up()

# %%
print(carrier(table, model.tokens(a), model.tokens(b)))
ch.predicted("two pairs")

# %% [markdown]
# `sema.explain` does the same, and puts the pieces of long words together again. Here
# are the pairs that add most.

# %%
why = sema.explain(a, b, model=model)
for pair in why.strongest(3):
    print(f"{pair.contribution:.3f}  {pair.a.text} – {pair.b.text}")

# %% [markdown]
# Children and kids, medicine and drug: good. And the third one, **dangerous – risk**,
# is the one that should have kept the two apart. It pulls them together by 0.022. With
# "safe" in the place of "dangerous" it would be less:

# %%
safe = sema.explain("The medicine is safe for children.", b, model=model)
for found, word in ((why, "dangerous"), (safe, "safe")):
    i = [w.text for w in found.words_a].index(word)
    j = [w.text for w in found.words_b].index("risk")
    print(f"{found.by_word[i, j]:.3f}  {word} – risk")

# %% [markdown]
# 0.019. "Risk" has more to do with danger than with safety, and "without" does not turn
# it around. That is a piece of the answer to your vote.
#
# Now all fields, with the sum of each row and column behind the words.

# %%
show(plot.explanation(why))

# %% [markdown]
# Look how flat it is. The best pair adds 0.032, and the whole is 0.803. No pair decides
# alone. Before you go on: how much comes from pairs in which one partner is no word at
# all, but `[CLS]` or `[SEP]`?

# %%
ch.predict("no word at all", ...)

# %%
print(f"{why.of_special:.3f} of {why.cosine:.3f}")
ch.predicted("no word at all")

# %% [markdown]
# 0.243, nearly a third. The marks at the ends are in the mean like every token, and the
# layers have filled them with the sentence. "Carries" means "adds more than the
# others", not "is the reason".

# %% [markdown]
# ## Take it away
#
# That last sentence can be tested. Two words of these sentences add about the same:
# "is" adds 0.105, "drug" adds 0.112. If that is what they are worth, then without one
# of them the cosine must fall by about that much. Guess: by how much does it change
# without "is", and by how much without "drug"?

# %%
ch.predict("without is, without drug", ...)

# %%
out = sema.leave_one_out(a, b, model=model)
for each in (*out.a, *out.b):
    if each.word.text in ("is", "drug"):
        print(
            f"adds {each.contribution:.3f}, without it {each.change:.3f}: {each.text}"
        )
ch.predicted("without is, without drug")

# %% [markdown]
# −0.019 and −0.237. One of them is hardly missed, the other is the heart of the matter,
# and the table had them nearly equal.
#
# It is chapter 8 once more. The vector of "is" holds little of "is" and much of its
# sentence: medicine, danger, children. It adds a lot since the others lent it a lot.
# Take it out, and they still say it themselves.
#
# So these are two questions. *What is the number made of?* The table answers that
# exactly. *What would change it?* Only trying tells.
#
# **Your turn.** Make it as strange as you can: two texts, and a word that **adds** to
# their cosine, but when you take it out the cosine **rises**.

# %% tags=["exercise"]
answer = (..., ..., ...)  # two texts and a word of one, each in quotation marks

ch.paradox.check(answer)

# %% tags=["solution"]
one = "The bank raised its interest rates."
other = "We had a picnic on the bank of the river."
answer = (one, other, "picnic")

ch.paradox.check(answer)

# %% tags=["wrong"]
# told: it does not rise
answer = ("I love my cat.", "The kitten is sweet.", "cat")

ch.paradox.check(answer)

# %% [markdown]
# ## A search that you can ask why
#
# Chapter 1 promised an answer: why does "vegetarian food" find bacon? Emoji are
# searched by their label and tags. Strike the tag "meat" from the bacon. Will the bacon
# be **more** or **less** like vegetarian food?

# %%
ch.predict("bacon without meat", ...)  # "more" or "less"

# %%
query = "vegetarian food"
hit = sema.open("emoji.lance").search(query, k=1, mode="vector")[0]
print(f"{hit.similarity:.3f}  {hit.text}")
for pair in sema.explain(query, hit.text, model=model).strongest(3):
    print(f"{pair.contribution:.3f}  {pair.a.text} – {pair.b.text}")
for each in sema.leave_one_out(query, hit.text, model=model).b:
    if each.word.text == "meat":
        print(f"without meat: {each.change:.3f}")
ch.predicted("bacon without meat")

# %% [markdown]
# Less, by 0.094, and no other tag does as much. "Vegetarian – bacon" is the strongest
# pair, and "vegetarian – meat" comes soon behind. Who writes of one writes of the
# other, so to this model they are close. It found the bacon not although it is meat,
# but **because** it is.
#
# That is what such a table is good for: not to trust a match, but to see what it
# stands on.

# %% tags=["keep-going"]
# Your own query: what does its first hit stand on?
query = "I am late for work"
hit = sema.open("emoji.lance").search(query, k=1, mode="vector")[0]
show(plot.explanation(sema.explain(query, hit.text, model=model)))

# %% tags=["facts"]
adds = {e.word.text: e.contribution for e in (*out.a, *out.b)}
change = {e.word.text: e.change for e in (*out.a, *out.b)}
bacon = sema.open("emoji.lance").search("vegetarian food", k=1, mode="vector")[0]
assert bacon.row["label"] == "bacon"
left = sema.leave_one_out("vegetarian food", bacon.text, model=model).b
assert min(left, key=lambda each: each.change).word.text == "meat"
pairs = sema.explain("vegetarian food", bacon.text, model=model).strongest(3)
named = [(p.a.text, p.b.text) for p in pairs]
assert named[0] == ("vegetarian", "bacon")
assert ("vegetarian", "meat") in named
top = [(p.a.text, p.b.text) for p in why.strongest(3)]
assert top == [("children", "Kids"), ("medicine", "drug"), ("dangerous", "risk")]
assert np.allclose(
    table.sum(), sema.cosine_similarity(*model.encode([a, b])), atol=1e-5
)
assert table.shape == (9, 10)
k = [w.text for w in safe.words_a].index("safe")
m = [w.text for w in safe.words_b].index("risk")
facts = {
    "0.803": table.sum(),
    "0.032": why.strongest(1)[0].contribution,
    "0.022": why.strongest(3)[2].contribution,
    "0.019": safe.by_word[k, m],
    "0.243": why.of_special,
    "0.105": adds["is"],
    "0.112": adds["drug"],
    "−0.019": change["is"],
    "−0.237": change["drug"],
    "0.094": -min(each.change for each in left),
}

# %% [markdown] tags=["instructor"]
# **About 25 minutes**, 8 of them for the first exercise. Draw the school formula on the
# board with four little arrows; who sees that has the chapter.
#
# Wrong answers, and what they reveal. *`h @ g.T` alone*: thinks of a dot product as a
# cosine, chapter 2 again. *Each token brought to length 1*: knows what a cosine is and
# takes it of the wrong things; ask them to add up the table. *Lengths of the means*:
# mixes the two ways to say it; both are right if one stays with one. *`argmax` as it
# is*: never met a table in one row; let them print `table.argmax()` and count.
#
# Say after "is" and "drug": "What a number is made of is not what would change it."
# This is the sentence to take home. Somebody will ask for colored words as in other
# tools. Such highlights are this table, or leaving out; ask which, each time.
#
# Content note: a chapter on medicine and children, and bacon. Nothing worse.

# %% [markdown]
# ## What you take along
#
# - The embedding of a text is the sum of its tokens, so a cosine is **exactly** a sum
#   over pairs of tokens. `sema.explain` shows it.
# - The pair that adds most names what the match is about. Often it is a small part of
#   the whole.
# - What a word adds is not what happens without it: each vector holds its sentence.
#   `sema.leave_one_out` tries it.
# - It works where a model takes the mean of its tokens. With others, only trying is
#   left.
