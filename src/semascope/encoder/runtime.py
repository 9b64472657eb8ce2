"""OpenVINO, imported without its model converter, and the settings that we run it with.

``import openvino`` loads a converter for other frameworks' models, whose import sends a
telemetry event and takes half of the time of the whole. OpenVINO goes on without the converter
where that cannot be imported; so it is hidden for the length of the import.
"""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_CONVERTER = "openvino.tools.ovc"

if "openvino" not in sys.modules and _CONVERTER not in sys.modules:
    sys.modules[_CONVERTER] = None  # type: ignore[assignment]  # an import of it now fails
    try:
        import openvino as ov
    finally:
        del sys.modules[_CONVERTER]
else:
    import openvino as ov

import openvino.opset15 as op  # noqa: E402

__all__ = [
    "CompiledModel",
    "Model",
    "Node",
    "Precision",
    "compile_model",
    "export_model",
    "import_model",
    "make_model",
    "native_precision",
    "op",
    "ov",
    "run_all",
    "traits",
]

# OpenVINO ships no types.
Node: TypeAlias = Any
Model: TypeAlias = Any
CompiledModel: TypeAlias = Any
Precision: TypeAlias = Literal["f32", "bf16"]
Tag = TypeVar("Tag")

_core = ov.Core()


def native_precision() -> Precision:
    """Return "bf16" where the processor multiplies bfloat16 numbers itself, else "f32"."""
    capabilities = _core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in capabilities else "f32"


def make_model(outputs: list[Node], inputs: list[Node], name: str) -> Model:
    """Return the graph that leads from ``inputs`` to ``outputs``."""
    return ov.Model(outputs, inputs, name)


def compile_model(model: Model, precision: Precision) -> CompiledModel:
    """Compile for throughput: one stream a core, each taking its own batches."""
    return _core.compile_model(model, "CPU", _settings(precision))


def export_model(compiled: CompiledModel) -> bytes:
    """Return a compiled model as bytes, for `import_model` on the same processor."""
    body: bytes = compiled.export_model().getvalue()
    return body


def import_model(body: memoryview, precision: Precision) -> CompiledModel:
    """Return the compiled model that was exported; it must be whole and of this OpenVINO.

    Its weights stay where they are, in ``body``, so that nothing of a mapped file is copied. What
    is mapped must be open to writing, though nothing is written.
    """
    tensor = ov.Tensor(np.frombuffer(body, np.uint8), shared_memory=True)
    compiled = _core.import_model(tensor, "CPU", _settings(precision))
    compiled.body = body  # which OpenVINO reads as long as the model is there, but does not hold
    return compiled


def traits() -> list[str]:
    """Return what else a compiled model depends on: OpenVINO's version, and the processor."""
    names = ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")
    return [ov.__version__, *(str(_core.get_property("CPU", name)) for name in names)]


def _settings(precision: Precision) -> dict[str, str]:
    return {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": precision}


def run_all(
    compiled: CompiledModel, inputs: Iterable[tuple[Tag, *tuple[NDArray[Any], ...]]]
) -> Iterator[tuple[Tag, NDArray[np.float32]]]:
    """Run all inputs through a graph, several at a time, and yield the outputs in their order.

    Parameters
    ----------
    compiled : CompiledModel
        A graph with one output.
    inputs : iterable of (tag, *arrays)
        What the graph takes, and a tag by which to know its output again.

    Yields
    ------
    (tag, output)
        The output is overwritten by a later one: copy what should stay.

    Notes
    -----
    Results are fetched, not called back. A callback would run in a thread of OpenVINO's that
    may still want the interpreter's lock when Python shuts down, which ends in an abort.
    """
    streams = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
    idle = [compiled.create_infer_request() for _ in range(streams + 1)]  # one waits its turn
    running: deque[tuple[Tag, Any]] = deque()
    try:
        for tag, *arrays in inputs:
            if not idle:
                yield _finish(running, idle)
            request = idle.pop()
            request.start_async(arrays)
            running.append((tag, request))
        while running:
            yield _finish(running, idle)
    finally:  # after Ctrl-C too, what is under way must end before its memory goes
        for _, request in running:
            request.wait()


def _finish(running: deque[tuple[Tag, Any]], idle: list[Any]) -> tuple[Tag, NDArray[np.float32]]:
    tag, request = running.popleft()
    request.wait()
    idle.append(request)
    return tag, request.get_output_tensor().data
