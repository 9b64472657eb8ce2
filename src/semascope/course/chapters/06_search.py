# %% [markdown]
# # 6 · Search
#
# After this chapter you can write a search by meaning in one line, say why it always
# finds something, and give a query that meaning wins and one that words win.

# %%
import numpy as np

import semascope as sema
from semascope.course import chapter
from semascope.excerpt import beginning, excerpts

ch = chapter(6)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>When is the dot product of two vectors their cosine?</summary>
# When both have the length 1, as all embeddings of this model have.</details>
#
# <details><summary>What does a high cosine of two texts say?</summary>
# That they are about the same thing. Not that they agree.</details>
#
# <details><summary>What went into the emoji search, and what came out?</summary>
# A text went in, texts came out, with numbers in between.</details>

# %% [markdown] tags=["gate"]
# ### ▶ GO · minute 33

# %% [markdown]
# ## A search is one multiplication
#
# You have searched the emoji already. Now you build that search. Each emoji was
# embedded once, as its label and some tags:

# %%
emoji = sema.open("emoji.lance")
rows = emoji.rows()
labels = [row["label"] for row in rows]

print(emoji.embeddings.shape)
print(emoji.texts[labels.index("alarm clock")])

# %% [markdown]
# 1,914 rows of 384 numbers. A query is one more vector. `@` takes its dot product
# with every row at once, and since all arrows have the length 1, these are cosines.

# %%
query = model.encode("I am late for work")
similarity = emoji.embeddings @ query

print(similarity.shape)
print(np.round(similarity[:5], 2))

# %% [markdown]
# One cosine for each emoji; these are the first five. All that is missing: where are
# the highest?
#
# **Your turn.** One line. Return the **places** of the k highest, the best first. Of
# 0.1, 0.9 and 0.4 the best two stand at the places 1 and 2, counted from 0.
#
# `np.argsort(x)` returns all places, from the lowest number's to the highest's.


# %% tags=["exercise"]
def top_k(similarity, k):
    return ...


ch.top_k.check(top_k)


# %% tags=["solution"]
def top_k(similarity, k):
    return np.argsort(-similarity)[:k]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: Those are the k lowest
def top_k(similarity, k):
    return np.argsort(similarity)[:k]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: the best of them last
def top_k(similarity, k):
    return np.argsort(similarity)[-k:]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: in no order
def top_k(similarity, k):
    return np.argpartition(-similarity, k)[:k]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: the similarities themselves
def top_k(similarity, k):
    return np.sort(similarity)[::-1][:k]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: it stops with an IndexError
def top_k(similarity, k):
    order = np.argsort(-similarity)
    return [order[i] for i in range(k)]


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: Put `return` where `print` is
def top_k(similarity, k):
    print(np.argsort(-similarity)[:k])


ch.top_k.check(top_k)


# %% tags=["wrong"]
# told: changed what it was given
def top_k(similarity, k):
    similarity *= -1
    return np.argsort(similarity)[:k]


ch.top_k.check(top_k)

# %% [markdown]
# Stuck? `ch.top_k.hint()`. The next cell goes on with yours, or with ours for now.

# %% tags=["catch-up"]
top_k = ch.top_k.catch_up()


# %%
def find(query, k=5):
    similarity = emoji.embeddings @ model.encode(query)
    print(query)
    for i in top_k(similarity, k):
        print(f"   {similarity[i]:.2f}  {rows[i]['emoji']}  {labels[i]}")


find("I am late for work")
find("time to sleep")
find("we won the game")

# %% [markdown]
# That is the search of minute 4, and now it is yours.

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 38
#
# **You should see** three lists of emoji, and "alarm clock" first in the first one.
#
# **Behind?** Run the cell that begins with `top_k = ch.top_k.catch_up`, and the one
# below it.
#
# **Early?** Ask for the five that fit "time to sleep" the *least*. Do they have
# anything in common?

# %% tags=["keep-going"]
farthest = emoji.embeddings @ model.encode("time to sleep")
[labels[i] for i in top_k(-farthest, 5)]

