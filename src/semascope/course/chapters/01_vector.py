# %% [markdown]
# # 1 · Text becomes a vector
#
# After this chapter you can say how many numbers a text becomes, how long that
# arrow is, and why one of the numbers alone tells you nothing.
#
# **How to work here.**
#
# - Run a cell with Shift+Enter, from top to bottom. If you change one, run it again:
#   the notebook knows only what has been run.
# - Three dots `...` are your turn: write over the dots alone. A word or a letter goes
#   in quotation marks, `"like this"`; a number goes without.
# - `ch.predict(…)` asks for a guess. Any guess will do; you see it again later.
# - At ■ STOP, wait for the others. Alone? Compare your screen with what you should
#   see, and go on. Whatever is for a neighbor, say aloud.
# - If nothing makes sense any more, choose "Restart", in JupyterLab's menu Kernel, and
#   run all from the top. Your answers stay.

# %% [markdown]
# ## The door
#
# The first time you run a cell, VS Code asks for a **kernel**, the Python that does
# the work. Many miss the question: it opens at the top of the window. Choose the
# one that `semascope doctor` named. JupyterLab shows it at the top right.

# %%
import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, pictures, show

ch = chapter(1)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop
model

# %% [markdown]
# **A vote.** The model will compare this sentence with three others:
#
# > Kids can take this drug without risk.
#
# Which one will it call the nearest?
#
# - **A** The medicine is dangerous for children.
# - **B** The medicine is not safe for children.
# - **C** The medicine is safe for children.
#
# Put a letter in place of the dots, in its quotation marks. Which one it is, you will
# see in chapter 2.

# %%
ch.predict("vote", ...)  # "A", "B" or "C"

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 4
#
# **You should see** the word `Encoder` under the first cell, and your vote under
# the second.
#
# **Nothing happens?** Look for the kernel's name at the top right; if there is
# none, choose one. Still nothing: share a screen with your neighbor for now.
#
# **Early?** Ask your neighbor what they voted, and why.

# %% [markdown] tags=["instructor"]
# **Minutes 0–4.** Before the room fills: `semascope doctor` on each machine; look
# for the one code that begins with PASS. Pairs, one helper for 8 to 10 learners.
# Own laptop → pair → read-only page, in that order, and nobody waits for a cure.
#
# Take the vote by cards, A, B and C. Most hold up C. Do not reveal it: it comes
# back in chapter 2, from their own record. Go when four of five have voted.

# %% [markdown] tags=["gate"]
# ### ▶ GO

# %% [markdown]
# ## A search that reads
#
# First something to play with. Here are all emoji, each with its name. Type what
# you mean; no word of it needs to be in the name.

# %%
emoji = sema.open("emoji.lance")


def find(query):
    for hit in emoji.search(query, k=5, mode="vector"):
        print(f"{hit.similarity:.2f}  {hit.row['emoji']}  {hit.row['label']}")


find("I have a fever")

# %% [markdown]
# "face with thermometer" shares no word with "I have a fever". So something other than
# words was compared. The number in front says how near: 1 would be the same text. (An
# empty box before a name is a picture that your computer lacks; the name counts.)
#
# Now your own; then ask your neighbor for theirs.

# %%
find("my heart is broken")  # ← write your own

# %% [markdown]
# What went in was a text. What came out was a list of texts, in the order of how
# near they are. In between, every text was turned into numbers. That is what an
# **embedding** is: the numbers that a text becomes.

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 12
#
# **You should see** five emoji for a query of your own, and five for somebody
# else's.
#
# **Behind?** Run the cells as they stand; they need nothing from you.
#
# **Early?** Search for `"vegetarian food"`, then look closely at the first hit.

# %% [markdown] tags=["instructor"]
# **Minutes 4–12.** The first reward: keep talk under one minute. Ask two people to
# say what went in and what came out; "text in, texts out, numbers in between" is
# all you want.
#
# Somebody will try another language. The model reads English: "te quiero" gives a
# taco at 0.48, because it knows the letters and not the language. Say so before
# they laugh at it. "vegetarian food" gives bacon at 0.61; promise that chapter 6
# explains it. A content note: chapter 6 searches presidents' speeches, and those
# of two centuries ago say things that nobody would say today.

