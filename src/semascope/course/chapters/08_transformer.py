# %% [markdown]
# # 8 · Inside the transformer
#
# After this chapter you can show how the vector of one word changes with its
# sentence, write attention yourself, and say why attention is no explanation. Take
# about 45 minutes.

# %%
import numpy as np

import semascope as sema
from semascope import plot
from semascope.course import chapter, layers, show

ch = chapter(8)
model = sema.load(precision="f32")  # f32: the same numbers on every laptop

# %% [markdown]
# ## Do you remember?
#
# Answer aloud or on paper before you open it.
#
# <details><summary>What does one bar of an embedding mean?</summary>
# Nothing by itself. Meaning is in how vectors lie to each other.</details>
#
# <details><summary>What does a PCA map show of 384 directions?</summary>
# The two in which the vectors differ most.</details>
#
# <details><summary>Two texts disagree about one thing. What is their cosine?</summary>
# High: they are about the same thing.</details>

# %% [markdown]
# ## One word, two animals
#
# A bat flies at night. A bat also hits balls. Here are both:

# %%
night = "The bat ate a moth."
game = "The bat hit a ball."
print(model.tokens(night))
print(model.tokens(game))

# %% [markdown]
# These pieces are **tokens**. Each has one row in a table of the model, so "bat" goes
# in with the same numbers twice. `[CLS]` and `[SEP]` are marks for begin and end.
#
# Then come six **layers**. After each, every token has a new vector of 384 numbers;
# these are called **hidden states**. At the very end their mean becomes the embedding.

# %%
states = {text: model.hidden_states(text) for text in (night, game)}
states[night].shape  # before the first layer and after each of 6, tokens, numbers

# %% [markdown]
# How alike are the two "bat"? Guess two cosines: before the first layer, and after
# the last.

# %%
ch.predict("bat and bat", ...)

# %%
bat = sema.in_context("bat", [night, game], model=model)
for after, table in enumerate(bat.similarity):
    print(f"after {after} of 6 layers: {table[0, 1]:.3f}")
ch.predicted("bat and bat")

# %% [markdown]
# 1.000 before the first layer, since word and place are the same. 0.898 after the
# last. So there is not **one vector per word**. There is one going in, and another
# coming out of each sentence.
#
# Is 0.898 much? Ask the emoji. We take the vector of the token `bat`, nothing else,
# and look for the emoji that are nearest to it.

# %%
emoji = sema.open("emoji.lance")
labels = [row["label"] for row in emoji.rows()]
pictures = sema.Space.from_vectors(labels, emoji.embeddings)

for text in (night, game):
    print(text)
    for after in (0, 6):
        vector = states[text][after, model.tokens(text).index("bat")]
        nearest = pictures.nearest(vector, k=2)
        shown = ", ".join(f"{near.similarity:.2f} {near.label}" for near in nearest)
        print(f"   after {after} of 6 layers: {shown}")

# %% [markdown]
# Going in, the vector means nothing that an emoji could answer. Coming out, the night's
# bat is nearest to the animal, with 0.55, and the other to the cricket game, with
# 0.53. It is the same word, and it has heard of its sentence. Loudly? No: in both, the
# other meaning comes second, at 0.50.

# %% [markdown]
# ## A control
#
# It is tempting to say: the more a word's vector changes, the more it has learned of
# its sense. Test it with a word that has no senses. Both sentences have an "a". Which
# changes more from one sentence to the other, "bat" or "a"?

# %%
ch.predict("bat or a", ...)

# %%
for word in ("bat", "a", "the"):
    found = sema.in_context(word, [night, game], model=model)
    print(f"{found.similarity[-1, 0, 1]:.3f}  {word}")
ch.predicted("bat or a")

# %% [markdown]
# "a" changes far more: 0.650. It brings little of its own, so the sentence fills it.
# That a vector changes is no proof of a sense. That it changes **towards the right
# emoji** is one, a small one.
#
# **Your turn.** Find a word and two sentences so that after the last layer its two
# vectors have a cosine below 0.8. No little words.

# %% tags=["exercise"]
answer = (..., ..., ...)  # word, one sentence, another

ch.two_senses.check(answer)

# %% tags=["solution"]
answer = ("python", "The python swallowed a rat.", "I wrote the program in Python.")

ch.two_senses.check(answer)

# %% tags=["wrong"]
# told: one of the little words
answer = ("a", night, game)

