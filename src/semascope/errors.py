"""Every error that semascope raises, as one short tree.

    SemascopeError
    ├── InvalidValue        an argument has a value that cannot be used   (also a ValueError)
    ├── InvalidText         an item to embed is not a string              (also a TypeError)
    ├── ModelError
    │   ├── ModelNotFound     no such model, and nowhere to fetch it from
    │   ├── CorruptModel      a file of the model is not what it should be
    │   └── UnsupportedModel  a model that this package cannot read itself
    ├── FileError           a file of the user's that cannot be read or written
    │   └── ColumnNotFound    it has no such column
    └── CollectionError
        ├── CollectionNotFound  there is no collection here
        ├── CollectionExists    there is one already
        ├── CollectionBusy      another process is writing to it
        └── CorruptCollection   its files are not what was committed

A message says which rule was broken, the value that broke it, and what to do now.
"""


class SemascopeError(Exception):
    """Root of all errors raised on purpose; the command line shows its message alone."""


class InvalidValue(SemascopeError, ValueError):
    """An argument has a value that cannot be used."""


class InvalidText(SemascopeError, TypeError):
    """An item to embed is not a string; the message gives its position."""


class ModelError(SemascopeError):
    """A model cannot be used."""


class ModelNotFound(ModelError):
    """There is no such model here, and nowhere to fetch it from."""


class CorruptModel(ModelError):
    """A file of a model is truncated, altered, or another file."""


class UnsupportedModel(ModelError):
    """The checkpoint is of a kind that semascope cannot read itself."""


class FileError(SemascopeError):
    """A file cannot be read or written."""


class ColumnNotFound(FileError):
    """A file or collection has no such column; the message lists those there are."""


class CollectionError(SemascopeError):
    """A collection cannot be used as asked."""


class CollectionNotFound(CollectionError):
    """There is no collection at this path."""


class CollectionExists(CollectionError):
    """There is a collection at this path already."""


class CollectionBusy(CollectionError):
    """Another process is writing to this collection."""


class CorruptCollection(CollectionError):
    """The files of a collection are not the ones that were committed."""
