"""A compiled int8 model kept on the disk: rounding and compiling take longer than reading it.

What is there is used only if it was made from the same of everything, and is whole; otherwise it
is made anew. Without it nothing is different but the time.
"""

import hashlib
import logging
import mmap
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from semascope.encoder import ranges, transformer
from semascope.encoder.checkpoint import Checkpoint
from semascope.encoder.ranges import Ranges
from semascope.encoder.runtime import (
    CompiledModel,
    Model,
    Precision,
    compile_model,
    export_model,
    import_model,
    traits,
)
from semascope.encoder.weights import cache_folder

log = logging.getLogger(__name__)

ISA_LIMITS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")  # by which oneDNN uses less than there is
HASH = 32  # bytes of a SHA-256; the file is one of what it was made from, one of the rest, the rest


def compiled(
    checkpoint: Checkpoint, found: Ranges, precision: Precision, make: Callable[[], Model]
) -> CompiledModel:
    """Return the model that ``make`` makes, compiled: from the cache, or else put there.

    Parameters
    ----------
    checkpoint : Checkpoint
    found : mapping of str to ndarray
        Its ranges.
    precision : "f32" or "bf16"
        Of what is not computed in int8.
    make : callable()
    """
    path = cache_folder() / "compiled" / f"{checkpoint.revision}.int8"
    made_from = _hash_of_everything(checkpoint, found, precision)
    try:
        with path.open("rb") as file:
            head = file.read(2 * HASH)
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # as the weights are
        body = memoryview(content)[2 * HASH :]
        if head == made_from + hashlib.sha256(body).digest():
            return import_model(body, precision)
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: it is empty
        log.debug("no compiled model in %s: %s", path, error)
    model = compile_model(make(), precision)
    if not ranges.multiplies_exactly():
        log.warning(
            "this processor has no instructions for int8 (VNNI), so that large sums overflow: "
            "embeddings are less good than elsewhere; f32 is exact, and not much slower"
        )
        return model  # without being kept, so that this is said again
    try:
        exported = export_model(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            temporary = Path(folder, path.name)
            temporary.write_bytes(made_from + hashlib.sha256(exported).digest() + exported)
            temporary.replace(path)  # whole or not at all
    except (OSError, RuntimeError) as error:  # a full disk, a folder that is read only
        log.debug("the compiled model is not kept in %s: %s", path, error)
    return model


def _hash_of_everything(checkpoint: Checkpoint, found: Ranges, precision: Precision) -> bytes:
    """Return what changes with weights, settings, ranges, our code, OpenVINO and the processor."""
    digest = hashlib.sha256()
    settings = [checkpoint.revision, repr(checkpoint.architecture), precision, *traits()]
    settings += [platform.machine(), *(os.environ.get(name, "") for name in ISA_LIMITS)]
    digest.update("\n".join(settings).encode())
    digest.update(Path(transformer.__file__).read_bytes())
    for name, extremes in sorted(found.items()):
        digest.update(name.encode() + extremes.tobytes())
    return digest.digest()