ch.two_senses.check(answer)

# %% tags=["wrong"]
# told: more words that belong
answer = ("bat", night, game)

ch.two_senses.check(answer)

# %% tags=["wrong"]
# told: has no word 'light'
answer = ("light", "The bag is light.", "She lit the lamp.")

ch.two_senses.check(answer)

# %% [markdown]
# ## How does a word hear of its sentence?
#
# Think of a market. Each token holds up three things. A sign: "this is what I look
# for". Another sign: "this is what I have". And a basket with what it gives away. Each
# token reads the second sign of **all** tokens, compares them with its own first one,
# and fills its bag: much from those that fit, little from the others.
#
# Their names are **query**, **key** and **value**. All three are vectors that the model
# computes from the token's vector. The tokens' queries are the rows of Q, their keys
# of K, their values of V. The whole market is called **attention**.

# %%
Q, K, V = layers.queries_keys_values(model, night, layer=0, head=0)
print(Q.shape, K.shape, V.shape)  # tokens, numbers

# %% [markdown]
# Each layer holds 12 such markets at once, called **heads**, with 32 numbers each. So
# 6 layers have 72.
#
# First a tool. A token has to share out its attention: the **scores** of how well
# signs fit, any numbers, must become shares that are positive and sum to one. The
# usual way is the **softmax**: `np.exp` of each, divided by the sum of its row.
#
# **Your turn.** Each **row** is one token that asks. Mind large scores: `np.exp(1000)`
# is too much for a computer. Subtract each row's maximum first; that changes no share.


# %% tags=["exercise"]
def softmax(scores):
    return ...


ch.softmax.check(softmax)


# %% tags=["solution"]
def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


ch.softmax.check(softmax)


# %% tags=["wrong"]
# told: Your columns sum to one
def softmax(scores):
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


ch.softmax.check(softmax)


# %% tags=["wrong"]
# told: Subtract each row's maximum first
def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


ch.softmax.check(softmax)


# %% tags=["wrong"]
# told: All numbers together sum to one
def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


ch.softmax.check(softmax)


