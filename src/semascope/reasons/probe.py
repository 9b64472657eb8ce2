"""Probe: how little a similarity moves when a text says something else."""

import random
from dataclasses import dataclass
from typing import Protocol

from semascope.encoder import load
from semascope.encoder.encoder import Encoder
from semascope.encoder.texts import as_texts
from semascope.errors import InvalidValue
from semascope.reasons.negation import Change
from semascope.reasons.variants import CHANGES
from semascope.similarity import cosine_similarity


class Judge(Protocol):
    """What says how usual a similarity is: a `Collection`."""

    @property
    def encoder(self) -> Encoder:
        """The model that its similarities are of."""

    def percentile(self, similarity: float) -> float | None:
        """Return the percent of random pairs that are less similar."""


@dataclass(frozen=True)
class Variant:
    """A text that was changed, and how similar it is to what it was."""

    kind: str  # "negated", "names swapped", "numbers changed" or "words shuffled"
    text: str | None  # None where this change does not apply
    what: str  # was done; where the change does not apply, why not
    similarity: float | None  # cosine to the text, in [-1, 1]
    percentile: float | None  # % of the collection's random pairs that are less similar


def probe(
    text: str, *, model: Encoder | None = None, collection: Judge | None = None, seed: int = 0
) -> list[Variant]:
    """Return variants of a text that say something else, and how similar each is to it.

    A similarity near 1 says that the model hardly sees the change. The changes follow simple rules
    for English and know no grammar: read what they made before you believe it.

    Parameters
    ----------
    text : str
        A sentence or a passage. A change beyond what the model reads has no effect.
    model : Encoder, optional
        By default the collection's, and the default model without a collection.
    collection : Collection, optional
        Whose random pairs the similarities are compared with.
    seed : int
        Of the order of shuffled words and of the numbers that are put in.

    Returns
    -------
    list of Variant
        One of each kind, in a fixed order; a change that does not apply is there with the reason.

    Raises
    ------
    InvalidText
        If the text is not a string or not valid Unicode.
    InvalidValue
        If it is empty.

    References
    ----------
    Ribeiro et al. (2020), Beyond Accuracy: Behavioral Testing of NLP Models with CheckList.

    Examples
    --------
    >>> import semascope as sema
    >>> for variant in sema.probe("John did not give Mary 3 apples.")[:3]:
    ...     print(f"{variant.similarity:.1f}", variant.text)
    0.9 John did give Mary 3 apples.
    1.0 Mary did not give John 3 apples.
    0.9 John did not give Mary 7 apples.
    """
    (text,) = as_texts([text])
    if not text.strip():
        raise InvalidValue("the text is empty; give a sentence to change")
    model = model or (load() if collection is None else collection.encoder)
    made = {kind: change(text, random.Random(seed)) for kind, change in CHANGES.items()}  # noqa: S311
    changed = [change.text for change in made.values() if change.text is not None]
    original, *embeddings = model.encode([text, *changed])
    near = [cosine_similarity(original, embedding) for embedding in embeddings]
    similarity = dict(zip(changed, near, strict=True))

    def judge(kind: str, change: Change) -> Variant:
        if change.text is None:
            return Variant(kind, None, change.what, None, None)
        near = similarity[change.text]
        percentile = None if collection is None else collection.percentile(near)
        return Variant(kind, change.text, change.what, near, percentile)

    return [judge(kind, change) for kind, change in made.items()]
