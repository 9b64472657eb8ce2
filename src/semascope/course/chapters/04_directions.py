# %% [markdown]
# # 4 · Directions
#
# After this chapter you can build a direction, such as "from one to many", test it on
# words that it was not made from, and show a control beside it. Take about 35
# minutes.

# %%
from itertools import combinations

import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, show
from semascope.course.supplied import glove_words
from semascope.space import common_words

ch = chapter(4)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>The tallest bar of "king" is number 99. What does it mean?</summary>
# Nothing that we know: it is the tallest in nearly every word.</details>
#
# <details><summary>An answer has rank 1. What else must be said?</summary>
# Among how many words, and whether those that went in were in the list.</details>
#
# <details><summary>What is a control?</summary>
# What you would have got without the thing that you praise.</details>

# %% [markdown]
# ## A step from one to many
#
# You may read that in such a space "one direction encodes the plural, another the
# past tense". Let us build one. Take cats, remove cat: what is left is a **step**,
# an arrow from one to the other. These are GloVe's vectors.

# %%
few = glove_words()
step = few["cats"] - few["cat"]


def along(word):
    """Return how far along the step a word lies."""
    return few[word] @ step


for one, many in [("student", "students"), ("one", "two")]:
    print(f"{along(one):5.1f} {one:<10} {along(many):5.1f} {many}")

# %% [markdown]
# Student lies at −1.1 and students at 3.4; one at −2.4 and two at 0.8. Nobody spoke
# of students or of numbers. The step from cat to cats points their way as well. An
# arrow that is used like that, to say how far along something lies, is called a
# **direction**.
#
# Is it the letter s that it sees? Guess which of these four lie further along than
# their partners: children, men, people, feet.

# %%
ch.predict("without an s", ...)

# %%
for one, many in [
    ("child", "children"),
    ("man", "men"),
    ("person", "people"),
    ("foot", "feet"),
]:
    print(f"{along(one):5.1f} {one:<10} {along(many):5.1f} {many}")
ch.predicted("without an s")

# %% [markdown]
# All four, and none has an s. Now two traps. Where will *sheep* lie, and where
# *news*: with the singulars, around −3, or with the plurals, around 3?

# %%
ch.predict("sheep and news", ...)

# %%
for word in ["sheep", "news"]:
    print(f"{along(word):5.1f} {word}")
ch.predicted("sheep and news")

# %% [markdown]
# Sheep 2.2, news −4.1. GloVe never looked at letters. It saw which words keep
# company: many sheep *are*, the news *is*. So the traps did not break it.
#
# Something else does: look at *feet* once more. It lies at −2.2, below student. So 0
# is no border between one and many, and only a word and its partner may be compared.

# %% [markdown]
# ## Better than one pair
#
# One pair carries all the quirks of one word. So take many pairs, and the mean of
# their steps. From here on we use our own model.

# %%
pairs = [
    ("dog", "dogs"),
    ("car", "cars"),
    ("tree", "trees"),
    ("book", "books"),
    ("king", "kings"),
    ("river", "rivers"),
    ("song", "songs"),
    ("friend", "friends"),
    ("city", "cities"),
    ("bridge", "bridges"),
]


def embed(pairs):
    """Return the vectors of all first words and of all second words."""
    low, high = zip(*pairs, strict=True)
    return model.encode(low), model.encode(high)


low, high = embed(pairs)
print(low.shape, high.shape)

# %% [markdown]
# **Your turn.** Complete the function: the mean step from `low` to `high`. Row i of
# one belongs to row i of the other.


# %% tags=["exercise"]
def direction(low, high):
    return ...


ch.direction.check(direction)


# %% tags=["solution"]
def direction(low, high):
    return (high - low).mean(axis=0)


ch.direction.check(direction)


# %% tags=["wrong"]
# told: from plural to singular
def direction(low, high):
    return low.mean(axis=0) - high.mean(axis=0)


ch.direction.check(direction)


# %% tags=["wrong"]
# told: points to what they are about
def direction(low, high):
    return high.mean(axis=0)