# %% [markdown] tags=["instructor"]
# **Minutes 33–38.** Draw it: a tall table, one column vector, one column of numbers.
# Then leave them alone with the one line; it takes three minutes.
#
# **Cut line.** If `top_k` begins after minute 36, run the catch-up cell from the
# front and show only the map of chapter 7.
#
# Wrong answers, and what they reveal. *The k lowest*: took for granted that a sort
# begins with the best. *`[-k:]`*: knows that it goes up, forgets that the order
# stays. *Similarities*: `sort` for `argsort`; ask "whose is this number?".
# *argpartition*: has read that it is faster; true, and it does not sort. *Stops for
# k = 3 of two*: counts instead of slicing.
#
# Say at the gate: "You have just written a search engine. Now let us break it."

# %% [markdown] tags=["gate"]
# ### ▶ GO

# %% [markdown]
# ## It reads labels
#
# Now break it. Which emoji comes first for "vegetarian food"?

# %%
ch.predict("vegetarian food", ...)  # a name

# %%
find("vegetarian food")
ch.predicted("vegetarian food")

# %% [markdown]
# Bacon, at 0.61, before the carrot with 0.58. Bad luck? Look at what was compared:

# %%
for label in ("bacon", "carrot"):
    print(emoji.texts[labels.index(label)])

# %% [markdown]
# The query is about food, and every word of bacon's text is about food too. Nobody
# looked at a picture. Is it only that "vegetarian" is a hard word? Then take an easy
# one. Of the ten best for "a flower", how many come back among the ten best for
# "**not** a flower"?

# %%
ch.predict("how many of ten", ...)  # 0 to 10


# %%
def best(query, k=10):
    return {labels[i] for i in top_k(emoji.embeddings @ model.encode(query), k)}


both = sorted(best("a flower") & best("not a flower"))
print(len(both), "of 10 come back:")
print(", ".join(both[:5]), ", ".join(both[5:]), sep="\n")
ch.predicted("how many of ten")

# %% [markdown]
# All ten. "Not" is one small word in a text about flowers. A search finds what you
# **mention**; whether you want it or not is hardly heard. Try it with a thing of
# your own; "no rain" brings the umbrella.

# %%
find("no rain")  # ← your own, with "no", "not" or "without"

# %% [markdown]
# And the little pictures themselves? What is the cosine of a pizza with a rocket?

# %%
pizza, rocket = model.encode(["🍕", "🚀"])  # pizza, rocket
print(f"{pizza @ rocket:.3f}", model.tokens("🍕"), model.tokens("🚀"))

# %% [markdown]
# 1.000. The model has no entry for emoji: each becomes the same `[UNK]`, "unknown".
# (`[CLS]` and `[SEP]` stand at the beginning and end of every text.) It never knew a
# picture. Everything it found, it found by the labels.

# %% [markdown]
# ## It always answers
#
# Something larger: what presidents told the Congress, year by year since 1946, cut
# into 5,003 passages. One of them speaks of a pizza. None has the word Bitcoin. You
# search for "pizza" and for "Bitcoin". What will Bitcoin do?
#
# - **A** find nothing
# - **B** find something, with a **lower** similarity than the pizza
# - **C** find something, with a **higher** similarity than the pizza
#
# This search is the one that you built, cosine and all; the program calls that way
# `vector`.

# %%
ch.predict("Bitcoin", ...)  # "A", "B" or "C"

# %%
talks = sema.open("speeches.lance")


def ask(query, mode="vector", k=1):
    print(f"{query}, by {mode}")
    for hit in talks.search(query, k=k, mode=mode):
        who = f"{hit.row['president']}, {hit.row['year']}"
        beats = f"beats {hit.percentile:.0f}% of random pairs"
        print(f"   {hit.similarity:.2f}  {beats}   {who}")
        print("        ", beginning(excerpts(model, query, [hit.text])[0], 72))


ask("pizza")
ask("Bitcoin")
ask("how do I cook rice")
ch.predicted("Bitcoin")

