"""Check of the processor, memory and graphics card available to this process."""

from __future__ import annotations

from collections.abc import Iterator

from pose_action_ros.doctor.checks import Finding, Level, Problem, last_line, ok
from pose_action_ros.doctor.machine import Machine

LEAST_CORES = 2
LEAST_MEMORY = 1_000_000_000
"""Bytes needed by the three nodes and their operating system, see docs/performance.md."""

CPU_FEW = Problem(
    "cpu-few",
    Level.WARN,
    "This process may use fewer than two cores.",
    "the detector alone runs with two threads; images that arrive too fast are dropped",
    "raise the limit (docker --cpus, CPUQuota of systemd), or reduce the frame rate of the camera",
)
MEMORY_LOW = Problem(
    "memory-low",
    Level.WARN,
    "Less than 1 GB of memory is available.",
    "the three nodes need about 0.6 GB together; with less the system kills one of them",
    "end other programs, or raise the limit (docker --memory, MemoryMax of systemd)",
)
GPU_BROKEN = Problem(
    "gpu-broken",
    Level.WARN,
    "The NVIDIA tools are installed but find no working GPU.",
    "without its driver TensorRT and PyTorch cannot use the GPU; the networks run on the CPU",
    "reboot after an update of the driver; a container needs --gpus all (on a Jetson "
    "--runtime nvidia)",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Check cores, memory and GPU."""
    cores = min(machine.cpus, _quota(machine))
    text = f"{cores:g} CPU cores for this process"
    yield CPU_FEW.finding(text) if cores < LEAST_CORES else ok(text)
    if memory := _memory(machine):
        text = f"{memory / 1e9:.1f} GB of memory available"
        yield MEMORY_LOW.finding(text) if memory < LEAST_MEMORY else ok(text)
    yield _gpu(machine)


def _quota(machine: Machine) -> float:
    """Cores allowed by the control group; infinite without a limit."""
    words = machine.text("sys/fs/cgroup/cpu.max").split()  # version 2
    if len(words) != 2:
        files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")  # version 1
        words = [machine.text(f"sys/fs/cgroup/cpu/{name}") for name in files]
    if all(word.isdigit() for word in words):
        return int(words[0]) / int(words[1])
    return float("inf")


def _memory(machine: Machine) -> int:
    """Bytes of available memory; 0 if unknown."""
    lines = dict(line.split(":", 1) for line in machine.text("proc/meminfo").splitlines())
    available = lines.get("MemAvailable", "0 kB").split()[0]
    limit = machine.text("sys/fs/cgroup/memory.max")
    used = machine.text("sys/fs/cgroup/memory.current")
    free = int(available) * 1024 if available.isdigit() else 0
    if limit.isdigit() and used.isdigit():
        free = min(free or int(limit), int(limit) - int(used))
    return free


def _gpu(machine: Machine) -> Finding:
    if machine.text("etc/nv_tegra_release"):
        return ok(f"NVIDIA Jetson: {machine.text('proc/device-tree/model') or 'unknown model'}")
    query = "--query-gpu=name,driver_version,memory.total"
    outcome = machine.run(["nvidia-smi", query, "--format=csv,noheader"])
    if outcome.succeeded:
        return ok(f"GPU {outcome.output.splitlines()[0] if outcome.output.strip() else 'none'}")
    if outcome.output.startswith("no program"):
        return ok("no NVIDIA GPU; the networks run on the CPU")
    return GPU_BROKEN.finding(f"nvidia-smi: {last_line(outcome.output)}")
