# %% [markdown]
# # 11 · Where else
#
# After this chapter you can say, for nine uses of embeddings, what is embedded, what is
# compared with what, and how far a small demonstration is from the real thing. Take
# about 50 minutes, or pick what you like: no part needs another.

# %%
import numpy as np

import semascope as sema
from semascope.course import chapter, gallery, mail, show

ch = chapter(11)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop
emoji = sema.open("emoji.lance")
speeches = sema.open("speeches.lance")  # of presidents, since 1946

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>What does an embedding turn into what?</summary>
# A text into an arrow. What is about the same thing points the same way.</details>
#
# <details><summary>Why is a bare similarity of little use?</summary>
# It has no zero point. Compare: with random pairs, with other candidates.</details>
#
# <details><summary>What does "recall" count that looking at results does not?</summary>
# What was missed.</details>
#
# Now a guess. Search, fraud, pictures, music: people say that it is all **one trick**,
# "embed everything and take the nearest". Of the nine uses below, how many are just
# that?

# %%
ch.predict("how many are one trick", ...)  # a number from 0 to 9

# %% [markdown]
# ## 1 · A search engine
#
# - **Embedded:** every passage, once; the query, when it comes.
# - **Compared:** the query with all passages.

# %%
query = "nobody should go broke over a hospital bill"
similarity = speeches.embeddings @ model.encode(query)
for n in np.argsort(-similarity)[:3]:
    row = speeches.rows([n])[0]
    who = f"{row['year']}  {row['president']}"
    print(f"{similarity[n]:.2f}  {who}: {row['text'][:40]}…")

# %% [markdown]
# **How far from the real thing.** This compares with 5,003 passages, one by one. An
# engine with billions cannot: it looks in the right neighborhoods only, and misses a
# few. It also mixes in the words themselves, links, clicks and how new a page is, and
# it is under attack by those who want to be first.

# %% [markdown]
# ## 2 · Recommendation
#
# - **Embedded:** the things to choose from.
# - **Compared:** the mean of what somebody liked, less a bit of what they did not, with
#   all things.

# %%
like, unlike = ["guitar", "violin"], ["drum"]
wanted = model.encode(like).mean(axis=0) - 0.3 * model.encode(unlike).mean(axis=0)
similarity = emoji.embeddings @ (wanted / np.linalg.norm(wanted))
for n in np.argsort(-similarity)[:5]:
    row = emoji.rows([n])[0]
    print(f"{similarity[n]:.2f}  {row['emoji']}  {row['label']}")

# %% [markdown]
# The first two are what was liked: the inputs once more, as in chapter 3. A shop leaves
# them out.
#
# **How far from the real thing.** A shop hardly reads what a thing is called. It learns
# its vectors from who bought what with what, so that a tent may lie beside a torch. And
# a list of five guitars is dull: `emoji.recommend(like, unlike)` also sees to variety.

# %% [markdown]
# ## 3 · Retrieval for a chatbot
#
# A language model has not read your files. So one searches them first and puts what was
# found **into the question**. This is called retrieval-augmented generation, RAG.
#
# - **Embedded:** passages and question.
# - **Compared:** as in a search. New is what happens then.
#
# The question has room for so many words. **Your turn:** which rows go in? The most
# similar first; one that no longer fits is left out, and a shorter one behind it may
# still fit. `words[row]` says how long a passage is.


# %% tags=["exercise"]
def choose(similarity, words, budget):
    chosen = []
    for row in ...:  # all rows, the most similar first
        if words[row] <= budget:
            chosen.append(row)
            # how much room is left now?
    return chosen


ch.choose.check(choose)


# %% tags=["solution"]
def choose(similarity, words, budget):
    chosen = []
    for row in np.argsort(-similarity):
        if words[row] <= budget:
            chosen.append(row)
            budget -= words[row]
    return chosen


ch.choose.check(choose)


