"""A BERT-family transformer as an OpenVINO graph: the whole model on one page.

Read it from top to bottom; the parts come before the whole. Every function takes nodes of the
graph and returns a node: nothing is computed before OpenVINO compiles it. Shapes stand at line
ends: B texts in a batch, T tokens in each, D numbers a token, H attention heads of D/H each.

Vaswani et al. (2017), "Attention Is All You Need", sections 3.1 to 3.3, describes the layers;
Devlin et al. (2019), "BERT", what goes into the first one; Reimers & Gurevych (2019),
"Sentence-BERT", section 3, how the tokens' vectors become one embedding.
"""

import numpy as np

from semascope.encoder.checkpoint import Architecture, FloatArray, Weights
from semascope.encoder.runtime import Model, Node, make_model, op

SMOOTHING = 0.75  # 0 leaves a channel's reach as it is, 1 makes all alike; see docs/decisions.md
LEAST_REACH = 1e-5  # of a channel that always has one value
TINY = np.finfo(np.float32).tiny  # instead of zero, in a division


def constant(array: FloatArray) -> Node:
    """Put learned numbers into the graph."""
    return op.constant(array, shared_memory=True)  # the file's own pages, not a copy


def linear(x: Node, weights: Weights, name: str) -> Node:
    """Return x Wᵀ + b: each output is a weighted sum of all inputs."""
    W, b = weights[f"{name}.weight"], weights[f"{name}.bias"]  # (out, in), (out,)
    if name in weights.ranges:
        return linear_int8(x, W, b, weights.ranges[name])
    y = op.matmul(x, constant(W), False, True)
    y.set_friendly_name(name)
    return op.add(y, constant(b))


def linear_int8(x: Node, W: FloatArray, b: FloatArray, ranges: FloatArray) -> Node:
    """Return nearly the same in whole numbers of 8 bits, which processors multiply fastest.

    Channels that reach far would leave few numbers to the others. So each is shifted to the middle
    of its range and shrunk; W and b make up for it (Xiao et al. 2023, "SmoothQuant", section 4,
    and Wei et al. 2023, "Outlier Suppression+", section 4).
    """
    low, high = ranges  # (in,) each
    middle, reach = (high + low) / 2, np.maximum((high - low) / 2, LEAST_REACH)
    shrink = reach**SMOOTHING
    most = np.float32((reach / shrink).max())
    middle = np.rint(middle / shrink / most * 127) * most / 127 * shrink  # 0 is a whole number too
    x = op.multiply(op.subtract(x, np.float32(middle)), np.float32(1 / shrink))
    x = op.fake_quantize(x, -most, most, -most, most, 255)  # as if of -127 to 127 steps
    W = W * shrink
    step = np.maximum(np.abs(W).max(axis=1, keepdims=True) / 127, TINY)  # (out, 1)
    W = np.rint(W / step)
    b = b + (W @ (middle / shrink)) * step[:, 0]
    y = op.multiply(op.convert(op.constant(W.astype(np.int8)), "f32"), step)  # (out, in) again
    return op.add(op.matmul(x, y, False, True), np.float32(b))


def layer_norm(x: Node, weights: Weights, name: str, eps: float) -> Node:
    """Bring each token's vector to mean 0 and variance 1, then stretch and shift it."""
    x = op.mvn(x, [-1], True, eps, "inside_sqrt")
    x = op.multiply(x, constant(weights[f"{name}.weight"]))
    return op.add(x, constant(weights[f"{name}.bias"]))


def embed_tokens(token_ids: Node, weights: Weights, arch: Architecture) -> Node:
    """Look up what each token is and where it stands: all that the first layer knows."""
    words = constant(weights["embeddings.word_embeddings.weight"])  # (vocabulary, D)
    places = weights["embeddings.position_embeddings.weight"][arch.first_position :]
    places = places + weights["embeddings.token_type_embeddings.weight"][0]  # one text: type 0
    T = op.gather(op.shape_of(token_ids), [1], 0)
    x = op.gather(words, token_ids, 0)  # (B, T, D)
    x = op.add(x, op.slice(constant(places), [0], T, [1], [0]))  # + (T, D)
    return layer_norm(x, weights, "embeddings.LayerNorm", arch.norm_eps)


def split_heads(x: Node, heads: int) -> Node:
    """Cut each token's vector into H shorter ones."""
    x = op.reshape(x, [0, 0, heads, -1], True)  # (B, T, H, D/H)
    return op.transpose(x, [0, 2, 1, 3])  # (B, H, T, D/H)


