from pose_action_ros.nodes.health import Level, Statistics


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watched() -> tuple[Statistics, Clock]:
    clock = Clock()
    return Statistics("image", clock=clock), clock


def test_an_inactive_node_is_in_order() -> None:
    statistics, clock = watched()
    clock.now += 60
    report = statistics.report()
    assert (report.level, report.message) == (Level.OK, "inactive")


def test_rates_times_and_totals() -> None:
    statistics, clock = watched()
    statistics.activate(True)
    for _ in range(2):
        for _ in range(10):
            statistics.received()
            statistics.processed(0.02)
        statistics.received()
        statistics.dropped()
        clock.now += 0.5
        report = statistics.report()
    assert report.level == Level.OK
    assert report.message == "20.0 per second"
    assert report.values["rate in [Hz]"] == "22.00"
    assert report.values["processing time [ms]"] == "20.00"
    assert (report.values["received"], report.values["dropped"]) == ("22", "2")


def test_silence_is_stale_at_first_and_a_warning_later() -> None:
    statistics, clock = watched()
    statistics.activate(True)
    clock.now += 1.9
    assert statistics.report().level == Level.OK
    clock.now += 0.2
    assert statistics.report().level == Level.STALE
    statistics.received()
    statistics.processed(0.01)
    clock.now += 2.5
    statistics.report()
    report = statistics.report()
    assert (report.level, report.message) == (Level.WARN, "no image for 2.5 s")


def test_some_failures_warn_and_nothing_but_failures_is_an_error() -> None:
    statistics, clock = watched()
    statistics.activate(True)
    statistics.received()
    statistics.failed("bad image")
    clock.now += 1
    report = statistics.report()
    assert (report.level, report.message) == (Level.ERROR, "every image fails: bad image")
    statistics.failed("bad again")
    statistics.processed(0.01)
    report = statistics.report()
    assert report.level == Level.WARN
    assert (report.values["errors"], report.values["last error"]) == ("2", "bad again")
