# %% [markdown]
# # 10 · Your own data
#
# After this chapter you can turn a table of your own into a search, a map and a
# report, and say how much of what is there your search finds. Take about 40 minutes;
# the last 20 are for a file of yours.

# %%
from pathlib import Path

import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, show
from semascope.course.supplied import suggestions

ch = chapter(10)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>You search for what is not there. What comes back?</summary>
# As many results as ever. A search always answers.</details>
#
# <details><summary>Two dots are neighbors on a map. Are they alike?</summary>
# Perhaps. Ask the embeddings: a map tears some neighbors apart and puts strangers
# together.</details>
#
# <details><summary>Which number of a cosine means "similar"?</summary>
# None. Compare it with that of random pairs.</details>

# %% [markdown]
# ## A box of suggestions
#
# A school has a box, and 70 notes were in it. (We made them up.) They are a table
# with a heading line and one row a note, as a spreadsheet saves it.

# %%
print(*Path(suggestions()).read_text(encoding="utf-8").splitlines()[:4], sep="\n")

# %% [markdown]
# One line makes it searchable. The column called `text` is embedded; the others come
# along. All of it happens on your machine.

# %%
box = sema.index(suggestions(), to="suggestions.lance", model=model)
print(len(box), "notes")
for hit in box.search("a hot meal without meat", k=3, mode="vector"):
    print(f"{hit.similarity:.2f}  {hit.number:>2}  {hit.text}")

# %% [markdown]
# The number in the middle is the row, counted from 0. It will be needed.
#
# A **map** of them. Two places are named: where notes are on one thing, and where they
# are on anything.

# %%
names = ["canteen", "lecture hall", "elsewhere"]
places = [row["place"] if row["place"] in names else "elsewhere" for row in box.rows()]
labels = np.array([names.index(place) for place in places])
title = "The canteen keeps together, the lecture hall is everywhere"
show(plot.scatter(box.map().coordinates, labels, names, title=title))
same = labels[box.neighbors()[:, :5]] == labels[:, None]  # the five nearest of each
for n, name in enumerate(names[:2]):
    print(f"{same[labels == n].mean():.0%} of the five nearest share its place: {name}")

# %% [markdown]
# By chance it would be 16% in the canteen and 9% in the lecture hall: so many of all
# notes are from there.

# %% [markdown]
# And a **report**: one page with the map to walk around in, groups, what is said twice
# and what is odd. Open it in your browser: it is in this folder.

# %%
box.draw("suggestions.html")
print(Path("suggestions.html").resolve())

# %% [markdown]
# ## It looks good. Is it?
#
# Try a few searches. The first results nearly always look fine. Most people stop here
# and say: it works.

# %%
for hit in box.search("the internet is too slow", k=3, mode="vector"):
    print(f"{hit.similarity:.2f}  {hit.number:>2}  {hit.text}")

# %% [markdown]
# You see what it found. What do you **not** see?
#
# We have read all 70 notes, for five questions, and written down which ones answer
# them. That takes ten minutes, and it is the only way to know.

# %%
judged = {
    "it is too cold in here": [0, 1, 2, 3, 4, 5],
    "the internet is too slow": [6, 7, 8, 9, 10],
    "a hot meal without meat": [12, 13, 14, 15, 16],
    "too loud to study": [20, 21, 22, 23, 24, 25],
    "open longer in the evening": [26, 27, 28, 29, 31],
}
for row in judged["it is too cold in here"]:
    print(f"{row:>2}  {box.texts[row]}")

# %% [markdown]
# A search for "it is too cold in here" has room for ten results. How many of these six
# will be among them?

# %%
ch.predict("cold notes among ten", ...)

# %%
found = [hit.number for hit in box.search("it is too cold in here", mode="vector")]
print("found ", found)
print("missed", [row for row in judged["it is too cold in here"] if row not in found])
ch.predicted("cold notes among ten")

# %% [markdown]
# Whoever had only looked at the results would never have known of the others.
#
# Of all that is relevant, the share that was found is called **recall**.
#
# **Your turn.** `found` and `relevant` are lists of row numbers.


# %% tags=["exercise"]
def recall(found, relevant):
    return ...


ch.recall.check(recall)


# %% tags=["solution"]
def recall(found, relevant):
    return sum(row in found for row in relevant) / len(relevant)


ch.recall.check(recall)


# %% tags=["wrong"]
# told: Recall asks the other way round
def recall(found, relevant):
    return sum(row in relevant for row in found) / len(found)


ch.recall.check(recall)