ch.direction.check(direction)


# %% tags=["wrong"]
# told: quirks of one word
def direction(low, high):
    return high[0] - low[0]


ch.direction.check(direction)


# %% tags=["wrong"]
# told: returns nothing
def direction(low, high):
    step = (high - low).mean(axis=0)


ch.direction.check(direction)


# %% tags=["wrong"]
# told: changed what it was given
def direction(low, high):
    high -= low
    return high.mean(axis=0)


ch.direction.check(direction)

# %% tags=["catch-up"]
direction = ch.direction.catch_up()

# %% [markdown]
# Now fourteen words that had no part in it, five of them without an s.

# %%
new = [
    ("student", "students"),
    ("house", "houses"),
    ("lamp", "lamps"),
    ("apple", "apples"),
    ("teacher", "teachers"),
    ("window", "windows"),
    ("story", "stories"),
    ("leaf", "leaves"),
    ("knife", "knives"),
    ("child", "children"),
    ("man", "men"),
    ("mouse", "mice"),
    ("foot", "feet"),
    ("person", "people"),
]
plural = direction(low, high)


def further(pairs, direction):
    """Print in how many pairs the second word lies further along than the first."""
    low, high = embed(pairs)
    right = (high - low) @ direction > 0
    print(f"{right.sum():>2} of {len(pairs)}   {pairs[0][0]} → {pairs[0][1]}, …")


further(new, plural)

# %% [markdown]
# ## Is it one of the bars?
#
# Fourteen of fourteen: the direction is there. Chapter 1 said that a bar means
# nothing. But perhaps one bar *is* the plural, and the direction only points to it?

# %%
show(plot.bars(plural, "from one to many"))
bar = np.abs(plural).argmax()
print(f"The tallest is number {bar}.")

# %% [markdown]
# Two tests. Keep that bar alone; then keep all the others. How many of the fourteen
# will each get right?

# %%
ch.predict("bar alone, the others", ...)

# %%
alone, others = np.zeros(384), plural.copy()
alone[bar] = plural[bar]
others[bar] = 0
further(new, alone)
further(new, others)
ch.predicted("bar alone, the others")

# %% [markdown]
# Both get all fourteen! So is that bar the plural after all? It worked, and that is
# the very moment to ask for a control. How many of the 384 bars would get all
# fourteen, each alone?

# %%
ch.predict("bars that do", ...)

# %%
low_new, high_new = embed(new)
right = (high_new - low_new) * np.sign(plural) > 0  # (14, 384): each pair, each bar
print((right.sum(axis=0) == 14).sum(), "bars get all fourteen alone")
ch.predicted("bars that do")

# %% [markdown]
# 13 of them. With 384 tickets, some win. Then a second control: pairs that have
# nothing to do with number. Here is the past tense.

# %%
past = [
    ("walk", "walked"),
    ("jump", "jumped"),
    ("ask", "asked"),
    ("play", "played"),
    ("call", "called"),
    ("cook", "cooked"),
    ("go", "went"),
    ("see", "saw"),
    ("run", "ran"),
    ("eat", "ate"),
    ("sing", "sang"),
    ("write", "wrote"),
    ("take", "took"),
    ("buy", "bought"),
]
print("the bar:      ", end=" ")
further(past, alone)
print("the direction:", end=" ")
further(past, plural)

# %% [markdown]
# The tallest bar rises in 11 of 14 past tenses too. So it is one of many, it rises
# with other things, and without it nothing was lost. The direction as a whole does
# not take the past for a plural: 1 of 14. It even runs against it, which is one more
# thing that we had not planned. A bright bar is not a concept, even when it seems to
# work.

# %% [markdown]
# ## It worked. Does it mean something?
#
# Now a direction that *cannot* mean anything: twelve pairs of words drawn at random.
# In how many of its own twelve pairs will the second word lie further along?

# %%
ch.predict("own pairs", ...)