# %% tags=["facts"]
taco = emoji.search("te quiero", k=1, mode="vector")[0]
bacon = emoji.search("vegetarian food", k=1, mode="vector")[0]
assert (taco.row["label"], bacon.row["label"]) == ("taco", "bacon")
fever = emoji.search("I have a fever", k=1, mode="vector")[0]
assert fever.row["label"] == "face with thermometer"
facts = {"0.48": taco.similarity, "0.61": bacon.similarity}

# %% [markdown] tags=["gate"]
# ### ▶ GO

# %% [markdown]
# ## One sentence, seen from near
#
# Now slowly. You will embed one sentence: "The cat sat on the mat." How many numbers
# will it become: as many as it has words, as letters, or something else? Guess first.

# %%
ch.predict("how many numbers", ...)

# %%
embedding = model.encode("The cat sat on the mat.")
print(embedding[:8])
print(embedding.shape)
ch.predicted("how many numbers")

# %% [markdown]
# A list of 384 numbers. In NumPy such a list is an **array**, and `.shape` says
# how many numbers it has. Thought of as one thing, it is a **vector**: an arrow
# that needs 384 directions instead of the two on paper.
#
# Would a longer text become more numbers?

# %%
ch.predict("a longer text", ...)

# %%
longer = model.encode("The cat sat on the mat, and nobody in the house knew why.")
print(longer.shape)
ch.predicted("a longer text")

# %% [markdown]
# Always 384. That is why any two texts can be compared, a word with a page.
#
# **Your turn.** Three texts go in at once: "cat", "The cat sat." and "It sat on the
# mat." Which shape comes out? Write it as `(rows, numbers)`.

# %% tags=["exercise"]
answer = ...

ch.shape.check(answer)

# %% tags=["solution"]
answer = (3, 384)

ch.shape.check(answer)

# %% tags=["wrong"]
# told: how many rows
answer = 384

ch.shape.check(answer)

# %%
model.encode(["cat", "The cat sat.", "It sat on the mat."]).shape

# %% [markdown]
# Here is the sentence as **bars**: one bar a number, up or down from zero.

# %%
show(plot.bars(embedding, "The cat sat on the mat."))

# %% [markdown]
# And the same numbers as squares, folded into 16 rows of 24 so that they fit on
# the screen. Look for the cat.

# %%
show(pictures.fold(embedding, "The cat sat on the mat."))
np.round(embedding[:24], 2)  # the first row of squares, as numbers

# %% [markdown]
# There is no cat. The picture is right all the same: this *is* what the model
# makes of the sentence. It was not made to be looked at.

# %% [markdown]
# ## How long is the arrow?
#
# An arrow that goes 3 to the right and 4 up has the length 5: square both, add
# them, take the root. With 384 numbers it works the same way.
#
# **Your turn.** Complete the function: `v` goes in, any array, and its length comes
# out.


# %% tags=["exercise"]
def length(v):
    return ...


ch.length.check(length)


# %% tags=["solution"]
def length(v):
    return np.sqrt((v**2).sum())


ch.length.check(length)


# %% tags=["wrong"]
# told: the length squared
def length(v):
    return v @ v


ch.length.check(length)


# %% tags=["wrong"]
# told: prints its result and returns nothing
def length(v):
    print(np.sqrt((v**2).sum()))


ch.length.check(length)


# %% tags=["wrong"]
# told: changed what it was given
def length(v):
    v *= v
    return np.sqrt(v.sum())


ch.length.check(length)

# %% [markdown]
# Stuck? Run `ch.length.hint()`, more than once if you like. After a try,
# `ch.length.solution()` shows one way.
#
# If you are in a hurry, the next cell goes on with your function if it is right,
# and with ours if it is not.

