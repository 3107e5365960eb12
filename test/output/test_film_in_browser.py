"""Chromium plays the annotated videos."""

from pathlib import Path

import numpy as np
import pytest

from browser import evaluate
from pose_action_ros.output.video import VideoFile

RATE = 10.0
COUNT = 30
_SCRIPT = """
const film = document.querySelector("video");
film.src = URL.createObjectURL(await (await fetch("film.mp4")).blob());  // can be seeked
await Promise.race([when(film, "canplay"), when(film, "error").then(() => {
    throw film.error.message})]);
const canvas = document.createElement("canvas").getContext("2d");
const colours = [];
for (const time of [0.05, 1.05, 2.05]) {
    const drawn = new Promise(done => film.requestVideoFrameCallback(done));
    film.currentTime = time;
    await when(film, "seeked");  // which may come before the frame is there
    await drawn;
    canvas.drawImage(film, 0, 0);
    colours.push([...canvas.getImageData(20, 20, 1, 1).data].slice(0, 3));
}
return {width: film.videoWidth, height: film.videoHeight, seconds: film.duration, colours};
"""


@pytest.mark.parametrize("codec", ["h264", "vp9"])
def test_size_time_and_colours_are_right_in_chromium(tmp_path: Path, codec: str) -> None:
    pytest.importorskip("av", reason="PyAV is not installed")
    colours = [(200, 30, 60), (40, 180, 90), (90, 60, 210)]  # red, green, blue
    video = VideoFile(tmp_path / "film.mp4", RATE, codec)
    for number in range(COUNT):
        red, green, blue = colours[number // 10]
        video.add(np.full((49, 64, 3), (blue, green, red), np.uint8), number / RATE)
    video.close()
    found = evaluate(tmp_path, "<video muted></video>", _SCRIPT)
    assert isinstance(found, dict), found
    assert (found["width"], found["height"]) == (64, 48)
    assert found["seconds"] == pytest.approx(COUNT / RATE, abs=0.05)
    np.testing.assert_allclose(found["colours"], colours, atol=6)