# %%
random = np.random.default_rng(1)
drawn = random.permutation(common_words()[:2000])[:24].tolist()
nonsense = list(zip(drawn[:12], drawn[12:], strict=True))
print(nonsense[:3], "…")
further(nonsense, direction(*embed(nonsense)))
ch.predicted("own pairs")

# %% [markdown]
# Twelve of twelve, for nothing at all. There is so much room in 384 dimensions that
# every pair finds a corner of its own, and the mean leans towards each of them. So
# whoever tests a direction on the pairs that it was made from is always right.
#
# **Your turn.** Test fairly: for each pair, make the direction from all the *other*
# pairs, and see whether this one agrees. Return the share that does. Such a pair is
# said to be **held out**.


# %% tags=["exercise"]
def held_out(low, high):
    steps = high - low  # one a pair
    right = 0
    for i in range(len(steps)):
        step = steps[i]
        others = ...  # the direction that all steps but number i give
        right += ...  # True if this step goes along with it
    return right / len(steps)


ch.held_out.check(held_out)


# %% tags=["solution"]
def held_out(low, high):
    steps = high - low  # one a pair
    right = 0
    for i in range(len(steps)):
        step = steps[i]
        others = np.delete(steps, i, axis=0).mean(axis=0)
        right += step @ others > 0
    return right / len(steps)


ch.held_out.check(held_out)


# %% tags=["wrong"]
# told: Leave pair i out before you take the mean
def held_out(low, high):
    steps = high - low
    right = 0
    for i in range(len(steps)):
        others = steps.mean(axis=0)
        right += steps[i] @ others > 0
    return right / len(steps)


ch.held_out.check(held_out)


# %% tags=["wrong"]
# told: A sign is turned
def held_out(low, high):
    steps = high - low
    right = 0
    for i in range(len(steps)):
        others = -np.delete(steps, i, axis=0).mean(axis=0)
        right += steps[i] @ others > 0
    return right / len(steps)


ch.held_out.check(held_out)


# %% tags=["wrong"]
# told: that is a topic
def held_out(low, high):
    right = 0
    for i in range(len(low)):
        others = np.delete(high, i, axis=0).mean(axis=0)
        right += (high[i] - low[i]) @ others > 0
    return right / len(low)


ch.held_out.check(held_out)


# %% tags=["wrong"]
# told: Divide by the number of pairs
def held_out(low, high):
    steps = high - low
    right = 0
    for i in range(len(steps)):
        others = np.delete(steps, i, axis=0).mean(axis=0)
        right += steps[i] @ others > 0
    return right


ch.held_out.check(held_out)

# %% [markdown]
# Stuck? `ch.held_out.hint()`. The next cell goes on with yours, or with ours for now.

# %% tags=["catch-up"]
held_out = ch.held_out.catch_up()

# %%
for name, some in [("plural", pairs + new), ("past", past), ("nonsense", nonsense)]:
    print(f"{held_out(*embed(some)):>4.0%}  {name}")

# %% [markdown]
# Plural and past tense: every pair agrees with what the others say. Nonsense: 25%,
# and other random words would give more or less, about a half. *Now* we may say that
# there is a direction for the past tense. In no bar, but across all of them.
#
# The library does all this, and adds what luck would give: the same pairs, each
# turned around or not by a coin.

# %%
space = sema.Space(model, common_words()[:1000])  # any space of this model will do
found = space.direction(past)
print(f"held out {found.accuracy:.0%}")
print(f"by luck  {found.control.mean:.0%}; 95 of 100 draws give at most", end=" ")
print(f"{found.control.high:.0%}")

# %% [markdown]
# ## Is it what we call it?
#
# It is a direction, and the word *plural* is ours. Try it on kinds of pairs that are
# no nouns, or no plurals. Guess which rows will be high.

# %%
ch.predict("rows that are high", ...)

# %%
verbs = "walk jump play sing write take run eat read".split()
adjectives = "big-bigger small-smaller old-older young-younger warm-warmer slow-slower"
same = "big-large car-automobile begin-start fast-quick movie-film street-road"
same += " shop-store ill-sick smart-clever gift-present"
kinds = [
    new,
    [(verb, verb + "s") for verb in verbs],
    [tuple(pair.split("-")) for pair in adjectives.split()],
    [tuple(pair.split("-")) for pair in same.split()],
    past,
]
for some in kinds:
    further(some, plural)
