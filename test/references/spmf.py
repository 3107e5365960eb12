"""Enhanced-SPMF the slow and obvious way: one loop for each word of the definition."""

from __future__ import annotations

from math import atan2, cos, sin, sqrt

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


def slow_spmf(points: Array, settings: SpmfSettings) -> Image:
    """(height, width, channels) of a window (N, J, 3)."""
    if settings.colours == "level":
        return slow_levels(points, settings)
    tracks = [smooth(points[:, joint], settings) for joint in range(points.shape[1])]
    angle = facing(points, settings) if settings.body_view else 0.0
    pairs, times = pairs_of(settings), times_of(len(points))
    reach = settings.reach or greatest(tracks, pairs, times)
    distances = np.zeros((len(pairs), len(times), 3))
    directions = np.zeros((len(pairs), len(times), 3))
    for row, (j, k) in enumerate(pairs):
        for column, (t, u) in enumerate(times):
            difference = tracks[j][t] - tracks[k][u]
            if np.isnan(difference).any():
                continue
            distance = length(difference)
            distances[row, column] = jet(min(int(255 * distance / reach + 0.5), 255))
            direction = turned(difference, angle) / max(distance, 1e-6)
            directions[row, column] = 127.5 * (direction + 1)
    height, width, _ = settings.shape
    own = own_ways(tracks, angle, settings) if settings.own_reach else ([], [])
    halves = [
        np.concatenate([by_area(half, height // 2 - len(ways), width), *ways])
        for half, ways in zip((distances, directions), own, strict=True)
    ]
    return equalised(np.floor(np.concatenate(halves) + 0.5).astype(np.uint8), settings)


def own_ways(
    tracks: list[Array], angle: float, settings: SpmfSettings
) -> tuple[list[Array], list[Array]]:
    """Rows (1, width, 3) of distances and directions of each joint's way to the next frame."""
    frames, width, reach = settings.frames, settings.shape[1], settings.own_reach
    distances, directions = [], []
    for joint in joints_of(settings):
        columns = ways_of(tracks[joint], frames)
        row, arrows = np.zeros((1, len(columns), 3)), np.zeros((1, len(columns), 3))
        for column, way in enumerate(columns):
            if not np.isnan(way).any():
                row[0, column] = jet(min(int(255 * length(way) / reach + 0.5), 255))
                arrows[0, column] = 127.5 * (turned(way, angle) / max(length(way), reach) + 1)
        distances.append(by_area(row, 1, width))
        directions.append(by_area(arrows, 1, width))
    return distances, directions


def ways_of(track: Array, frames: int) -> list[Array]:
    """Ways of a joint (N, 3) in each column; a posture has the mean of those before and after."""
    ways = [track[frame + 1] - track[frame] for frame in range(frames - 1)]
    columns = []
    for frame in range(frames):
        near = ways[max(frame - 1, 0) : frame + 1]
        columns += [np.asarray(sum(near) / len(near)), *ways[frame : frame + 1]]
    return columns


def slow_levels(points: Array, settings: SpmfSettings) -> Image:
    """(rows, width, 4): each cell the mean of its known levels and orientations."""
    tracks = [smooth(points[:, joint], settings) for joint in range(points.shape[1])]
    angle = facing(points, settings) if settings.body_view else 0.0
    pairs, times, own = pairs_of(settings), times_of(len(points)), joints_of(settings)
    reach = settings.reach or greatest(tracks, pairs, times)
    features = [
        [level(tracks[j][t] - tracks[k][u], angle, reach, 1e-4) for t, u in times] for j, k in pairs
    ]
    rows, width, _ = settings.shape
    ways = len(own) if settings.own_reach else 0
    image = np.zeros(settings.shape, np.uint8)
    for row in range(rows - ways):
        for column in range(width):
            image[row, column] = mean_of_known(features, row, rows - ways, column, width)
    for place in range(ways):
        steps = ways_of(tracks[own[place]], settings.frames)
        line = [[level(step, angle, settings.own_reach, settings.own_reach) for step in steps]]
        for column in range(width):
            image[rows - ways + place, column] = mean_of_known(line, 0, 1, column, width)
    return image


def level(difference: Array, angle: float, reach: float, fading: float) -> Array:
    """(4,) level and orientation of a difference, 0 to 255; NaN where it is missing."""
    distance = length(difference)
    orientation = turned(difference, angle) / max(distance, fading)
    return np.array([255 * min(distance / reach, 1), *(127.5 * (orientation + 1))])


def mean_of_known(
    features: list[list[Array]], row: int, rows: int, column: int, columns: int
) -> Array:
    """(4,) rounded mean of the known features in a cell, by their share of it; 0 without any."""
    total, weight = np.zeros(4), 0.0
    for y, share_y in shares(row, rows, len(features)):
        for x, share_x in shares(column, columns, len(features[0])):
            if not np.isnan(features[y][x]).any():
                total += share_y * share_x * features[y][x]
                weight += share_y * share_x
    return np.floor(total / weight + 0.5) if weight else total


def joints_of(settings: SpmfSettings) -> list[int]:
    """The joints that are drawn."""
    skeleton = skeleton_named(settings.skeleton)
    names = settings.joints.split() or skeleton.joints
    return [
        person * len(skeleton) + skeleton.joints.index(name)
        for person in range(settings.people)
        for name in names
    ]


def pairs_of(settings: SpmfSettings) -> list[tuple[int, int]]:
    """Joints of every pair, from the top row to the bottom."""
    order = joints_of(settings)
    return [(j, k) for place, j in enumerate(order) for k in order[place + 1 :]]


def times_of(frames: int) -> list[tuple[int, int]]:
    """Frames of the first and second joint in every column: posture, motion, posture ..."""
    times = [(0, 0)]
    for frame in range(1, frames):
        times += [(frame - 1, frame), (frame, frame)]
    return times


def greatest(
    tracks: list[Array], pairs: list[tuple[int, int]], times: list[tuple[int, int]]
) -> float:
    """The greatest distance anywhere [m]."""
    found = [length(tracks[j][t] - tracks[k][u]) for j, k in pairs for t, u in times]
    return max([1e-6, *(distance for distance in found if not np.isnan(distance))])


def smooth(track: Array, settings: SpmfSettings) -> Array:
    """(N, 3) after the Savitzky-Golay filter, as it was where the filter meets a missing frame."""
    width, order = settings.smoothing, settings.smoothing_order
    if width == 1:
        return track
    result = track.copy()
    for frame in range(len(track)):
        first = min(max(frame - width // 2, 0), len(track) - width)
        part = track[first : first + width]
        if not np.isnan(part).any():
            filtered = savgol_filter(part, width, min(order, width - 1), axis=0)
            result[frame] = filtered[frame - first]
    return result


def facing(points: Array, settings: SpmfSettings) -> float:
    """The angle of the axis that becomes the horizontal one of the picture [rad]."""
    skeleton, x, z = skeleton_named(settings.skeleton), 0.0, 0.0
    ends = [("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")]
    chosen = [(skeleton.index(left), skeleton.index(right)) for left, right in ends]
    if settings.people == 2:
        chosen = [(len(skeleton) + skeleton.root, skeleton.root)]
    for end, start in chosen:
        for pose in points:
            axis = pose[end] - pose[start]
            if not np.isnan(axis).any():
                x, z = x + axis[0], z + axis[2]
    return atan2(z, x)


def turned(vector: Array, angle: float) -> Array:
    """Turned about the vertical."""
    turn = np.array([[cos(angle), 0, sin(angle)], [0, 1, 0], [-sin(angle), 0, cos(angle)]])
    return np.asarray(turn @ vector)


def by_area(image: Array, height: int, width: int) -> Array:
    """(height, width, 3), each cell the mean of its part of the image."""
    result = np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            down = shares(row, height, image.shape[0])
            along = shares(column, width, image.shape[1])
            for y, share_y in down:
                for x, share_x in along:
                    result[row, column] += share_y * share_x * image[y, x]
    return result


def shares(cell: int, cells: int, source: int) -> list[tuple[int, float]]:
    """Which source cells are in a cell, and what share of it each fills."""
    start, stop = cell * source / cells, (cell + 1) * source / cells
    found = []
    for index in range(source):
        overlap = min(stop, index + 1) - max(start, index)
        if overlap > 1e-9:
            found.append((index, overlap / (stop - start)))
    return found


def equalised(image: Image, settings: SpmfSettings) -> Image:
    """Contrast-limited adaptive histogram equalisation of the brightness."""
    if not settings.clip_limit:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    clahe = cv2.createCLAHE(settings.clip_limit, (settings.tiles, settings.tiles))
    bright = clahe.apply(hsv[..., 2])
    for row, column in np.argwhere(hsv[..., 2] > 0):
        hsv[row, column, 2] = bright[row, column]
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def length(vector: Array) -> float:
    """Euclidean length."""
    return sqrt(sum(float(value) ** 2 for value in vector))


def jet(level: int) -> Image:
    """(3,) RGB of a level 0 to 255."""
    bgr = cv2.applyColorMap(np.array([[level]], np.uint8), cv2.COLORMAP_JET)
    return np.asarray(bgr[0, 0, ::-1], np.uint8)
