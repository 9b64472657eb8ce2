"""The course: eleven chapters as notebooks, exercises that answer, and what keeps them true.

`chapters/` holds one source a chapter, from which `notebooks` makes what students, those who look
up a solution, and instructors read; `exercises/` says beside it what an answer is checked by.
A notebook asks `chapter` for its exercises. How a chapter is written stands in README.md here.

>>> from semascope.course import chapter
>>> ch = chapter(2)
>>> ch.cosine.check(...)
Not attempted. Put your own answer in place of the dots, then run the
cell again.
"""

from semascope.course.lesson import chapter
from semascope.course.showing import show

__all__ = ["chapter", "show"]