ch.predicted("rows that are high")

# %% [markdown]
# New nouns, all. Words for the same thing, 7 of 10, which a coin would give as well.
# But walk → walks, 9 of 9, and big → bigger, 6 of 6: these are no plurals.
#
# **Your turn.** What may you say of this direction? **A** It is the plural. **B** It
# puts new nouns in order, and goes along with other changes of form too. **C** It is
# luck.

# %% tags=["exercise"]
answer = ...  # "A", "B" or "C"

ch.claim.check(answer)

# %% tags=["solution"]
answer = "B"

ch.claim.check(answer)

# %% tags=["wrong"]
# told: what we wanted it to be
answer = "A"

ch.claim.check(answer)

# %% [markdown]
# ## Good and bad
#
# A direction need not come from pairs. Take the middle of some good words and the
# middle of some bad ones; an **axis** leads from one to the other. Can it sort
# opinions that it has never seen?

# %%
good = ["good", "great", "wonderful", "excellent", "happy", "love"]
bad = ["bad", "awful", "terrible", "poor", "sad", "hate"]
things = ["pizza", "concert", "hotel", "phone"]
loved = [f"I loved the {thing}." for thing in things]
hated = [f"I hated the {thing}." for thing in things]
axis = space.axis(bad, good)


def line_up(texts):
    """Show where texts lie along the axis, as a picture and as numbers."""
    show(plot.axis(texts, axis, title="From the bad words to the good ones"))
    for score, text in sorted(zip(axis.scores(texts), texts, strict=True))[::-1]:
        print(f"{score:5.2f}  {text}")


line_up(loved + hated)

# %% [markdown]
# Eight of eight: all that was loved lies further along than all that was hated. You
# know the question by now: what would have come out without it?
#
# Shuffle the twelve words, so that six random ones stand on each side. There are 924
# ways, and we can try them all. How many percent of them sort all eight as well?

# %%
ch.predict("shuffled as good", ...)

# %%
twelve = model.encode(good + bad)
first, second = model.encode(loved), model.encode(hated)


def in_order(sides, first, second):
    """Return the share of pairs, one of each, that such an axis puts in order."""
    axis = sides @ twelve  # 1 for a word on the good side, -1 on the bad
    return np.mean((first @ axis)[:, None] > second @ axis)


def shuffles(first, second):
    """Return the same for each way to put six of the twelve words on the good side."""
    shares = []
    for some in combinations(range(12), 6):
        sides = -np.ones(12)
        sides[list(some)] = 1
        shares.append(in_order(sides, first, second))
    return np.array(shares)


as_given = np.repeat([1, -1], 6)
real = in_order(as_given, first, second)
easy = np.mean(shuffles(first, second) >= real)
print(f"as given {real:.0%} in order; as good when shuffled: {easy:.0%}")
ch.predicted("shuffled as good")

# %% [markdown]
# 31% of all meaningless axes sort all eight. How can that be? The eight sentences
# are one question, asked four times: does "loved" lie further along than "hated"?
# Half of all axes say yes, and most of those say it for all four things.
#
# So a test must ask *different* questions. Twelve opinions, each in its own words:

# %%
liked = [
    "The food was delicious.",
    "I would come back any time.",
    "The staff made us feel at home.",
    "I will watch this film again.",
    "We laughed all evening.",
    "It was worth every cent.",
]
disliked = [
    "The food was cold and bland.",
    "Never again.",
    "The staff ignored us for an hour.",
    "I fell asleep during this film.",
    "We were bored all evening.",
    "It was a waste of money.",
]
first, second = model.encode(liked), model.encode(disliked)
real = in_order(as_given, first, second)
free = np.mean(shuffles(first, second) >= real)
print(f"as given {real:.0%} in order; as good when shuffled: {free:.0%}")