# %% tags=["catch-up"]
length = ch.length.catch_up()

# %% [markdown]
# Which has the longer arrow, our sentence or the word "cat"? Guess, then look.

# %%
ch.predict("two lengths", ...)  # "sentence", "cat" or "same"

# %%
for text in ("The cat sat on the mat.", "cat"):
    print(f"{length(model.encode(text)):.4f}  {text}")
ch.predicted("two lengths")

# %% [markdown]
# Both 1. This model makes all its arrows the same length: a **unit vector** is one
# of length 1. So a text's length, loudness or importance is not in there. Only
# the direction of the arrow is left to mean something.

# %% [markdown]
# ## What does one bar mean?
#
# It is a natural thought: 384 numbers, so 384 aspects of meaning, perhaps one for
# "royal" and one for "wet". Let us look for them.

# %%
words = ["king", "queen", "water"]
three = model.encode(words)
show(plot.strip(three, words, title="Three words, 384 numbers each"))
np.round(three[:, :8], 2)  # the first eight of each, as numbers

# %% [markdown]
# All three have one scale of colors, or they could not be compared. King and queen
# are relatives; water is there as a **control**, something that should be unlike.
#
# If a bar meant "royal", it would be tall in "king". Which one is the tallest, up
# or down?
#
# **Your turn.** Complete the function. It returns the place of the number that is
# farthest from zero, up or down. Places are counted from 0, as always in Python.


# %% tags=["exercise"]
def biggest(v):
    return ...


ch.biggest.check(biggest)


# %% tags=["solution"]
def biggest(v):
    return np.abs(v).argmax()


ch.biggest.check(biggest)


# %% tags=["wrong"]
# told: Forget the signs first
def biggest(v):
    return np.argmax(v)


ch.biggest.check(biggest)


# %% tags=["wrong"]
# told: returns nothing
def biggest(v):
    place = np.abs(v).argmax()


ch.biggest.check(biggest)

# %% tags=["catch-up"]
biggest = ch.biggest.catch_up()

# %%
print("the tallest bar of king is number", biggest(model.encode("king")))

# %% [markdown]
# Number 99. Have we found the royal one? Before you run the next cell: for how many
# of king, queen, water, pizza, school and happy will it be number 99?

# %%
ch.predict("words with 99", ...)  # 1 to 6

# %%
for word in ["king", "queen", "water", "pizza", "school", "happy"]:
    print(f"{biggest(model.encode(word)):>3}  {word}")
ch.predicted("words with 99")

# %% [markdown]
# All of them. Put words of your own into that list and run the cell again. Then see
# how far it goes; 2,000 words take some seconds.

# %%
from semascope.space import common_words

common = common_words()[:2000]
many = model.encode(common)
tallest = [biggest(v) for v in many]
print(f"{tallest.count(99):,} of 2,000 common words have their tallest bar at 99")

# %% [markdown]
# The tallest bar is the same for 1,899 of 2,000 words. What nearly all words have
# tells nothing about any of them. It was tall, it looked important, and "royal" it
# was not. A bright spot is not a concept.
#
# What if we take it away? The next cell makes it 0, and asks who is nearest.

# %%
without = model.encode("king")
without[99] = 0
similarity = many @ without  # how near each of the 2,000 is: chapter 2 says how
print([common[i] for i in np.argsort(-similarity)[:5]])

# %% [markdown]
# Without its tallest bar, king is still next to king, kingdom, queen and royal.
# Nothing of the meaning has gone.

# %% [markdown]
# ## The whole space, turned
#
# Now the strongest test. Take the space and turn it, as you turn a globe in your
# hands: no point moves nearer to another. This multiplies every vector by a table
# of random numbers that turns and does not stretch.

# %%
chance = np.random.default_rng(7).normal(size=(384, 384))
turn, _ = np.linalg.qr(chance)
after = three @ turn  # king, queen and water, turned

print("king before", np.round(three[0, :3], 3))
print("king after ", np.round(after[0, :3], 3))
print("before: who is near whom\n", np.round(three @ three.T, 3))
print("after: who is near whom\n", np.round(after @ after.T, 3))

