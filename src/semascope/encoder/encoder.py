"""Encoder: texts in, embeddings out, and a look inside the model that makes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from semascope.encoder import transformer
from semascope.encoder.checkpoint import Checkpoint, FloatArray, Weights
from semascope.encoder.reading import Reading, make_reading
from semascope.encoder.runtime import (
    CompiledModel,
    Model,
    Precision,
    compile_model,
    native_precision,
    run_all,
)
from semascope.encoder.texts import as_texts
from semascope.encoder.tokens import Batch, batches, load_tokenizer, uncut
from semascope.errors import InvalidValue
from semascope.progress import Progress, silent

TEXTS_PER_ROUND = 8192  # tokenized at a time: enough to fill batches, little to hold


class Encoder:
    """A model that turns texts into embeddings; `semascope.load` makes one.

    Attributes
    ----------
    name : str
        What the model was loaded by.
    revision : str
        SHA-256 of its weights.
    precision : "f32", "bf16" or "int8"
        What it computes in. The first two are exact: they give sentence-transformers' embeddings,
        f32 to 1e-6 in cosine, bf16 to 1e-4. int8 is fast: it gives others, of the same quality.
    dim : int
        Length of an embedding, D.
    max_tokens : int
        How much of a text it reads, [CLS] and [SEP] included. The rest has no effect.
    prompts : mapping of str to str
        What the model's authors put before a text, by the kind of text ("query", …).
    pooling : "mean", "cls" or None
        How the tokens' vectors become one: their mean, or the first one's alone. None if
        sentence-transformers runs the model, in a way of its own.
    """

    pooling: Literal["mean", "cls"] | None

    def __init__(self, name: str, checkpoint: Checkpoint, precision: Precision | Literal["int8"]):
        self.name = name
        self.revision = checkpoint.revision
        self.precision = precision
        self.dim = checkpoint.architecture.dim
        self.max_tokens = checkpoint.max_tokens
        self.prompts: Mapping[str, str] = checkpoint.prompts
        self.pooling = checkpoint.architecture.pooling
        self._default_prompt = checkpoint.default_prompt
        self._checkpoint = checkpoint
        self._tokenizer = load_tokenizer(checkpoint)
        if precision == "int8":
            self._compiled = self._compile_int8()
        else:
            graph = transformer.embedding_graph(checkpoint.weights, checkpoint.architecture)
            self._compiled = compile_model(graph, precision)

    def __repr__(self) -> str:
        return f"Encoder({self.name!r}, precision={self.precision!r}, dim={self.dim})"

    @overload
    def encode(
        self, texts: str, *, prompt: str | None = ..., on_progress: Progress = ...
    ) -> FloatArray: ...
    @overload
    def encode(
        self, texts: Sequence[str], *, prompt: str | None = ..., on_progress: Progress = ...
    ) -> FloatArray: ...
    def encode(
        self,
        texts: str | Sequence[str],
        *,
        prompt: str | None = None,
        on_progress: Progress = silent,
    ) -> FloatArray:
        """Return one embedding per text.

        Parameters
        ----------
        texts : str or sequence of str
            One text, or N: a list, a NumPy array, an Arrow array, a data frame's column.
            Equal texts are encoded once. What lies beyond `max_tokens` is not read.
        prompt : str, optional
            The kind of text, one of `prompts`. By default what the model's authors made the
            default, which for most models is no prompt.
        on_progress : callable(done, total)
            Called at each batch; counts texts.

        Returns
        -------
        ndarray of shape (D,) for a string, (N, D) for a sequence, float32
            Row i embeds ``texts[i]``; an empty sequence gives (0, D). Of unit length if the
            checkpoint normalizes, as all-MiniLM-L6-v2 does. A text's embedding does not depend
            on what is encoded with it: it is the same bit for bit.

        Raises
        ------
        InvalidText
            If an item is not a string or not valid Unicode; the message says which.
        InvalidValue
            If the model has no such prompt.

        References
        ----------
        Reimers & Gurevych (2019), Sentence-BERT, section 3.
        """
        if isinstance(texts, str):
            embedding: FloatArray = self.encode([texts], prompt=prompt, on_progress=on_progress)[0]
            return embedding
        prefix = self.prefix(prompt)
        first_row: dict[str, int] = {}
        same = np.array([first_row.setdefault(t, len(first_row)) for t in as_texts(texts)], int)
        distinct = [prefix + text for text in first_row]
        repeats = np.bincount(same, minlength=len(distinct))
        done = 0

        def on_batch(rows: NDArray[np.intp]) -> None:
            nonlocal done
            done += int(repeats[rows].sum())
            on_progress(done, same.size)

        embeddings = self._encode_distinct(distinct, on_batch)
        return embeddings if len(distinct) == same.size else embeddings[same]

    def prefix(self, prompt: str | None = None) -> str:
        """Return what is put before a text of this kind, as in `encode`."""
        if prompt is None:
            return self.prompts.get(self._default_prompt or "", "")
        if prompt not in self.prompts:
            raise InvalidValue(
                f"{self.name} has no prompt {prompt!r}; it has {sorted(self.prompts) or 'none'}"
            )
        return self.prompts[prompt]

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer, a copy that cuts nothing off."""
        return uncut(self._tokenizer)

    def tokens(self, text: str) -> list[str]:
        """Return what the model reads of ``text``: its T tokens, [CLS] and [SEP] included."""
        return list(self._tokenize(text).tokens)

    def reading(self, text: str) -> Reading:
        """Return how the model reads ``text``: its tokens, the words they make, where it stops.

        What it reads is the default prompt, if there is one, and the text, as in `encode`.
        """
        (text,) = as_texts([text])
        prefix = self.prefix()
        return make_reading(prefix + text, len(prefix), self._tokenize(prefix + text))

    def token_vectors(self, words: Sequence[str]) -> FloatArray:
        """Return what the model knows of each word before it reads: rows of its token table.

        Parameters
        ----------
        words : sequence of N str
            A word of several tokens has the mean of theirs; [CLS] and [SEP] do not count.

        Returns
        -------
        ndarray of shape (N, D), float32, of unit length
            Not comparable with embeddings: the table is what goes into the first layer.

        Raises
        ------
        InvalidText
            If an item is not a string or not valid Unicode.
        InvalidValue
            If a word has no token, as the empty one.
        """
        table = self._checkpoint.weights["embeddings.word_embeddings.weight"]
        vectors = np.empty((len(words), self.dim), np.float32)
        for row, word in enumerate(as_texts(words)):
            ids = self._tokenizer.encode(word, add_special_tokens=False).ids
            if not ids:
                raise InvalidValue(f"{word!r} has no token; leave it out")
            vectors[row] = table[ids].mean(axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def hidden_states(self, text: str) -> NDArray[np.float32]:
        """Return each token's vector on its way through the layers.

        Returns
        -------
        ndarray of shape (L + 1, T, D), float32
            Row 0 is what goes into the first layer, row i what comes out of layer i; T counts
            `tokens`. Always computed in f32.
        """
        hidden_states, _ = self._look_inside(text)
        return hidden_states

    def attention(self, text: str) -> NDArray[np.float32]:
        """Return how much each token takes from each other, for all layers and heads.

        Returns
        -------
        ndarray of shape (L, H, T, T), float32, in [0, 1]
            ``[layer, head, i, j]`` is what token i takes from token j; each row sums to 1.
            Always computed in f32.

        References
        ----------
        Vaswani et al. (2017), Attention Is All You Need, equation 1.
        """
        _, attention = self._look_inside(text)
        return attention

    def _tokenize(self, text: str) -> Encoding:
        (text,) = as_texts([text])
        return self._tokenizer.encode(text)

    def _encode_distinct(
        self, texts: list[str], on_batch: Callable[[NDArray[np.intp]], None]
    ) -> FloatArray:
        embeddings = np.empty((len(texts), self.dim), np.float32)
        for rows, batch in run_all(self._compiled, self._batches(texts)):
            embeddings[rows] = batch[: len(rows)]
            on_batch(rows)
        return embeddings

    def _batches(self, texts: list[str]) -> Iterator[Batch]:
        for start in range(0, len(texts), TEXTS_PER_ROUND):
            encodings = self._tokenizer.encode_batch_fast(texts[start : start + TEXTS_PER_ROUND])
            for rows, token_ids, mask in batches(encodings, self.max_tokens):
                yield Batch(start + rows, token_ids, mask)

    def _compile_int8(self) -> CompiledModel:
        from semascope.encoder import compiled, ranges  # not needed elsewhere, at each start

        checkpoint, weights = self._checkpoint, self._checkpoint.weights
        found = ranges.find(checkpoint, self._tokenizer)

        def make() -> Model:
            in_int8 = Weights(weights.path, weights, found)
            return transformer.embedding_graph(in_int8, checkpoint.architecture)

        # What is no linear layer is computed in what the processor is made for.
        return compiled.compiled(checkpoint, found, native_precision(), make)

    def _look_inside(self, text: str) -> tuple[FloatArray, FloatArray]:
        ids = np.array([self._tokenize(text).ids], np.int32)  # (1, T)
        outputs = self._inside([ids, np.ones_like(ids, bool)])
        arrays = [outputs[i] for i in range(len(outputs))]  # L + 1 × (1, T, D), L × (1, H, T, T)
        L = self._checkpoint.architecture.layers
        return np.concatenate(arrays[: L + 1]), np.concatenate(arrays[L + 1 :])

    @cached_property
    def _inside(self) -> CompiledModel:
        checkpoint = self._checkpoint
        graph = transformer.inside_graph(checkpoint.weights, checkpoint.architecture)
        return compile_model(graph, "f32")