# %% tags=["wrong"]
# told: Each one alone fits, all together do not
def choose(similarity, words, budget):
    chosen = []
    for row in np.argsort(-similarity):
        if words[row] <= budget:
            chosen.append(row)
    return chosen


ch.choose.check(choose)


# %% tags=["wrong"]
# told: you took the least similar
def choose(similarity, words, budget):
    chosen = []
    for row in np.argsort(similarity):
        if words[row] <= budget:
            chosen.append(row)
            budget -= words[row]
    return chosen


ch.choose.check(choose)


# %% tags=["wrong"]
# told: You stopped at the first that did not fit
def choose(similarity, words, budget):
    chosen = []
    for row in np.argsort(-similarity):
        if words[row] > budget:
            break
        chosen.append(row)
        budget -= words[row]
    return chosen


ch.choose.check(choose)

# %% tags=["catch-up"]
choose = ch.choose.catch_up()


# %%
def prompt(question, budget=200):
    similarity = speeches.embeddings @ model.encode(question)
    words = [len(text.split()) for text in speeches.texts]
    print("Answer from these passages, by number. If they do not say, say so.\n")
    for i, row in enumerate(speeches.rows(choose(similarity, words, budget)), start=1):
        print(f"[{i}] {row['year']}, {row['president']}: {row['text']}\n")
    print(f"Question: {question}")


prompt("How shall a family pay for college?")

# %% [markdown]
# That text is what the chatbot gets. The numbers in brackets are the point: whoever
# reads its answer can look the passage up.
#
# What goes in when the speeches know nothing of it? Guess: nothing, or as much as ever?

# %%
ch.predict("a question from elsewhere", ...)

# %%
prompt("Who won the World Cup in 1954?", budget=100)
ch.predicted("a question from elsewhere")

# %% [markdown]
# As much as ever: a search always answers. So the first line, "if they do not say, say
# so", carries a lot, and a chatbot does not always obey it.
#
# **How far from the real thing.** The bot is missing: semascope has none, and none is
# needed up to here. Real ones rewrite the question first, let a slower and better model
# sort the passages again, and check the answer against its sources.

# %% [markdown]
# ## 4 · Fraud as what is unlike the rest
#
# - **Embedded:** letters.
# - **Compared:** each letter with other letters. Nobody asks a query.
#
# These are letters to a mailing list. Some are good, and known to be; of the new ones,
# some want your money. Real ones are to be had: change `fetch` to `True`, once. That
# takes 20 MB and `npm`, which comes with Node.js. Without it you get a few that we made
# up; the output says which.
#
# A word of care: the real ones were written by people in 2002, and some are crude. The
# package that holds them gives them away under CC0; the collection that it comes from
# says that each text belongs to its sender. So look, count, and pass none of it on.

# %%
letters = mail.letters(fetch=False)
letters

# %% [markdown]
# **Your turn.** How near is each new letter to the known ones? For each row of `new`,
# take its cosines with all rows of `known`, and return the mean of the `k` highest. All
# vectors have the length 1.


# %% tags=["exercise"]
def closeness(new, known, k):
    return ...


ch.closeness.check(closeness)


# %% tags=["solution"]
def closeness(new, known, k):
    return np.sort(new @ known.T, axis=1)[:, -k:].mean(axis=1)


ch.closeness.check(closeness)


# %% tags=["wrong"]
# told: the mean over all known letters
def closeness(new, known, k):
    return (new @ known.T).mean(axis=1)


ch.closeness.check(closeness)


# %% tags=["wrong"]
# told: these are the k farthest
def closeness(new, known, k):
    return np.sort(new @ known.T, axis=1)[:, :k].mean(axis=1)


ch.closeness.check(closeness)


# %% tags=["wrong"]
# told: Turn it around
def closeness(new, known, k):
    return np.sort(known @ new.T, axis=1)[:, -k:].mean(axis=1)


ch.closeness.check(closeness)

# %% tags=["catch-up"]
closeness = ch.closeness.catch_up()