# %% [markdown]
# The pizza is truly there, at 0.24: the owner of Punch Pizza gave his people a raise.
# Bitcoin brings Kennedy in 1962 on "the dollar", at 0.32, half a century too early. And
# the rice is no food, it is Secretary of State Rice, at 0.25: the very word, and still
# wrong.
#
# Perhaps a better number helps? Beside the similarity stands how many random pairs of
# passages are less similar: 78% for Bitcoin, 56% for the pizza. The order is the
# same.
#
# **Your turn.** A friend says: "I throw away every hit below a cut-off." Which one
# keeps the pizza and refuses Bitcoin?
#
# - **A** a cut-off of 0.2
# - **B** a cut-off of 0.3
# - **C** none can

# %% tags=["exercise"]
answer = ...  # "A", "B" or "C"

ch.cut.check(answer)

# %% tags=["solution"]
answer = "C"

ch.cut.check(answer)

# %% tags=["wrong"]
# told: it comes in too
answer = "A"

ch.cut.check(answer)

# %% tags=["wrong"]
# told: refuses the pizza
answer = "B"

ch.cut.check(answer)

# %% [markdown]
# What can be said for certain is something else: which words occur nowhere.

# %%
for query in ("Bitcoin", "how do I cook rice", "pizza"):
    print(f"{query}: {talks.unknown_words(query) or 'every word occurs'}")

# %% [markdown]
# That unmasks Bitcoin. It does not unmask the rice: two passages have "cook", and one
# has Rice. In the end you have to read.

# %% [markdown]
# ## Meaning or words?
#
# There is an older way: look for the **words** of the query, and give most weight to
# the rare ones. Here that is `mode="keyword"`. Two queries, each asked both ways. The
# number in front stays the cosine, so by words the best need not have the highest.

# %%
for mode in ("vector", "keyword"):
    ask("Neil Armstrong", mode)
for mode in ("vector", "keyword"):
    ask("too many cars on the road", mode)

# %% [markdown]
# Meaning knows that Armstrong has to do with the moon, and brings Kennedy in 1962,
# seven years before the landing. His name is not in it. Words find the name.
#
# With the cars it is the other way round. Meaning finds Eisenhower on motor vehicles
# and accidents, and not one word of the query is in it. Words find roads that need
# repair.
#
# **Your turn**, with the emoji: two queries.
#
# 1. Only meaning finds it: the nearest emoji has **none** of your words.
# 2. Only words find it: some emoji **has** your word in its tags, and none that has it
#    is among the five nearest.
#
# Play with `compare` first; it shows both ways.


# %%
def compare(query, k=5):
    for mode in ("vector", "keyword"):
        print(f"{query}, by {mode}")
        for hit in emoji.search(query, k=k, mode=mode):
            print(f"   {hit.similarity:.2f}  {hit.row['emoji']}  {hit.text[:68]}")


compare("tired")  # ← your own

# %% [markdown]
# By words, "tired" finds the wheel as well, which has a tire: words are looked for
# without their endings. Now your two; the first check takes some seconds.

# %% tags=["exercise"]
answer = (..., ...)  # (meaning wins, words win), each in quotation marks

ch.each_wins.check(answer)

# %% tags=["solution"]
answer = ("I have a fever", "honk")

ch.each_wins.check(answer)

# %% tags=["wrong"]
# told: Say the same without that word
answer = ("a slice of pizza", "honk")

ch.each_wins.check(answer)

# %% tags=["wrong"]
# told: both find it
answer = ("I have a fever", "pizza")

ch.each_wins.check(answer)

# %% tags=["wrong"]
# told: words find nothing either
answer = ("I have a fever", "carburetor")

ch.each_wins.check(answer)

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 46
#
# **You should see** "Right." under your two queries. Read them to your neighbor.
#
# **Behind?** Run `ch.each_wins.hint()` three times: the last one asks two riddles, and
# each answer is a second query. Chapter 7 needs none of this.
#
# **Early?** The next cell asks both ways at once.

# %% tags=["keep-going"]
# "hybrid" joins the two orders: what stands high in either comes first. It finds the
# name. Is all that it finds any good? No way of searching is right for everything.
for query in ("Neil Armstrong", "too many cars on the road"):
    ask(query, mode="hybrid", k=2)

