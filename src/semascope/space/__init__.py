"""Named embeddings in memory: what is near, what analogies give, where a direction leads.

`space` holds the vectors and their labels, `analogy` adds and subtracts them, `direction` draws a
line through them, `without` takes it out again, and `vocabulary` makes the space of the 20,000
commonest English words.
"""

from semascope.space.analogy import Analogy, Answer
from semascope.space.direction import Direction
from semascope.space.space import Neighbor, Space
from semascope.space.vocabulary import common_space, common_words
from semascope.space.without import Without

__all__ = [
    "Analogy",
    "Answer",
    "Direction",
    "Neighbor",
    "Space",
    "Without",
    "common_space",
    "common_words",
]
