"""Where in a long text the answer is: the sentence nearest to a query."""

import re
from collections.abc import Sequence

from semascope.encoder.encoder import Encoder

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def excerpts(encoder: Encoder, query: str, texts: Sequence[str]) -> list[str]:
    """Return each text from the sentence on that is nearest in meaning to ``query``.

    Parameters
    ----------
    encoder : Encoder
    query : str
    texts : sequence of N str

    Returns
    -------
    list of N str
        What was left out at the beginning is shown by "… ".
    """
    sentences = [SENTENCE_END.split(text) for text in texts]
    flat = [sentence for of_text in sentences for sentence in of_text]
    similarity = iter((encoder.encode(flat) @ encoder.encode(query)).tolist())
    found = []
    for of_text in sentences:
        near = [next(similarity) for _ in of_text]
        best = near.index(max(near))
        found.append(("… " if best else "") + " ".join(of_text[best:]))
    return found