# %% tags=["wrong"]
# told: changed what it was given
def softmax(scores):
    scores -= scores.max(axis=1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


ch.softmax.check(softmax)

# %% tags=["catch-up"]
softmax = ch.softmax.catch_up()

# %% [markdown]
# Now all of it, in one formula:
#
# $$\text{softmax}\left(\frac{QK^\top}{\sqrt d}\right)V$$
#
# $QK^\top$ is each query times each key: one score for every pair of tokens. $d$ is how
# many numbers a query has; its root keeps scores small. The softmax makes shares of
# them. Times V: each token's bag, filled by its shares.
#
# **Your turn.** One line, with your `softmax`.


# %% tags=["exercise"]
def attention(Q, K, V):
    return ...


ch.attention.check(attention)


# %% tags=["solution"]
def attention(Q, K, V):
    return softmax(Q @ K.T / np.sqrt(Q.shape[1])) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: You divided by d
def attention(Q, K, V):
    return softmax(Q @ K.T / Q.shape[1]) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: lets the keys ask
def attention(Q, K, V):
    return softmax(K @ Q.T / np.sqrt(Q.shape[1])) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: Your columns sum to one
def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: For large scores yours gives nan
def attention(Q, K, V):
    powers = np.exp(Q @ K.T / np.sqrt(Q.shape[1]))
    return powers / powers.sum(axis=1, keepdims=True) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: Yours is how many tokens there are
def attention(Q, K, V):
    return softmax(Q @ K.T / np.sqrt(len(Q))) @ V


ch.attention.check(attention)


# %% tags=["wrong"]
# told: Those are the shares
def attention(Q, K, V):
    return softmax(Q @ K.T / np.sqrt(Q.shape[1]))


ch.attention.check(attention)

# %% tags=["catch-up"]
attention = ch.attention.catch_up()

# %% [markdown]
# ## Your attention runs the model
#
# `layers.run` is this model in plain NumPy, with a hole where attention belongs. Your
# function goes into the hole, in all 72 places. How far will the result be from the
# real model's?

# %%
yours = layers.run(model, night, attention)
print(f"largest difference: {np.abs(yours - states[night]).max():.6f}")

# %% [markdown]
# Nothing but rounding. You wrote the part that the transformer's paper is named after:
# "Attention Is All You Need".
#
# Now the best test of what it does: take it away. Let each token see **only itself**,
# so that its bag holds its own value and nothing else. What will the cosine of bat
# and bat be after the last layer?

# %%
ch.predict("without attention", ...)


# %%
def only_itself(Q, K, V):
    return V


def bats(attend):
    one, other = (layers.run(model, text, attend)[-1, 2] for text in (night, game))
    return sema.cosine_similarity(one, other)


print(f"with attention     {bats(attention):.3f}")
print(f"only itself        {bats(only_itself):.3f}")
ch.predicted("without attention")

# %% [markdown]
# 1.000 through all six layers. Everything else in the model, the larger part of its
# numbers, works on each token alone. Attention is the only road by which a word
# hears of its sentence.

# %% [markdown]
# ## Is attention an explanation?
#
# Shares of attention make fine pictures. Here is what each token takes from each in
# one head. Layers and heads are counted from 0, so layer 5 is the last.

# %%
shares = {text: model.attention(text) for text in (night, game)}
show(plot.attention(shares[night], model.tokens(night), layer=5, head=11))
np.round(shares[night][5, 11, 2], 2)  # the row of bat, as numbers

# %% [markdown]
# "bat" takes 61% from "moth". How clear! It knows what it is by what it eats. But look
# at the other rows: "the" takes 55% from "moth", and even the full stop takes 45%. And
# this head is one of 72, picked because it looks so good. The same head in the other
# sentence:

# %%
row = shares[game][5, 11, 2]
for token, share in zip(model.tokens(game), row, strict=True):
    print(f"{share:.0%}  {token}")

# %% [markdown]
# "ball" gets 14%. Whoever looks through 72 pictures finds one that tells the story. So
# take all heads together. In layer 4, from which token does "bat" take the most, on
# average? **A** from the verb, **B** from moth or ball, **C** from `[CLS]`.

# %%
ch.predict("layer 4", ...)  # "A", "B" or "C"

# %%
for text in (night, game):
    mean = shares[text][4, :, 2].mean(axis=0)
    row = zip(model.tokens(text), mean, strict=True)
    print("  ".join(f"{token} {share:.0%}" for token, share in row))
ch.predicted("layer 4")

# %% [markdown]
# 86% and 89% from `[CLS]`, the mark for the beginning. So `[CLS]` explains the bat?
# Then it must know something about the sentence. Look at what it is when it comes
# into this layer, in six sentences that have nothing to do with each other.

# %%
six = [
    night,
    "Parliament voted on the budget.",
    "My phone is broken.",
    "She sings in a choir.",
    "Two plus two is four.",
    "Where is the nearest pharmacy?",
]
marks = [f"[CLS] of: {text}" for text in six]
begin = sema.Space.from_vectors(
    marks, [model.hidden_states(text)[4, 0] for text in six]
)
print(f"the least alike: {begin.similarity().min():.4f}")

# %% [markdown]
# 0.9999. It is the same vector in all of them. What is the same in every sentence
# cannot tell a bat from a bat. The token that gets nearly all the attention has nothing
# to say.
#
# Why look there, then? Shares must sum to one. A token that wants nothing has to
# leave its attention somewhere, and `[CLS]` is always there: a place to park. The
# next cell shows how little it gives.

# %%
token_names, given, taken = model.tokens(night), [], []
for head in range(12):
    Q, K, V = layers.queries_keys_values(model, night, layer=4, head=head)
    taken.append(softmax(Q @ K.T / np.sqrt(Q.shape[1]))[2])
    given.append(np.linalg.norm(V, axis=1))
print("token   share   length of what it gives")
for name, share, size in zip(
    token_names, np.mean(taken, 0), np.mean(given, 0), strict=True
):
    print(f"{name:<7} {share:>4.0%}    {size:.2f}")

# %% [markdown]
# Its basket is nearly empty, 0.13 beside 3 to 4 for the words. Much attention times
# nothing is nothing. A picture of attention shows where a token **looked**. What it
# **took**, and what came of that, it does not show.
#
# What would? Change something, and see what happens. Here one token at a time is
# hidden from all others, in all layers.


# %%
def hide(j):
    def attend(Q, K, V):
        return attention(Q, np.delete(K, j, axis=0), np.delete(V, j, axis=0))

    hidden = layers.run(model, night, attend)[-1, 2]
    return sema.cosine_similarity(hidden, states[night][-1, 2])


print("bat as it was, and bat in the same sentence")
for j in range(1, 7):
    print(f"{hide(j):.3f}  without {token_names[j]}")

# %% [markdown]
# After the bat itself, "moth" matters most to it: hiding it leaves 0.945, hiding "a"
# 0.998. Yet in layer 4 neither had more than a few percent of its attention. An
# experiment tells what a picture cannot. Chapter 9 goes on from here.

# %% tags=["keep-going"]
# And without `[CLS]`? It has nothing to say, so nothing should change. Guess, then run.
print(f"{hide(0):.3f}  without [CLS]")
# It changes most of all: with no place to park, every token must take from others
# what it did not want.

# %% tags=["facts"]
places = {text: model.tokens(text).index("bat") for text in (night, game)}
assert places == {night: 2, game: 2}
near = {t: pictures.nearest(states[t][6, 2], k=1)[0] for t in (night, game)}
assert (near[night].label, near[game].label) == ("bat", "cricket game")
assert all(pictures.nearest(states[t][0, 2], k=1)[0].label != "bat" for t in near)
article = sema.in_context("a", [night, game], model=model).similarity[-1, 0, 1]
assert np.allclose(yours, states[night], atol=1e-4)
assert layers.run(model, night, only_itself).shape == states[night].shape
by_token = {token_names[j]: hide(j) for j in (1, 3, 4, 5, 6)}  # all but bat
assert min(by_token, key=by_token.get) == "moth"
assert hide(2) < by_token["moth"]
assert hide(0) < by_token["moth"]  # [CLS]
assert np.min(given, axis=0)[1:].min() > 0
lengths = np.mean(given, axis=0)
assert lengths[1:].min() > 3
assert lengths[1:].max() < 4.5
means = {t: shares[t][4, :, 2].mean(axis=0) for t in (night, game)}
assert all(means[t].argmax() == 0 for t in means)
assert means[night][1:].max() < 0.05
facts = {
    "1.000": bats(only_itself),
    "0.898": bat.similarity[-1, 0, 1],
    "0.650": article,
    "0.55": near[night].similarity,
    "0.53": near[game].similarity,
    "0.50": pictures.nearest(states[night][6, 2], k=2)[1].similarity,
    "61%": shares[night][5, 11, 2, 5],
    "14%": shares[game][5, 11, 2, 5],
    "55%": shares[night][5, 11, 1, 5],
    "45%": shares[night][5, 11, 6, 5],
    "86%": means[night][0],
    "89%": means[game][0],
    "0.9999": begin.similarity().min(),
    "0.13": lengths[0],
    "0.945": by_token["moth"],
    "0.998": by_token["a"],
    "0.8": 0.8,  # asked for
}
assert f"{bat.similarity[0, 0, 1]:.3f}" == "1.000"

# %% [markdown] tags=["instructor"]
# **Timing.** One word, two animals: 8 minutes. Control: 7. Softmax and attention: 15.
# Your attention runs the model: 5. Is attention an explanation: 10.
#
# Play the market: five people, each with two signs, one shares out ten coins. It takes
# four minutes and saves the formula.
#
# Wrong answers, and what they reveal. *Columns sum to one*: has not settled who asks;
# go back to the market. *÷ d*: read the formula too fast. *÷ √n*: takes the
# number of tokens for the length of a query; the check has other numbers for both.
# *KQᵀ*: works by chance where Q equals K. *nan*: the formula is right and the computer
# is not; tell the learner that the libraries subtract the maximum too.
#
# Say before the last part: "I will show you a picture that I like too much." Let them
# believe the 61% for a minute. Somebody may object that the mean over heads hides
# heads: true, and a single head hides the others.
#
# Where this is simplified: the values of all heads are mixed once more before they
# are added to the token; the lengths of values leave that out. The parking place is
# known as an attention sink (Xiao et al. 2023; Clark et al. 2019 saw it in BERT).

# %% [markdown]
# ## What you take along
#
# - One vector per word goes in. Out of each sentence comes another.
# - Attention is the only road between tokens: softmax(QKᵀ/√d)V, and you wrote it.
# - A vector that changes much has not learned much: little words change most.
# - Attention shows where a token looks. It is no explanation: most of it is parked
#   where there is nothing to be had. To know what matters, change it and look.
