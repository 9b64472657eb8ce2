# %% [markdown]
# # 0 · NumPy in ten minutes
#
# This is no part of the hour. It is for you if you learn alone, or if `@`, `axis`
# and `norm` are new to you. After it you can read every line of the chapters.
#
# Run a cell with Shift+Enter. Three dots `...` are your turn.

# %%
import numpy as np

from semascope.course import chapter

ch = chapter(0)

# %% [markdown]
# ## Five guesses before you begin
#
# Guess, do not look anything up. Your guesses are kept, and at the end of this page
# you meet them again, when you know more.
#
# 1. How many numbers does "cat" become, and how many does a page of text?
# 2. What is the dot product of a vector with itself: always 1, or not?
# 3. Which is nearer to "happy" by its company in texts: "sad" or "cheerful"?
# 4. You search for a thing that is in none of the texts. What comes back?
# 5. Two dots lie side by side on a map of texts. What do you know for sure?

# %%
ch.predict("1 how many numbers", ...)
ch.predict("2 with itself", ...)
ch.predict("3 near happy", ...)
ch.predict("4 nothing there", ...)
ch.predict("5 side by side", ...)

# %% [markdown]
# ## A table of numbers
#
# Four friends gave points to three films. NumPy keeps that as an **array**: one row a
# friend, one column a film.

# %%
points = np.array([[5, 1, 3], [4, 2, 3], [1, 5, 3], [2, 4, 3]])
print(points)
print(points.shape)

# %% [markdown]
# `.shape` says (rows, columns). A row is `points[0]`, a column `points[:, 0]`; counting
# starts at 0.

# %%
print(points[0], points[0].shape)
print(points[:, 0], points[:, 0].shape)

# %% [markdown]
# ## Axis: which way to add
#
# `points.sum()` adds everything. With `axis=0` it adds **down**, over the rows; with
# `axis=1` **along**, over the columns. Which way gives one number a film? Guess.

# %%
ch.predict("one number a film", ...)  # 0 or 1

# %%
print("axis=0", points.sum(axis=0))
print("axis=1", points.sum(axis=1))
ch.predicted("one number a film")

# %% [markdown]
# `axis=0` gives one a film. The axis that you name is the one that **goes away**: of
# (4, 3), axis 0 is the 4, and 3 are left.
#
# **Your turn.** Return the mean of each row, one number a friend.


# %% tags=["exercise"]
def row_means(table):
    return ...


ch.row_means.check(row_means)


# %% tags=["solution"]
def row_means(table):
    return table.mean(axis=1)


ch.row_means.check(row_means)


# %% tags=["wrong"]
# told: one number a column
def row_means(table):
    return table.mean(axis=0)


ch.row_means.check(row_means)

# %% [markdown]
# Stuck? `ch.row_means.hint()`.
#
# ## `@`: multiply, then add
#
# `a @ b` multiplies number by number and adds it all up. That is a **dot product**.

# %%
a = np.array([1, 2, 3])
b = np.array([10, 0, 1])
print(a * b)  # number by number, still three
print(a @ b)  # and added up: 10 + 0 + 3

# %% [markdown]
# With a table on the left, `@` does so for **each row** at once: (4, 3) `@` (3,) gives
# (4,). The two 3s must agree.

# %%
taste = np.array([1, -1, 0])  # likes the first film, not the second
print(points @ taste)

# %% [markdown]
# The first friend has the highest, the third the lowest. This one line is a search:
# it says how well each row agrees with one vector.
#
# **Your turn.** Return the **place** of the row with the highest dot product with v.
# `x.argmax()` is the place of the highest number of x.


# %% tags=["exercise"]
def best_row(table, v):
    return ...


ch.best_row.check(best_row)


# %% tags=["solution"]
def best_row(table, v):
    return (table @ v).argmax()


ch.best_row.check(best_row)


# %% tags=["wrong"]
# told: where it stands
def best_row(table, v):
    return (table @ v).max()


ch.best_row.check(best_row)


# %% tags=["wrong"]
# told: all numbers of the table
def best_row(table, v):
    return (table * v).argmax()


ch.best_row.check(best_row)

# %% [markdown]
# ## `norm`: how long
#
# An arrow that goes 3 to the right and 4 up has the length 5. `np.linalg.norm` squares,
# adds, takes the root.

# %%
arrows = np.array([[3.0, 4.0], [6.0, 8.0], [0.0, 2.0]])
print(np.linalg.norm(arrows[0]))
print(np.linalg.norm(arrows, axis=1))  # one length a row
print(np.linalg.norm(arrows, axis=1, keepdims=True))  # the same, as a column

# %% [markdown]
# Why a column? A table of (3, 2) can be divided by a column of (3, 1): each row by its
# own number. It cannot be divided by (3,), which is read as a row.
#
# **Your turn.** Give every row the length 1: divide each by its own length.


# %% tags=["exercise"]
def unit_rows(table):
    return ...


ch.unit_rows.check(unit_rows)


# %% tags=["solution"]
def unit_rows(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


ch.unit_rows.check(unit_rows)


# %% tags=["wrong"]
# told: keepdims
def unit_rows(table):
    return table / np.linalg.norm(table, axis=1)


ch.unit_rows.check(unit_rows)


# %% tags=["wrong"]
# told: one length for the whole table
def unit_rows(table):
    return table / np.linalg.norm(table)


ch.unit_rows.check(unit_rows)

# %% tags=["catch-up"]
unit_rows = ch.unit_rows.catch_up()

# %%
units = unit_rows(arrows)
print(units)
print(np.round(units @ units.T, 2))

# %% [markdown]
# The first two arrows point the same way, so they have become the same: 1. The last
# table is every row's dot product with every other, `units @ units.T`; `.T` turns a
# table on its side. Chapter 2 says what these numbers mean: the first and the third
# have 0.8.
#
# That is all the NumPy of the hour. Go on with chapter 1.

# %% tags=["facts"]
facts = {"0.8": (units @ units.T)[0, 2]}
assert list(points @ taste) == [4, 2, -4, -2]
assert (points.sum(axis=0).shape, points.sum(axis=1).shape) == ((3,), (4,))

# %% [markdown]
# ## After the hour: your five guesses
#
# Come back here after chapter 7. Answer the five questions once more, in your head,
# then run the cell, and open the answers.

# %%
for name in (
    "1 how many numbers",
    "2 with itself",
    "3 near happy",
    "4 nothing there",
    "5 side by side",
):
    print(name, "→", ch.predicted(name))

# %% [markdown]
# <details><summary>1. How many numbers?</summary>
# 384, both of them. Chapter 1.</details>
#
# <details><summary>2. A vector with itself?</summary>
# Its length squared: 1 only if its length is 1. Chapter 2.</details>
#
# <details><summary>3. Near "happy"?</summary>
# "sad": opposites keep the same company. Chapter 2.</details>
#
# <details><summary>4. Searched, and not there?</summary>
# The nearest of what is there. Search always answers. Chapter 6.</details>
#
# <details><summary>5. Side by side on a map?</summary>
# Nothing for sure. Ask the 384 numbers. Chapter 7.</details>

# %% [markdown]
# ## What you take along
#
# - `.shape` is (rows, columns); the `axis` that you name goes away.
# - `table @ v` is each row's dot product with v.
# - `np.linalg.norm(table, axis=1, keepdims=True)` is a column of lengths; dividing by
#   it gives every row the length 1.