# %% [markdown]
# The axis does worse, 89%, and is worth more: only 6% of the shuffled ones do as
# well. A test that anybody passes says nothing about the one who passed.

# %%
line_up(liked + disliked)

# %% [markdown]
# ## Where this breaks
#
# - 0 is no border. Compare along a direction; do not read signs.
# - An axis can be drawn between any two texts, and every text gets a place on it.
#   Draw one from sofa to Tuesday, if you like.
# - Its name is yours. The model has no names for its directions.

# %% tags=["keep-going"]
# Does the past tense lead from a verb to its past? Add the mean step and look.
to_past = direction(*embed([pair for pair in past if pair[0] != "run"]))
verbs = sema.Space(model, ["run", "ran", "runs", "running", "walked", "fast", "race"])
for near in verbs.nearest(model.encode("run") + to_past, k=4):
    print(f"{near.similarity:.2f}  {near.label}")

# %% tags=["facts"]
facts = {
    "−1.1": along("student"),
    "3.4": along("students"),
    "−2.4": along("one"),
    "0.8": along("two"),
    "2.2": along("sheep"),
    "−4.1": along("news"),
    "−2.2": along("feet"),
    "13": (right.sum(axis=0) == 14).sum(),
    "25%": held_out(*embed(nonsense)),
    "31%": easy,
    "89%": real,
    "6%": free,
}


def count(pairs, direction):
    low, high = embed(pairs)
    return int(((high - low) @ direction > 0).sum())


for word in ("child children", "man men", "person people", "foot feet"):
    one, many = word.split()
    assert along(one) < along(many)
assert along("feet") < along("student")
assert [count(new, by) for by in (plural, alone, others)] == [14, 14, 14]
assert (count(past, alone), count(past, plural)) == (11, 1)
assert count(nonsense, direction(*embed(nonsense))) == 12
assert [count(some, plural) for some in kinds] == [14, 9, 6, 7, 1]
assert held_out(*embed(pairs + new)) == held_out(*embed(past)) == found.accuracy == 1
scores = axis.scores(loved + hated)
assert min(scores[:4]) > max(scores[4:])
by_luck = []
for seed in range(100):
    drawn = np.random.default_rng(seed).permutation(common_words()[:1000])[:24]
    by_luck.append(held_out(*np.split(space.embed(drawn.tolist()), 2)))
assert 0.4 < np.mean(by_luck) < 0.6

# %% [markdown] tags=["instructor"]
# **Take about 35 minutes**: 7 for the step, 8 to the bars, 10 for held-out pairs, 10
# for opinions. Short of time: leave out the bars; the nonsense pairs must stay.
#
# Let them bet on the nonsense pairs by show of hands, 0, 6 or 12 of 12. Nearly all
# say 6. It is the moment that they remember.
#
# Say after the opinions: "Who of you has ever tested on four sentences that were the
# same sentence?"
#
# Wrong answers, and what they reveal. *Sign*: reads "from cat to cats" as cat minus
# cats; let them draw the arrow. *Mean of the plurals*: thinks of a place, not of a
# way; ask where dogs would go. *One pair*: has not seen a quirk yet. *Tested on its
# own pairs*: the commonest, and the one that is found in papers. *A at the claim*:
# wants the name to be true; ask what walks is the plural of.
#
# Somebody will ask why the mean of random shares is a half: held out, a random pair
# agrees or not like a coin. Twelve coins give 25% now and then.
#
# **A content note.** Learners like to draw axes between groups of people. An axis
# shows what texts say of them, and every sentence gets a place, fair or not. Ask for
# the control before the picture is shown to anybody.

# %% [markdown]
# ## What you take along
#
# - A **direction** is a mean of steps: what the words are about cancels out.
# - It lies across all the bars. One bar may seem to work, and still be neither the
#   thing nor needed for it.
# - On its own pairs every direction is right, a meaningless one too. Test on pairs
#   that were **held out**.
# - Ask what nonsense would have got, and ask different questions. Then look for what
#   else goes along, before you give it a name.
