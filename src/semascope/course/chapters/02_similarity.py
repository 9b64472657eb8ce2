# %% [markdown]
# # 2 · Similarity
#
# After this chapter you can compute a cosine, on paper and in code, and name two
# texts that it is wrong about.

# %%
import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, pictures, show
from semascope.course.supplied import glove

ch = chapter(2)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>Which shape do the embeddings of five sentences have?</summary>
# (5, 384): one row a text.</details>
#
# <details><summary>How long is an embedding of this model?</summary>
# 1. Only its direction is left to mean something.</details>
#
# <details><summary>What does the tallest bar of "king" tell about kings?</summary>
# Nothing: it is the tallest in nearly every word.</details>

# %% [markdown] tags=["gate"]
# ### ▶ GO · minute 20

# %% [markdown]
# ## Two people and a lasagna
#
# Ann likes two things, Ben likes eight. A simple way to describe a person: add up
# the vectors of what they like.

# %%
likes = {
    "Ann": ["pizza", "pasta"],
    "Ben": "football cars jazz camping chess physics dogs cinema".split(),
}
ann, ben = (model.encode(things).sum(axis=0) for things in likes.values())
lasagna = model.encode("lasagna")

# %% [markdown]
# Who will like lasagna more? The oldest way to compare two vectors: multiply number
# by number, and add it all up. That is the **dot product**, in NumPy `a @ b`: for
# (1, 2) and (3, 4) it is 1·3 + 2·4, so 11. Guess first: who gets the higher one?

# %%
ch.predict("lasagna", ...)  # "Ann" or "Ben"

# %%
print(f"Ann {ann @ lasagna:.3f}")
print(f"Ben {ben @ lasagna:.3f}")
ch.predicted("lasagna")

# %% [markdown]
# Ben, 1.590 to 0.922, and none of his eight things is food. Something is wrong with
# the measure. Look at how long the arrows are; `np.linalg.norm` is the length that
# you wrote in chapter 1.

# %%
print(f"Ann {np.linalg.norm(ann):.2f}")
print(f"Ben {np.linalg.norm(ben):.2f}")

# %% [markdown]
# Ben's arrow is nearly three times as long, since he has more of everything. A dot
# product grows with length. It told us who has the longer list.
#
# In a shop's recommendations that is the customer who buys everything. What we want
# to know is where an arrow **points**.

# %% [markdown]
# ## On paper first
#
# Two arrows that fit on paper: $a = (3, 4)$ and $b = (8, 6)$.

# %%
show(pictures.arrows([(3, 4), (8, 6)], ["a = (3, 4)", "b = (8, 6)"]))

# %% [markdown]
# Take the dot product, then divide by both lengths. What is left depends on the
# angle alone. It is called the **cosine**:
#
# $$\cos(a, b) = \frac{a \cdot b}{|a|\,|b|}$$
#
# 1 is the same direction, 0 a right angle, −1 the opposite direction.
#
# **Your turn**, by hand: what is the cosine of (3, 4) and (8, 6)? Do not round. Stuck?
# Write `ch.by_hand.hint()` into the cell, below your answer.

# %% tags=["exercise"]
answer = ...

ch.by_hand.check(answer)

# %% tags=["solution"]
answer = 0.96  # 3·8 + 4·6 is 48; the lengths are 5 and 10; 48 / 50

ch.by_hand.check(answer)

# %% tags=["wrong"]
# told: 48 is the dot product
answer = 48

ch.by_hand.check(answer)

# %% tags=["wrong"]
# told: The other length, 10, is still in there
answer = 9.6

ch.by_hand.check(answer)

# %% tags=["wrong"]
# told: Both lengths belong below the line
answer = 96

ch.by_hand.check(answer)

# %% [markdown]
# **Your turn**, in code, for any two vectors. One line will do: what you did by hand,
# with `a @ b` and `np.linalg.norm(a)`, the length of a.


# %% tags=["exercise"]
def cosine(a, b):
    return ...


ch.cosine.check(cosine)


# %% tags=["solution"]
def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


ch.cosine.check(cosine)


# %% tags=["wrong"]
# told: bracket
def cosine(a, b):
    x, y = np.linalg.norm(a), np.linalg.norm(b)
    return a @ b / x * y


ch.cosine.check(cosine)


# %% tags=["wrong"]
# told: That is the dot product
def cosine(a, b):
    return np.dot(a, b)


