"""ONNX Runtime's execution providers: the devices on which it runs a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pose_action_ros.errors import EngineError

CPU = "cpu"


@dataclass(frozen=True)
class Provider:
    """An execution provider.

    Attributes:
        name: in ONNX Runtime.
        remedy: how to install it.
        auto: True if "auto" chooses it where its device works.
    """

    name: str
    remedy: str
    auto: bool = True


PROVIDERS: Mapping[str, Provider] = {
    "cuda": Provider("CUDAExecutionProvider", "`pip install onnxruntime-gpu`"),
    # It optimises each network for minutes before the first image: only if chosen by name.
    "tensorrt": Provider(
        "TensorrtExecutionProvider", "`pip install onnxruntime-gpu tensorrt`", auto=False
    ),
    # On a CPU it takes a quarter to a half more processor time than ONNX Runtime itself.
    "openvino": Provider(
        "OpenVINOExecutionProvider", "`pip install onnxruntime-openvino`", auto=False
    ),
    CPU: Provider("CPUExecutionProvider", "`pip install onnxruntime`"),
}
"""Providers by the word in settings, in the order of "auto"."""

PROVIDER_CHOICES = ("auto", *PROVIDERS)
"""The choices of a setting for the provider."""


def candidates(word: str, available: Sequence[str]) -> list[str]:
    """Words of the providers to try, best first.

    Args:
        word: one of PROVIDER_CHOICES.
        available: ONNX Runtime's names of the providers it was built with.

    Raises:
        EngineError: the provider is unknown or not available.
    """
    present = [key for key, provider in PROVIDERS.items() if provider.name in available]
    if word == "auto":
        return [key for key in present if PROVIDERS[key].auto]
    if word not in PROVIDERS:
        raise EngineError(f"unknown provider {word!r}, expected one of {', '.join(PROVIDERS)}")
    if word not in present:
        raise EngineError(
            f"got the provider {word}, this ONNX Runtime has {', '.join(present)}; get it with "
            f"{PROVIDERS[word].remedy} in place of the present package, or choose auto"
        )
    return [word]