# %% [markdown]
# First as it is mostly told: an **outlier** is what is unlike the rest. So compare the
# new letters **with each other** and look at the eight oddest. (Each is its own
# nearest, with 1; that is the same for all and changes no order.) How many of the eight
# are bad?

# %%
ch.predict("bad among the oddest", ...)

# %%
known, new = model.encode(letters.known), model.encode(letters.new)
odd = np.argsort(closeness(new, new, k=4))[:8]
print(f"bad among all: {letters.is_bad.mean():.0%}")
print(f"bad among the 8 oddest: {letters.is_bad[odd].mean():.0%}")
ch.predicted("bad among the oddest")

# %% [markdown]
# No better than drawing by chance. Why? Fraud is sent by the thousand. A letter about a
# dead minister's millions has many companions, and the really lonely one may be about a
# scanner. **What comes in a wave is no outlier.**
#
# Now compare with the letters that are **known to be good**.

# %%
odd = np.argsort(closeness(new, known, k=3))[:8]
print(f"bad among the 8 oddest: {letters.is_bad[odd].mean():.0%}")
for n in odd[:5]:
    print("bad " if letters.is_bad[n] else "good", letters.new[n][:66])

# %% [markdown]
# The same function, and another question: not "who is alone?" but "who is unlike what I
# trust?" And some good letters are odd too. To be unusual is no crime.
#
# **How far from the real thing.** A bank looks at amounts, places and times more than
# at words, learns from millions of cases that people marked, and lets people decide.
# And thieves read along: a letter that talks like the good ones passes here.

# %% [markdown]
# ## 5 · Image search
#
# - **Embedded:** here, the **captions**. The model cannot see.
# - **Compared:** a query with the captions.

# %%
photos = gallery.photos()
captions = model.encode([photo.caption for photo in photos])
names = []
for query in ["a building in Asia", "something for a birthday", "a flag"]:
    n = (captions @ model.encode(query)).argmax()
    names.append(f"“{query}” finds: {photos[n].caption}")
    print(names[-1])
title = "Five pictures, and what somebody wrote about each"
show(gallery.row([p.image for p in photos], [p.caption for p in photos], title=title))

# %% [markdown]
# Look for the flag. It is in the third picture, behind the officer, and the search
# brought a present. Nobody had written "flag".
#
# **How far from the real thing.** CLIP and its kin have two nets, one for pixels and
# one for texts, trained together on pairs until both give nearly the same arrow for a
# picture and its caption. Then a text finds what is *seen*, flag and all. They too know
# only what they were shown, prejudice included.
#
# (Photos: danielbuechele and vultilion, Creative Commons BY, from scikit-learn; the US
# Navy; the other two come with matplotlib.)

# %% [markdown]
# ## 6 · Generating by a walk
#
# - **Embedded:** handwritten digits. A small net squeezes 64 pixels into 8 numbers
#   (**encode**) and makes 64 pixels of any 8 numbers (**decode**).
# - **Compared:** nothing! One moves to a place and decodes what is there.
#
# **Your turn.** Return `steps` points on the straight way from a to b, a and b among
# them, a point a row.


# %% tags=["exercise"]
def walk(a, b, steps):
    return ...


ch.walk.check(walk)


# %% tags=["solution"]
def walk(a, b, steps):
    return np.array([a + t * (b - a) for t in np.linspace(0, 1, steps)])


ch.walk.check(walk)


# %% tags=["wrong"]
# told: You never arrive
def walk(a, b, steps):
    return np.array([a + i / steps * (b - a) for i in range(steps)])


ch.walk.check(walk)


# %% tags=["wrong"]
# told: it begins at zero
def walk(a, b, steps):
    return np.array([t * (b - a) for t in np.linspace(0, 1, steps)])


ch.walk.check(walk)


# %% tags=["wrong"]
# told: ends at a + b
def walk(a, b, steps):
    return np.array([a + t * b for t in np.linspace(0, 1, steps)])


ch.walk.check(walk)

# %% tags=["catch-up"]
walk = ch.walk.catch_up()

