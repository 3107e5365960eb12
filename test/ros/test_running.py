import logging

from pose_action_ros.nodes.base import Throttle
from pose_action_ros.nodes.running import forwarded


class RosLogger:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def debug(self, text: str) -> None:
        self.lines.append(("debug", text))

    def info(self, text: str) -> None:
        self.lines.append(("info", text))

    def warning(self, text: str) -> None:
        self.lines.append(("warning", text))

    def error(self, text: str) -> None:
        self.lines.append(("error", text))

    def fatal(self, text: str) -> None:
        self.lines.append(("fatal", text))


def test_every_level_of_the_package_reaches_ros() -> None:
    ros, log = RosLogger(), logging.getLogger("pose_action_ros.tracking")
    with forwarded(ros):
        log.debug("a")
        log.info("b %d", 2)
        log.warning("c")
        log.error("d")
        log.critical("e")
        logging.getLogger("another").error("not ours")
    log.error("afterwards")
    assert ros.lines == [
        ("debug", "a"),
        ("info", "b 2"),
        ("warning", "c"),
        ("error", "d"),
        ("fatal", "e"),
    ]


def test_a_throttle_counts_its_suppressed_messages() -> None:
    throttle = Throttle(period=1000.0)
    assert [throttle.passes() for _ in range(3)] == [0, None, None]
    throttle._next = 0.0
    assert throttle.passes() == 2
