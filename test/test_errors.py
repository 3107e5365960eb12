import pytest

from pose_action_ros import errors


@pytest.mark.parametrize("error", [errors.InputError, errors.SettingError])
def test_wrong_values_are_value_errors_too(error: type[Exception]) -> None:
    assert issubclass(error, ValueError)


def test_all_errors_have_one_root() -> None:
    children = errors.PoseActionError.__subclasses__()
    names = {name for name in vars(errors) if name.endswith("Error")} - {"PoseActionError"}
    assert {child.__name__ for child in children} >= names