# %% [markdown]
# From a zero to a three, twice: by walking between their 8 numbers and, as a control,
# between their 64 pixels. What will stand half-way, each time?

# %%
ch.predict("half-way", ...)

# %%
digits, net = gallery.digits(), gallery.autoencoder()  # trained now: two seconds
zero, three = digits.first(0), digits.first(3)
walked = net.decode(walk(net.encode(zero), net.encode(three), 7))
mixed = walk(zero, three, 7)
names = ["zero", "1/6", "2/6", "half-way", "4/6", "5/6", "three"]
title = "Between 8 numbers: the line bends"
show(gallery.row(walked, names, title=title))
title = "Between 64 pixels: one fades out, the other fades in"
show(gallery.row(mixed, names, title=title))
ch.predicted("half-way")

# %% [markdown]
# On the first walk the line bends, and there may be another digit on the way. On the
# second a three shines through a zero.
#
# Is it really so, or an impression? For all pairs of different digits: how far is the
# picture half-way from the real one that is nearest to it?

# %%
firsts = [digits.first(n) for n in range(10)]
pairs = [(a, b) for a in range(10) for b in range(a)]
walks = [walk(net.encode(firsts[a]), net.encode(firsts[b]), 3)[1] for a, b in pairs]
mixes = [walk(firsts[a], firsts[b], 3)[1] for a, b in pairs]
by_walk = digits.strangeness(net.decode(walks))
by_mix = digits.strangeness(mixes)
print(f"distance half-way: walked {by_walk.mean():.1f}, mixed {by_mix.mean():.1f}")
print(f"the walk is nearer to a real one in {(by_walk < by_mix).sum()} of {len(pairs)}")

# %% [markdown]
# (A little of that is owed to how softly the net draws.)
#
# So these 8 numbers are a **latent space**: one in which places between pictures hold
# pictures too. The draft of this course said that "images are generated in embedding
# space". Nearly. What is the same: a picture is a list of numbers, and nearby lists are
# alike. What is not: our text embeddings were trained to be compared, and no way back
# was trained with them. Try it:

# %%
texts = ["a king", "a woman"]
middle = walk(*model.encode(texts), 3)[1]
for n in np.argsort(-(emoji.embeddings @ middle))[:3]:
    row = emoji.rows([n])[0]
    print(row["emoji"], row["label"])

# %% [markdown]
# That was looked up, not made: no decoder, no new text.
#
# **How far from the real thing.** Stable Diffusion's latent space has 16,384 numbers a
# picture (4 × 64 × 64), and it does not walk from picture to picture: it starts from
# noise and takes some of it away, step by step, and at each step the embeddings of a
# text say which way.

# %% [markdown]
# ## 7 · Continuing a sound
#
# - **Embedded:** each quarter of a second, by how loud each frequency is in it.
# - **Compared:** the last three with every three that came before. What came next
#   *there* comes next *here*.

# %%
from IPython.display import Audio

tune = gallery.tune()  # a quarter of a second a row
vectors = np.abs(np.fft.rfft(tune, axis=1))
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
heard = 24  # the rest is hidden
order = list(range(heard))
for _ in range(8):
    recent = vectors[order[-3:]].ravel()
    before = np.array([vectors[i : i + 3].ravel() for i in range(heard - 3)])
    order.append((before @ recent).argmax() + 3)
print("continued:", *[gallery.note(tune[n]) for n in order[heard:]])
print("the song: ", *[gallery.note(chunk) for chunk in tune[heard:]])
Audio(tune[order].ravel(), rate=gallery.RATE)

# %% [markdown]
# You know the song? The first four notes are right: G, F, E, C. They were in the bar
# before. Then it goes round in a circle, since the end of the song was never heard.
# **It can only repeat.**
#
# **How far from the real thing.** RAVE learns to make sound *from* its numbers, so it
# need not copy. And what continues speech or music today is a transformer that predicts
# the next piece, as a language model predicts the next word.

