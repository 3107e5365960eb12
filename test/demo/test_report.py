from pose_action_ros.demo.report import most_frequent, timeline_lines, truth_lines
from pose_action_ros.output.segments import Segment
from pose_action_ros.simulation.comparison import TruthScore


def test_most_frequent_label_has_the_longest_duration() -> None:
    segments = [
        Segment(0, 1, (0,), "standing", 0.9),
        Segment(1, 4, (0,), "walking", 0.8),
        Segment(4, 5, (0,), "standing", 0.7),
    ]
    label, seconds = most_frequent(segments)
    assert (label, round(seconds, 3)) == ("walking", 3)


def test_timeline_of_each_person() -> None:
    segments = [
        Segment(2, 3, (1,), "bowing", 0.5),
        Segment(0, 2, (0,), "walking", 0.8),
        Segment(0, 2, (1,), "clapping", 0.9),
    ]
    text = "\n".join(timeline_lines(segments))
    assert text.index("person 0") < text.index("walking") < text.index("person 1")
    assert text.index("clapping 0.90") < text.index("bowing 0.50")
    assert "mostly clapping (2.0 s)" in text


def test_report_of_a_run_without_people() -> None:
    assert any("none" in line for line in truth_lines(TruthScore()))