# %% [markdown]
# At the top stand the first three of king's 384 numbers. In the two tables, rows and
# columns are king, queen and water; 1 is the nearest there is. (How such a number is
# made is chapter 2.)
#
# **Your turn.** What did the turn change?
#
# - **A** king's numbers, and the table of who is near whom
# - **B** king's numbers alone
# - **C** the table alone

# %% tags=["exercise"]
answer = ...  # "A", "B" or "C"

ch.turned.check(answer)

# %% tags=["solution"]
answer = "B"

ch.turned.check(answer)

# %% tags=["wrong"]
# told: Look at the two tables once more
answer = "A"

ch.turned.check(answer)

# %%
bars = np.stack([three[0], after[0]])
title = "Every bar is another one, and no similarity has changed"
show(plot.bars(bars, ["king", "king, turned"], title=title))

# %% [markdown]
# These two rows of bars have nothing in common, and each does the same work: king
# has the similarity 0.681 with queen and 0.329 with water, before and after.
# Training left the space in one of countless positions, by chance. The bars come
# from that position. The meaning is in how the arrows lie **to each other**.
#
# **Where this breaks.** *Directions* can mean something: the way from "cat" to
# "cats" may be like that from "dog" to "dogs". But a direction goes across all the
# bars at once. Chapter 4 builds some, and tests them.

# %% tags=["facts"]
king, queen, water = three
facts = {
    "0.681": king @ queen,
    "0.329": king @ water,
    "1,899": np.sum(np.abs(many).argmax(axis=1) == 99),
    "99": np.abs(king).argmax(),
    "384": embedding.size,
}
assert np.allclose(after @ after.T, three @ three.T, atol=1e-5)
near = [common[i] for i in np.argsort(-similarity)[:4]]
assert sorted(near) == ["king", "kingdom", "queen", "royal"], near
for text in ("The cat sat on the mat.", "cat"):
    assert abs(np.linalg.norm(model.encode(text)) - 1) < 1e-5
for word in ["king", "queen", "water", "pizza", "school", "happy"]:
    assert np.abs(model.encode(word)).argmax() == 99

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 20
#
# **You should see** "Right." under the shape, and have seen the number 99 six times.
#
# **Behind?** Run the cell that begins with `biggest = ch.biggest.catch_up`, and those
# below it. Leave the exercises; chapter 2 needs none of them.
#
# **Early?** The next cell is for you.

# %% tags=["keep-going"]
# Is number 99 the tallest in whole sentences too? Guess, look, and try your own.
for text in ["I loved the concert.", "Where did you leave the keys?"]:
    v = model.encode(text)
    print(f"tallest: {biggest(v):>3}   number 99: {v[99]:.3f}   {text}")

# %% [markdown] tags=["instructor"]
# **Minutes 12–20.** At minute 16 they should be at the bars. If not, show the folded
# picture yourself and go to "What does one bar mean?". `length` may be skipped: the
# catch-up cell stands below it.
#
# Say at the gate: "The tallest bar of king is also the tallest of pizza."
#
# Wrong answers, and what they reveal. *Shape 384*: thinks of a batch as one long
# text. *(384, 3)*: knows the numbers, not that a text is a row; draw three rows.
# *argmax without abs*: forgets that down is as far from zero as up. *A at the turn*:
# takes numbers for meaning; lay one pencil cross over another, turned.
#
# If somebody asks what number 99 is: in a sentence it is small, so it tells, if
# anything, that the text is a single word. It is common in such models that a few
# numbers are large in everything.

# %% [markdown]
# ## What you take along
#
# - A text, short or long, becomes 384 numbers: an **embedding**.
# - They are a **vector** of length 1, so only its direction counts.
# - One bar means nothing: the tallest is the same in nearly all words, and turning
#   the space changes every bar and no similarity.
# - What counts is how two arrows lie to each other. How to measure that: chapter 2.