# %% [markdown]
# ## 8 · An agent's memory
#
# - **Embedded:** what an agent has seen, a sentence each; the question of the moment.
# - **Compared:** the question with all memories, **times** how fresh each one is.

# %%
memory = {  # what, and how many hours ago
    "Mia lives in Chicago.": 900,
    "Mia told me that she has moved to Milwaukee.": 20,
    "Mia likes jazz.": 400,
    "I watered the plants.": 2,
    "I had soup for lunch.": 1,
}
vectors, age = model.encode(list(memory)), np.array(list(memory.values()))


def remember(question):
    relevance = vectors @ model.encode(question)
    for name, value in (("relevance", relevance), ("× fresh", relevance * 0.995**age)):
        print(f"{name:<9} {value.max():.2f}  {list(memory)[value.argmax()]}")


remember("Where does Mia live?")

# %% [markdown]
# Similarity alone brings what was true once. Does freshness mend it for good? Ask for
# something that does not change: "What music does Mia like?" Which memory wins?

# %%
ch.predict("what music", ...)

# %%
remember("What music does Mia like?")
ch.predicted("what music")

# %% [markdown]
# The move to Milwaukee. After 400 hours little is left of any memory, so a fresh one on
# another matter wins. There is no one right speed of forgetting.
#
# **How far from the real thing.** Park and others (2023), whose village of agents made
# this known, *add* three scores: how relevant, how fresh, and how **important**, which
# a language model rates. A memory that is used becomes fresh again, and now and then
# the agent sums up.

# %% [markdown]
# ## 9 · Masking a direction
#
# - **Embedded:** what an agent may say, and what was said to it.
# - **Compared:** both; but first a **direction is taken out** of all of them.
#
# This one answers with whatever is nearest. To the rude it is rude.

# %%
replies = [
    "It is your own fault, you stupid idiot.",
    "I am sorry. We will send you a new phone.",
    "The shop is open until six.",
]
said = "Your stupid phone is broken again, you idiots!"
space = sema.Space(model, replies)
rude = space.direction(
    [
        ("You are very kind.", "You are an idiot."),
        ("a polite answer", "an insulting answer"),
        ("Please wait.", "Shut up."),
        ("What a clever idea.", "What a stupid idea."),
    ]
)
for name, agent in (("before", space), ("masked", space.without(rude).space)):
    print(name, *(f"| {n.similarity:.2f} {n.label}" for n in agent.nearest(said, k=2)))

# %% [markdown]
# With the direction from kind to rude masked, the apology wins. But look at the number
# of the insult: it has hardly changed. Is the rudeness gone? Take other pairs, and try
# to find a direction from kind to rude in what is **left**. On how many of six pairs,
# each held out in its turn, will it be right? By luck it would be three.

# %%
ch.predict("rude pairs of six", ...)

# %%
others = [
    ("What a lovely person.", "What a jerk."),
    ("I admire you.", "I despise you."),
    ("Well done!", "You loser!"),
    ("My respect.", "You fool."),
    ("You look great.", "You are ugly."),
    ("Good to see you.", "Get out of my sight."),
]
again = space.without(rude).space.direction(others)
print(f"{again.accuracy * 6:.0f} of 6")
ch.predicted("rude pairs of six")

# %% [markdown]
# All six: as if nothing had been masked. Rudeness is in more than one direction.
#
# **How far from the real thing.** The draft names *strategy masking* (Keane and others,
# 2025). There an agent that plays learns several rewards, each kept **apart**, one of
# them for lying; then that one is masked, and it lies less. We did the like to an
# embedding, where nothing is kept apart. That is why it leaks, and why nobody should
# call a bias removed because one direction is.

# %% [markdown]
# ## One trick?

# %%
ch.predicted("how many are one trick")