# %% tags=["wrong"]
# told: Of how many?
def recall(found, relevant):
    return len(set(found) & set(relevant))


ch.recall.check(recall)


# %% tags=["wrong"]
# told: whether anything was found
def recall(found, relevant):
    return any(row in found for row in relevant)


ch.recall.check(recall)


# %% tags=["wrong"]
# told: returns nothing
def recall(found, relevant):
    share = len(set(found) & set(relevant)) / len(relevant)


ch.recall.check(recall)

# %% tags=["catch-up"]
recall = ch.recall.catch_up()


# %%
def measure(collection, queries, mode, k=10):
    """Return the recall of each query among the first k results."""
    shares = []
    for query, relevant in queries.items():
        hits = collection.search(query, k=k, mode=mode)
        shares.append(recall([hit.number for hit in hits], relevant))
    return np.array(shares)


by_meaning = measure(box, judged, "vector")
for query, share in zip(judged, by_meaning, strict=True):
    print(f"{share:.2f}  {query}")
print(f"{by_meaning.mean():.2f}  mean")

# %% [markdown]
# 0.64 on the mean: more than a third of the answers is not among ten results, of a
# search that looked good.
#
# Is it useless, then? Compare before you judge. The old way is to look for the words
# themselves. Which recall will **that** have: higher or lower?

# %%
ch.predict("recall by words", ...)

# %%
for mode in ("vector", "keyword", "hybrid"):
    shares = measure(box, judged, mode)
    print(f"{mode:<8} {shares.mean():.2f}   each: {np.round(shares, 2)}")
ch.predicted("recall by words")

# %% [markdown]
# By words alone, 0.12. People who ask do not know how it was written. So the search is
# far from perfect, and far better than what it replaces. Both are true, and only the
# number says so.

# %% [markdown]
# ## How to fool yourself
#
# Reading everything is tedious. A tempting short cut: search, look at the ten results,
# mark those that are right, and call these the relevant ones. What recall does that
# give?

# %%
ch.predict("recall by the short cut", ...)

# %%
short_cut = {}
for query, relevant in judged.items():
    seen = [hit.number for hit in box.search(query, mode="vector")]
    short_cut[query] = [row for row in seen if row in relevant]
print(measure(box, short_cut, "vector"))
ch.predicted("recall by the short cut")

# %% [markdown]
# All found, of all that was found. It could not have come out otherwise. What was
# missed was never on the list.
#
# So the answers must come from **elsewhere**: by reading, by another kind of search, or
# the other way round: take a row first, and write the query for it.

# %% [markdown]
# ## Now yours
#
# A table with at least 20 rows and a column of sentences: a chat that you exported,
# notes, books with blurbs, minutes of your club. CSV, TSV, Excel and JSON Lines can be
# read. Put it into the folder of this notebook. Nothing is sent anywhere.
#
# No file at hand? `suggestions()`, without quotation marks, is the box again.

# %% tags=["exercise"]
answer = ...  # "the name of your file.csv"

ch.file.check(answer)

# %% tags=["solution"]
answer = suggestions()

ch.file.check(answer)

# %% tags=["wrong"]
# told: There is no file
answer = "mein Tagebuch.csv"

ch.file.check(answer)

# %% tags=["wrong"]
# told: and a search proves nothing
Path("three.csv").write_text("text\n" + "Three short lines.\n" * 3)
answer = "three.csv"

ch.file.check(answer)

# %% tags=["wrong"]
# told: codes or names
Path("codes.csv").write_text("code\n" + "\n".join(f"A{n}" for n in range(50)))
answer = "codes.csv"

ch.file.check(answer)

# %% tags=["wrong"]
# told: copies of others
Path("copies.csv").write_text("text\n" + "The same line again.\n" * 50)
answer = "copies.csv"

ch.file.check(answer)

# %% tags=["catch-up"]
FILE = ch.file.catch_up()

# %% [markdown]
# Below, `sync` means: if you mend the file and run this again, what is no longer in it
# goes.

# %%
mine = sema.index(FILE, to=f"{Path(FILE).stem}.lance", model=model, sync=True)
mine.draw(f"{Path(FILE).stem}.html")
print(f"{len(mine):,} passages; the column that is searched: {mine.text}")
print(f"left out: {mine.indexed.empty} empty, {mine.indexed.skipped} unreadable rows")
print(f"not in English: {mine.indexed.not_english:.0%}, which this model reads badly")

# %% [markdown]
# Search for something that you know is there.