ch.cosine.check(cosine)


# %% tags=["wrong"]
# told: One length is still in there: double b
def cosine(a, b):
    return a @ b / np.linalg.norm(a)


ch.cosine.check(cosine)


# %% tags=["wrong"]
# told: Put `return` where `print` is
def cosine(a, b):
    print(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


ch.cosine.check(cosine)


# %% tags=["wrong"]
# told: changed what it was given
def cosine(a, b):
    a /= np.linalg.norm(a)
    b /= np.linalg.norm(b)
    return a @ b


ch.cosine.check(cosine)

# %% [markdown]
# Stuck? `ch.cosine.hint()`. The next cell goes on with yours, or with ours for now.

# %% tags=["catch-up"]
cosine = ch.cosine.catch_up()

# %%
print(f"Ann {cosine(ann, lasagna):.3f}")
print(f"Ben {cosine(ben, lasagna):.3f}")

# %% [markdown]
# Ann 0.516, Ben 0.312. Nothing but the lengths has gone, and the order has turned
# around.

# %%
show(plot.arrows(np.stack([lasagna, ann, ben]), ["lasagna", "Ann", "Ben"]))

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 28
#
# **You should see** "Right." under your `cosine`, and Ann with the higher one.
#
# **Behind?** Run the cell that begins with `cosine = ch.cosine.catch_up`, and all above
# it; then you have a cosine.
#
# **Early?** Double a vector: what happens to the dot product, what to the cosine?

# %% tags=["keep-going"]
print(ann @ lasagna, (2 * ann) @ lasagna)
print(cosine(ann, lasagna), cosine(2 * ann, lasagna))

# %% [markdown] tags=["instructor"]
# **Minutes 20–28.** Let them vote on the lasagna by name; laugh with them at Ben.
# Everybody does the paper one alone, for two minutes, then compares with a neighbor.
#
# Wrong answers, and what they reveal. *48*: stopped at the dot product. *9.6 or 4.8*:
# divided once; ask what happens when b is doubled. *96*: wrote `48/5*10` into a
# calculator; the same slip comes in code, `a @ b / x * y`. *A function that passes
# on embeddings but not here*: it is the dot product, and embeddings of length 1 hide
# that. This is why the check uses other lengths.
#
# Go at 80%. **Cut line:** at minute 31, show the next two parts from the front.

# %% [markdown] tags=["gate"]
# ### ▶ GO

# %% [markdown]
# ## A dot product that looks like a cosine
#
# Here is where length bites in practice. "Man is to uncle as woman is to …":
# take uncle, remove man, add woman, and see whether you arrive at aunt.

# %%
uncle, aunt, man, woman = model.encode(["uncle", "aunt", "man", "woman"])
q = uncle - man + woman
print(f"uncle · aunt  {uncle @ aunt:.3f}")
print(f"q · aunt      {q @ aunt:.3f}")

# %% [markdown]
# From 0.734 to 0.985: it looks as if q were nearly aunt. Is it? One test that every
# similarity must pass: what is the similarity of a thing **with itself**?

# %%
ch.predict("q with itself", ...)

# %%
print(f"q · q         {q @ q:.3f}")
ch.predicted("q with itself")

# %% [markdown]
# 2.265. A cosine cannot be more than 1, so this was none. A sum of unit vectors is
# no unit vector: q has the length 1.505. Now with your function.

# %%
print(f"length of q         {np.linalg.norm(q):.3f}")
print(f"cosine(q, q)        {cosine(q, q):.3f}")
print(f"cosine(q, aunt)     {cosine(q, aunt):.3f}")
print(f"cosine(uncle, aunt) {cosine(uncle, aunt):.3f}")

# %% [markdown]
# 0.654. Aunt is *less* similar to q than to plain uncle. The number went up
# because the arrow got longer. Does the analogy fail, then? One number cannot say:
# chapter 3 asks who else is near.

# %% [markdown]
# ## Can anything beat yourself?
#
# With cosines, nothing is nearer to a cat than a cat: 1 is the top. With dot
# products and free lengths it may be otherwise. These are vectors of **GloVe**, an
# older model that gives each word one vector, of any length.

# %%
few = glove()
cat, dog = few["cat"], few["dog"]
print(f"dot     cat·cat {cat @ cat:.2f}   cat·dog {cat @ dog:.2f}")
print(f"cosine  cat·cat {cosine(cat, cat):.2f}    cat·dog {cosine(cat, dog):.2f}")

# %% [markdown]
# By dot product a dog is more like a cat than a cat is: 19.74 to 19.43. So always
# ask whether vectors have the length 1. If they do, the dot product *is* the cosine,
# and saves two divisions. If they do not, divide.

# %% [markdown]
# ## Does a high cosine mean the same meaning?
#
# Your vote of chapter 1 is still there. The sentence was "Kids can take this drug
# without risk."

# %%
chapter(1).predicted("vote")

# %%
drug = model.encode("Kids can take this drug without risk.")
for letter, text in {
    "A": "The medicine is dangerous for children.",
    "B": "The medicine is not safe for children.",
    "C": "The medicine is safe for children.",
}.items():
    print(f"{letter}  {cosine(drug, model.encode(text)):.3f}  {text}")

# %% [markdown]
# The most similar one, at 0.803, says the opposite. "Not safe" follows with 0.776,
# and the one that agrees comes last, with 0.766.
#
# It is no slip of one model. In GloVe, happy is nearer to sad than to cheerful:

# %%
for word in ("sad", "cheerful"):
    print(f"{cosine(few['happy'], few[word]):.2f}  happy, {word}")

# %% [markdown]
# 0.69 against 0.58. Why? Both models learned from which texts and words keep company.
# Happy and sad stand in the same sentences; so do "safe" and "dangerous". A cosine
# says what a text is **about**. It hardly says what is claimed.
#
# **Your turn.** Find two texts that mean opposite things and have a cosine above
# 0.7. Whole sentences are easier than words. Think of something that you know well.

# %% tags=["exercise"]
answer = (..., ...)  # two texts, each in quotation marks

ch.misleading.check(answer)

# %% tags=["solution"]
answer = ("I loved the concert.", "I hated the concert.")

ch.misleading.check(answer)

# %% tags=["wrong"]
# told: Keep the subject
answer = ("The soup is hot.", "Winters in the north are cold.")

ch.misleading.check(answer)

# %% [markdown] tags=["gate"]
# ### ■ STOP · minute 33
#
# **You should see** a pair of your own above 0.7. Read it to your neighbor.
#
# **Behind?** After a try, `ch.misleading.solution()` shows ours. Take another subject.
#
# **Early?** How near to 1 can you get, with the opposite meaning?

# %% tags=["facts"]
loved, hated = model.encode(["I loved the concert.", "I hated the concert."])
options = model.encode(
    [
        "The medicine is dangerous for children.",
        "The medicine is not safe for children.",
        "The medicine is safe for children.",
    ]
)
by = sema.cosine_similarity
facts = {
    "1.590": ben @ lasagna,
    "0.922": ann @ lasagna,
    "0.516": by(ann, lasagna),
    "0.312": by(ben, lasagna),
    "0.734": by(uncle, aunt),
    "0.985": q @ aunt,
    "2.265": q @ q,
    "1.505": np.linalg.norm(q),
    "0.654": by(q, aunt),
    "19.74": cat @ dog,
    "19.43": cat @ cat,
    "0.803": by(drug, options[0]),
    "0.776": by(drug, options[1]),
    "0.766": by(drug, options[2]),
    "0.69": by(few["happy"], few["sad"]),
    "0.58": by(few["happy"], few["cheerful"]),
    "0.790": by(loved, hated),
    "0.7": 0.7,  # asked for
    "9.6": 48 / 5,
    "4.8": 48 / 10,
}

# %% [markdown] tags=["instructor"]
# **Minutes 28–33.** Say at the gate: "The measure is fine. It answers another
# question than you asked." Collect pairs aloud; "I loved / I hated the concert" has
# 0.790, and the room will beat it.
#
# Watch for pairs that are no opposites ("I like tea" / "I like coffee"): the check
# cannot tell, a neighbor can. Somebody will ask which number means "similar". None:
# that is chapter 5. If minute 36 comes before chapter 6 begins, only show the map.

# %% [markdown]
# ## What you take along
#
# - The **dot product** mixes two things, direction and length.
# - The **cosine** divides both lengths away. For vectors of length 1 they are the
#   same; after adding or subtracting vectors they are not.
# - A similarity that gives more than 1 with itself is no cosine.
# - A high cosine says "about the same thing". It does not say "agrees".