# %% [markdown]
# | use | embedded | compared |
# | --- | --- | --- |
# | 1 search | passages, query | query with all |
# | 2 recommendation | things | a mean of likes with all |
# | 3 retrieval | passages, question | question with all; then packed, with sources |
# | 4 fraud | letters | each with what is trusted; the **farthest** count |
# | 5 image search | captions (CLIP: pixels too) | query with all |
# | 6 generating | digits | **nothing**: move, then decode |
# | 7 sound | frames | the last stretch with earlier ones; then what **followed** |
# | 8 memory | sentences | question with all, times freshness |
# | 9 masking | replies, message | after a direction is **taken out** |
#
# Three of the nine, perhaps, are "embed and take the nearest": 1, 2 and 5. The rest ask
# something else of the same arrows: who is far, what came next, what is between, what
# if a direction were gone. So when somebody says "it uses embeddings", you know the two
# questions: **what is embedded, and what is compared with what?**

# %% tags=["keep-going"]
# Can the search trick find fraud? Describe it, and count. Why is that another question?
similarity = new @ model.encode("a stranger who offers me a lot of money")
first = np.argsort(-similarity)[:8]
print(f"{letters.is_bad[first].mean():.0%} of the first 8 are bad")

# %% tags=["facts"]
bad = letters.is_bad
assert bad[np.argsort(closeness(new, new, k=4))[:8]].mean() <= bad.mean() + 0.1
assert bad[np.argsort(closeness(new, known, k=3))[:8]].mean() >= 0.75
flag = photos[(captions @ model.encode("a flag")).argmax()]
assert flag.caption == "a wrapped present"
temple = photos[(captions @ model.encode("a building in Asia")).argmax()]
assert temple.caption.startswith("a temple")
assert (by_walk < by_mix).mean() > 0.7
assert by_walk.mean() < by_mix.mean()
continued = [gallery.note(tune[n]) for n in order[heard:]]
assert continued[:4] == [gallery.note(chunk) for chunk in tune[heard : heard + 4]]
assert [name[0] for name in continued[:4]] == list("GFEC")
assert continued[4:] != [gallery.note(chunk) for chunk in tune[heard + 4 :]]
where = vectors @ model.encode("Where does Mia live?")
music = vectors @ model.encode("What music does Mia like?")
assert [where.argmax(), (where * 0.995**age).argmax()] == [0, 1]
assert [music.argmax(), (music * 0.995**age).argmax()] == [2, 1]
masked = space.without(rude).space
assert space.nearest(said, k=1)[0].label == replies[0]
assert masked.nearest(said, k=1)[0].label == replies[1]
change = masked.similarity_to(said)[0] - space.similarity_to(said)[0]
assert abs(change) < 0.06
assert again.accuracy == 1
facts = {"5,003": len(speeches), "16,384": 4 * 64 * 64}

# %% [markdown] tags=["instructor"]
# **About 50 minutes for all nine**, 5 to 7 for each of those with an exercise (3, 4,
# 6), 3 for the others. With less time: 4, 6 and 9; they are the ones that surprise.
#
# Fetch the letters before, on the machine that you project from, and give the file to
# the others by stick: `mail.letters()` says into which folder. Do not pass it on beyond
# the room.
#
# Content note. The real letters are of 2002: offers of credit, diets and dead
# ministers' gold, in the voice of that time. Letters on sex are left out by words,
# which is never complete. Part 9 has insults, mild ones.
#
# Wrong answers, and what they reveal. *`choose` without taking off*: looks at each
# passage alone. *The mean over all known letters*: thinks that good letters lie in one
# heap; a letter on printers need not be like one on meetings. *`[:, :k]`*: sorts and
# forgets which end is high. *A walk that never arrives*: a fence has one post more than
# gaps.
#
# Somebody will say that fraud was found by "searching for fraud" (the last cell). Yes:
# if one can say what one looks for. The first letter of a new kind is found only by
# what it is **not**.

# %% [markdown]
# ## What you take along
#
# - Ask two things of every use: what is embedded, what is compared?
# - Unlike the rest is not unlike what you trust. Fraud in a wave is no outlier.
# - Generating needs a way back from numbers. A model made to compare has none.
# - A demonstration in ten lines shows the idea. It does not show the work.
