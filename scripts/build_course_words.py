"""Make glove.npz, the GloVe vectors that the course's chapters 3 to 5 use.

    python scripts/build_course_words.py

The 3,000 commonest words, and those below them that examples and likely answers of learners need.
They are kept as GloVe has them, not brought to unit length, to three decimals: that changes no
cosine by more than 0.001, and 270 kB are less to carry than 160 MB.
"""

from pathlib import Path

import numpy as np

import semascope as sema
from semascope.encoder import GLOVE, weights
from semascope.space import common_words

COUNT = 3_000
MORE = """
    aunt uncle niece nephew grandmother grandfather granddaughter grandson cousin nurse actress
    actor waiter waitress hero heroine prince princess bride groom puppy kitten cat dog cats dogs
    sheep mice mouse feet foot bus buses glass glasses scissors student students
    paris france rome italy madrid spain lisbon portugal vienna austria athens greece oslo norway
    tokyo japan warsaw poland moscow russia budapest hungary berlin germany london england
    stockholm sweden copenhagen denmark helsinki finland dublin ireland ankara turkey cairo egypt
    walk walked walking swim swam run ran go went sing sang bigger smaller warmer colder
"""
PATH = Path(__file__).parents[1] / "src" / "semascope" / "course" / "glove.npz"


def main() -> None:
    """Round the vectors and write the file."""
    words = list(dict.fromkeys([*common_words()[:COUNT], *MORE.split()]))
    row = {word: row for row, word in enumerate(sema.load(GLOVE).words)}  # checks the files
    (numbers,) = weights.locate(GLOVE)[0].glob("*.npy")
    vectors = np.load(numbers)[[row[word] for word in words]]  # (N, 50), of any length
    np.savez_compressed(
        PATH, words=np.array(words), thousandths=np.rint(vectors * 1000).astype(np.int16)
    )
    print(f"{PATH.name}: {len(words):,} words, {PATH.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
