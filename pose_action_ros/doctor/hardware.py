"""Processor, memory and graphics card, as far as this process may use them."""

from __future__ import annotations

from collections.abc import Iterator

from pose_action_ros.doctor.findings import Finding, Level, Problem, one_line, well
from pose_action_ros.doctor.machine import Machine

LEAST_CORES = 2
LEAST_MEMORY = 1_000_000_000
"""Bytes that the three nodes and their operating system's share need, see docs/performance.md."""

CPU_FEW = Problem(
    "cpu-few",
    Level.WARN,
    "This process may use fewer than two cores.",
    "the detector alone runs with two threads; images that come too fast are left out",
    "raise the limit (docker --cpus, CPUQuota of systemd), or let the camera send fewer images",
)
MEMORY_LOW = Problem(
    "memory-low",
    Level.WARN,
    "Less than 1 GB of memory is available.",
    "the three nodes need about 0.6 GB together; without it the system ends one of them",
    "end other programs, or raise the limit (docker --memory, MemoryMax of systemd)",
)
GPU_BROKEN = Problem(
    "gpu-broken",
    Level.WARN,
    "The NVIDIA tools are there, but do not see a GPU that works.",
    "without its driver TensorRT and PyTorch cannot use the GPU; the networks run on the CPU",
    "reboot after an update of the driver; a container needs --gpus all (on a Jetson "
    "--runtime nvidia)",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Cores, memory, GPU."""
    cores = min(machine.cpus, _quota(machine))
    found = f"{cores:g} CPU cores for this process"
    yield CPU_FEW.found(found) if cores < LEAST_CORES else well(found)
    if memory := _memory(machine):
        found = f"{memory / 1e9:.1f} GB of memory available"
        yield MEMORY_LOW.found(found) if memory < LEAST_MEMORY else well(found)
    yield _gpu(machine)


def _quota(machine: Machine) -> float:
    """Cores that the control group allows; infinite without a limit."""
    words = machine.text("sys/fs/cgroup/cpu.max").split()  # version 2
    if len(words) != 2:
        files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")  # version 1
        words = [machine.text(f"sys/fs/cgroup/cpu/{name}") for name in files]
    if all(word.isdigit() for word in words):
        return int(words[0]) / int(words[1])
    return float("inf")


def _memory(machine: Machine) -> int:
    """Bytes that can still be had; 0 where that is not known."""
    lines = dict(line.split(":", 1) for line in machine.text("proc/meminfo").splitlines())
    available = lines.get("MemAvailable", "0 kB").split()[0]
    limit = machine.text("sys/fs/cgroup/memory.max")
    used = machine.text("sys/fs/cgroup/memory.current")
    here = int(available) * 1024 if available.isdigit() else 0
    if limit.isdigit() and used.isdigit():
        here = min(here or int(limit), int(limit) - int(used))
    return here


def _gpu(machine: Machine) -> Finding:
    if machine.text("etc/nv_tegra_release"):
        return well(f"NVIDIA Jetson: {machine.text('proc/device-tree/model') or 'unknown model'}")
    query = "--query-gpu=name,driver_version,memory.total"
    outcome = machine.run(["nvidia-smi", query, "--format=csv,noheader"])
    if outcome.worked:
        return well(f"GPU {outcome.said.splitlines()[0] if outcome.said.strip() else 'none'}")
    if outcome.said.startswith("no program"):
        return well("no NVIDIA GPU here; the networks run on the CPU")
    return GPU_BROKEN.found(f"nvidia-smi: {one_line(outcome.said)}")