def merge_heads(x: Node) -> Node:
    """Join them again."""
    return op.reshape(op.transpose(x, [0, 2, 1, 3]), [0, 0, -1], True)  # (B, T, D)


def attend(query: Node, key: Node, value: Node, mask: Node) -> Node:
    """Let each token gather from all tokens what it asks for: softmax(QKᵀ/√d) V."""
    # Of five axes each step is a kernel of its own; for short texts that beats the fused one.
    query, key, value, mask = (op.unsqueeze(x, [0]) for x in (query, key, value, mask))
    gathered = op.scaled_dot_product_attention(query, key, value, mask)
    return op.squeeze(gathered, [0])  # (B, H, T, D/H)


def attention_weights(query: Node, key: Node, mask: Node) -> Node:
    """Spell out the softmax(QKᵀ/√d) that `attend` keeps to itself: rows ask, columns give."""
    d = query.get_output_partial_shape(0)[3].get_length()
    scores = op.divide(op.matmul(query, key, False, True), np.float32(d**0.5))
    scores = op.select(mask, scores, np.float32(-np.inf))  # padding gives nothing
    return op.softmax(scores, -1)  # (B, H, T, T)


def feed_forward(x: Node, weights: Weights, name: str) -> Node:
    """Work on each token by itself, in four times as many dimensions."""
    x = op.gelu(linear(x, weights, f"{name}.intermediate.dense"), "erf")  # (B, T, 4D)
    return linear(x, weights, f"{name}.output.dense")  # (B, T, D)


def layer(
    x: Node, mask: Node, weights: Weights, name: str, arch: Architecture
) -> tuple[Node, Node]:
    """Return what one layer makes of the tokens (B, T, D), and its attention (B, H, T, T)."""
    q, k, v = (
        split_heads(linear(x, weights, f"{name}.attention.self.{part}"), arch.heads)
        for part in ("query", "key", "value")
    )
    gathered = merge_heads(attend(q, k, v, mask))
    gathered = linear(gathered, weights, f"{name}.attention.output.dense")
    x = op.add(x, gathered)
    x = layer_norm(x, weights, f"{name}.attention.output.LayerNorm", arch.norm_eps)
    x = op.add(x, feed_forward(x, weights, name))
    x = layer_norm(x, weights, f"{name}.output.LayerNorm", arch.norm_eps)
    return x, attention_weights(q, k, mask)


def pool(x: Node, mask: Node, arch: Architecture) -> Node:
    """Make one vector of all tokens': their mean, or the first token's, as trained."""
    if arch.pooling == "cls":
        return op.gather(x, 0, 1)  # (B, D)
    real = op.convert(op.unsqueeze(mask, -1), "f32")  # (B, T, 1), 0 for padding
    return op.divide(op.reduce_sum(op.multiply(x, real), [1]), op.reduce_sum(real, [1]))


def transformer(weights: Weights, arch: Architecture) -> tuple[list[Node], list[Node], list[Node]]:
    """Chain the layers.

    Returns
    -------
    inputs : [token_ids (B, T) int32, mask (B, T) bool, true for a real token]
    hidden_states : L + 1 nodes (B, T, D), what goes into the first layer and comes out of each
    attention : L nodes (B, H, T, T)
    """
    token_ids = op.parameter([-1, -1], np.int32, name="token_ids")
    mask = op.parameter([-1, -1], np.bool_, name="mask")
    hidden_states, attention = [embed_tokens(token_ids, weights, arch)], []
    everyone = op.unsqueeze(mask, [1, 2])  # (B, 1, 1, T): the same for each head and asker
    for i in range(arch.layers):
        x, shares = layer(hidden_states[-1], everyone, weights, f"encoder.layer.{i}", arch)
        hidden_states.append(x)
        attention.append(shares)
    return [token_ids, mask], hidden_states, attention


def embedding_graph(weights: Weights, arch: Architecture) -> Model:
    """Return the graph from token ids to embeddings (B, D); attention nodes drop out of it."""
    (token_ids, mask), hidden_states, _ = transformer(weights, arch)
    x = pool(hidden_states[-1], mask, arch)
    if arch.normalize:
        x = op.normalize_l2(x, [1], 1e-12, "max")  # unit length
    return make_model([x], [token_ids, mask], "embedding")


def inside_graph(weights: Weights, arch: Architecture) -> Model:
    """Return the graph that shows what happens inside: all hidden states, all attention."""
    inputs, hidden_states, attention = transformer(weights, arch)
    return make_model([*hidden_states, *attention], inputs, "inside")
