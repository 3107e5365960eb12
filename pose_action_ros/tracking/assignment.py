"""Linear assignment: the pairs of rows and columns with the least total cost.

Source: Crouse 2016, "On implementing 2D rectangular assignment algorithms", IEEE Transactions on
Aerospace and Electronic Systems 52(4): shortest augmenting paths with dual variables. Plain Python
on lists: for a few dozen people it is faster than NumPy, and SciPy takes a second to import.
"""

from __future__ import annotations

from math import inf

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError


def assign(costs: npt.ArrayLike) -> list[tuple[int, int]]:
    """Pairs (row, column) with the least total cost, in order of the rows.

    Args:
        costs: (R, C) finite; every row gets a column, or every column a row if R is greater than C.

    Returns:
        min(R, C) pairs.

    Raises:
        InputError: the costs are not a matrix or not finite.
    """
    matrix = np.asarray(costs, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise InputError(f"got costs of shape {matrix.shape}, expected a matrix of finite numbers")
    if matrix.shape[0] > matrix.shape[1]:
        return sorted((row, column) for column, row in enumerate(_columns_of_rows(matrix.T)))
    return list(enumerate(_columns_of_rows(matrix)))


def _columns_of_rows(matrix: npt.NDArray[np.float64]) -> list[int]:
    """The column of each row of a matrix (R, C), R at most C."""
    costs: list[list[float]] = matrix.tolist()
    prices = [0.0] * matrix.shape[1]  # dual variables of the columns
    owners = [-1] * matrix.shape[1]  # row of each column
    for row in range(len(costs)):
        _insert(row, costs, prices, owners)
    columns = [-1] * len(costs)
    for column, row in enumerate(owners):
        if row >= 0:
            columns[row] = column
    return columns


def _insert(row: int, costs: list[list[float]], prices: list[float], owners: list[int]) -> None:
    """Give a row a column along the shortest path of reassignments (Dijkstra's algorithm)."""
    distances = [inf] * len(prices)
    previous = [-1] * len(prices)  # column before each column on its path, -1 for the new row
    remaining = list(range(len(prices)))
    visited: list[int] = []
    last, length, current = -1, 0.0, costs[row]
    while True:
        # The reduced cost of the pair in use is zero, so its row's price follows from it.
        offset = length - (current[last] - prices[last] if last >= 0 else 0.0)
        nearest, least = -1, inf
        for column in remaining:
            distance = offset + current[column] - prices[column]
            if distance < distances[column]:
                distances[column] = distance
                previous[column] = last
            else:
                distance = distances[column]
            if distance < least or (distance == least and owners[column] < 0):
                nearest, least = column, distance
        last, length = nearest, least
        if owners[last] < 0:
            break
        visited.append(last)
        remaining.remove(last)
        current = costs[owners[last]]
    for column in visited:
        prices[column] += distances[column] - length
    while last >= 0:
        before = previous[last]
        owners[last] = owners[before] if before >= 0 else row
        last = before
