"""Settings of the search for cells.

Where ENAS as published (Pham et al. 2018, arXiv 1802.03268) and as released
(github.com/melodyguan/enas, its script for micro search) differ, a comment names the source.
"""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class SearchSettings(Settings):
    """One search."""

    seed: int = setting(1, "random seed", low=0)
    device: str = setting("auto", "device of the networks", choices=("auto", "cpu", "gpu"))
    nodes: int = setting(4, "nodes of a cell", low=1, high=12)
    epochs: int = setting(30, "epochs, each of shared weights and controller", low=1)
    # Shared weights; 30 epochs are two cycles of the learning rate, of 10 and of 20.
    channels: int = setting(8, "channels of the shared network's first block", low=1, high=1024)
    steps: int = setting(30, "steps per epoch for the shared weights", low=1)
    batch: int = setting(64, "images per step", low=2)
    learning_rate: float = setting(0.05, "highest, of SGD with Nesterov's momentum", low=0.0)
    least_learning_rate: float = setting(0.0005, "at the end of each cosine", low=0.0)
    cycle: int = setting(10, "epochs of the first cosine", low=1)
    cycle_factor: int = setting(2, "ratio of the lengths of consecutive cosines", low=1)
    momentum: float = setting(0.9, "of SGD", low=0.0, high=0.999)
    weight_decay: float = setting(1e-4, "of SGD", low=0.0)
    clip: float = setting(5.0, "greatest norm of the gradients of the shared weights", low=0.0)
    # Controller
    # One cycle: earlier, pooling and identity, which have no weights, get too high rewards.
    warm_up: int = setting(10, "epochs before the controller is trained", low=0)
    updates: int = setting(15, "updates of the controller per epoch", low=0)
    architectures: int = setting(10, "genotypes sampled for an update", low=1)  # release
    reward_batch: int = setting(64, "held-out images for an update", low=1)
    reward: str = setting(
        "probability",
        "accuracy, or mean probability of the right action, which is finer on a batch",
        choices=("probability", "accuracy"),
    )
    controller_width: int = setting(64, "units of the LSTM", low=1, high=4096)  # release
    controller_learning_rate: float = setting(3.5e-3, "of Adam", low=0.0)  # release; paper 3.5e-4
    tanh_constant: float = setting(1.10, "bound of the logits", low=1e-3)  # release; paper 2.5
    # release: 2.5; the paper bounds all logits alike.
    operation_tanh_reduce: float = setting(
        1.0, "ratio of the bound to that for operations", low=1e-3
    )
    temperature: float = setting(5.0, "divisor of the logits, before tanh", low=1e-3)  # paper
    entropy_weight: float = setting(1e-4, "of the entropy in the objective", low=0.0)  # release
    # release: 0.99 for each reward, which equals 0.9 for an update of ten.
    baseline_decay: float = setting(0.9, "of the moving average, by update", low=0.0, high=1.0)
    # End
    candidates: int = setting(50, "genotypes sampled and ranked at the end", low=1)