# %%
for hit in mine.search("something that you know is there", k=5):  # ← your own
    print(f"{hit.similarity:.2f}  {hit.number:>3}  {hit.text[:70]}")

# %% [markdown]
# ## Five queries
#
# Here are five rows, drawn by chance. Read one, look away, and write what somebody
# would type who needs it and has never seen it. Then look for further rows that answer
# it too.

# %%
drawn = np.random.default_rng(10).choice(len(mine), 5, replace=False)
for row in sorted(drawn.tolist()):
    print(f"{row:>3}  {mine.texts[row][:76]}")

# %% [markdown]
# **Your turn.** Five queries, each with the numbers of the rows that answer it, as in
# `{"where can I park": [42], "who plays music": [22, 66], …}`.

# %% tags=["exercise"]
queries = ...

ch.five.check((mine.texts, queries))

# %% tags=["solution"]
queries = judged

ch.five.check((mine.texts, queries))

# %% tags=["wrong"]
# told: yours are 2
queries = {"where can I park": [42], "music": [22, 66]}

ch.five.check((mine.texts, queries))

# %% tags=["wrong"]
# told: stands word by word in row 57
queries = {
    "where can I park": [42],
    "music": [22, 66],
    "the coffee machine tastes of soap": [57],
    "pets": [64],
    "it is dark": [50],
}

ch.five.check((mine.texts, queries))

# %% tags=["catch-up"]
texts, queries = ch.five.catch_up()
asked = mine if texts == mine.texts else box  # ours ask the box

# %% [markdown]
# Write down the recall that you expect, of ten results.

# %%
ch.predict("recall of five queries", ...)

# %%
from semascope.evaluate import bootstrap_interval

for mode in ("vector", "keyword", "hybrid"):
    shares = measure(asked, queries, mode)
    low, high = bootstrap_interval(shares)
    print(f"{mode:<8} {shares.mean():.2f}, could be {low:.2f} to {high:.2f}")
ch.predicted("recall of five queries")

# %% [markdown]
# That is your report: *recall among ten results, on five queries that I judged by
# hand.* Say all of it, or the number means nothing.
#
# And say how sure it is. Five queries are few: one of them is a fifth of the result.
# "Could be" is where the mean of other queries of this kind would lie, as far as five
# can tell. For a small difference between two modes you need fifty.

# %% tags=["keep-going"]
# More results, more recall: how many must one read to find nearly all?
for k in (5, 10, 20, 40):
    print(f"{k:>3} results: {measure(asked, queries, 'vector', k=k).mean():.2f}")

# %% tags=["facts"]
found = [hit.number for hit in box.search("it is too cold in here", mode="vector")]
assert 0 < recall(found, judged["it is too cold in here"]) < 1
assert (measure(box, short_cut, "vector") == 1).all()
assert same[labels == 0].mean() > 0.5
assert same[labels == 1].mean() < 0.15
facts = {
    "0.64": measure(box, judged, "vector").mean(),
    "0.12": measure(box, judged, "keyword").mean(),
    "70": len(box),
    "16%": (labels == 0).mean(),
    "9%": (labels == 1).mean(),
}
assert measure(box, judged, "hybrid").mean() > measure(box, judged, "keyword").mean()

# %% [markdown] tags=["instructor"]
# **About 40 minutes.** Ask them a week before to bring a table. Some will have none:
# that is what the box is for. Look at whose data it is before it goes on a
# projector; chats hold other people's words.
#
# At "How to fool yourself" stop everybody and let them vote on the short cut.
# Many demonstrations that one reads of were measured so.
#
# Wrong answers, and what they reveal. *Divided by `len(found)`*: precision, the most
# common one; ask "what did you miss?" and wait. *A count*: no thought for how many
# there are. *`any`*: a hit is enough for the first result of a web search, not here.
# *A query copied from its row*: wants the search to do well; kind, and useless.
#
# What goes wrong with files: the notebook lies in another folder than the file (the
# check names the folder); a table without a heading line, so that the first row is
# taken for the names; one huge cell a document, which is cut into passages; text in
# another language, which the model hardly reads.

# %% [markdown]
# ## What you take along
#
# - `sema.index("your.csv")`, then `search`, `map`, `draw("report.html")`. In a
#   terminal: `semascope index your.csv`, and
#   `semascope map your.lance --to report.html`.
# - Results that look good say nothing of what was missed. **Recall** does.
# - The right answers must not come from the search that is judged.
# - Say which queries, how many results, who judged, and how sure it is. For many
#   queries there is `semascope evaluate`.