# %% tags=["facts"]
found = {q: emoji.search(q, k=2, mode="vector") for q in ("vegetarian food", "no rain")}
bacon, carrot = found["vegetarian food"]
assert (bacon.row["label"], carrot.row["label"]) == ("bacon", "carrot")
assert found["no rain"][0].row["label"] == "umbrella"
assert best("a flower") == best("not a flower")
late = emoji.search("I am late for work", k=1, mode="vector")[0]
assert late.row["label"] == "alarm clock"


def first(query, mode="vector"):
    return talks.search(query, k=1, mode=mode)[0]


there, bitcoin, rice = map(first, ("pizza", "Bitcoin", "how do I cook rice"))
facts = {
    "0.61": bacon.similarity,
    "0.58": carrot.similarity,
    "1.000": pizza @ rocket,
    "0.24": there.similarity,
    "0.32": bitcoin.similarity,
    "0.25": rice.similarity,
    "78%": bitcoin.percentile / 100,
    "56%": there.percentile / 100,
    "1,914": len(emoji),
    "5,003": len(talks),
    "0.2": 0.2,  # a cut-off
    "0.3": 0.3,
    "0.1": 0.1,  # an example of places
    "0.9": 0.9,
    "0.4": 0.4,
}
assert there.words == ["Pizza"]
assert "owner of Punch Pizza" in excerpts(model, "pizza", [there.text])[0]
assert (bitcoin.row["president"], bitcoin.row["year"]) == ("John F. Kennedy", 1962)
assert "the dollar" in excerpts(model, "Bitcoin", [bitcoin.text])[0][:62]
assert not bitcoin.words
assert rice.words == ["Rice"]
assert "Secretary of State" in rice.text
assert sum("cook" in text.split() for text in talks.texts) == 2
wheel = emoji.search("tired", k=5, mode="keyword")
assert "wheel" in [hit.row["label"] for hit in wheel]
assert talks.unknown_words("Bitcoin") == ["Bitcoin"]
assert not talks.unknown_words("how do I cook rice")
moon, name = first("Neil Armstrong"), first("Neil Armstrong", "keyword")
assert (moon.row["president"], moon.row["year"], moon.words) == (
    "John F. Kennedy",
    1962,
    [],
)
assert "moon" in moon.text
assert name.words == ["Neil", "Armstrong"]
cars = first("too many cars on the road")
assert (cars.row["president"], cars.words) == ("Dwight D. Eisenhower", [])
roads = first("too many cars on the road", "keyword")
assert "crumbling roads" in roads.text

# %% [markdown] tags=["instructor"]
# **Minutes 38–46.** Vote on Bitcoin by cards, A, B and C; most hold up B. Let
# somebody read Kennedy's sentence aloud: what a search shows looks like an answer.
# Go to "Meaning or words?" at minute 42; if it is later, do `each_wins` together.
#
# Wrong answers, and what they reveal. *Cut-off A or B*: still takes a similarity for
# a mark at school. *A query that shares a word*: the learner does not see that the
# other method would have found it too; run `compare`. Somebody will give gibberish as
# the first query, and pass: something is always nearest. Praise it, it is the lesson.
#
# Kennedy spoke of the dollar and the balance of payments: money, and not absurd. That
# makes it dangerous. "Beats 78% of random pairs" sounds like much; take one passage,
# and more than a thousand of the 5,003 are nearer to it than that.
#
# **Content.** These are political speeches: wars, the dead, immigration. Words find
# what is spelled alike, so "ice cream" gives passages about ICE, the immigration
# police. Speeches before 1946, which later chapters use, say worse: "dinosaurs" brings
# one of 1829 on the "savage doom" of tribes. Say so before somebody finds it.

# %% [markdown]
# ## What you take along
#
# - A search by meaning is one multiplication and a sort.
# - It compares **texts**: labels, not pictures. It finds what you mention, "not"
#   or no "not".
# - It **always** answers. Neither similarity nor percentile says "not here".
# - Words find names and rare things, meaning finds what is said otherwise. Begin
#   with a search by words, and look whether meaning does better.
