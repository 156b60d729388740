"""What is worked out once for each data version, and how much of it is kept."""

import dataclasses
import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

from dashboard.web.cache import KEPT, VERSIONS, by_version


class Result:
    """Something that can be watched for its end."""


def test_the_same_question_is_worked_out_once(catalog):
    """A catalog of the same version gives the same result; another choice or version another."""
    result = by_version(lambda _, choice: [choice])
    twin, other = dataclasses.replace(catalog), dataclasses.replace(catalog, version="another")

    assert result(catalog, "a") is result(twin, "a")
    assert result(catalog, "b") == ["b"]
    assert result(catalog, "a") is not result(other, "a")


def test_a_crowd_that_asks_the_same_has_it_worked_out_once(catalog):
    """Eight threads that ask at once share one piece of work."""
    together, calls = threading.Barrier(8), []

    def work(_):
        calls.append(1)
        return threading.Event().wait(0.05)

    result = by_version(work)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(lambda: (together.wait(), result(catalog))) for _ in range(8)]
        done = [one.result()[1] for one in asked]

    assert calls == [1]
    assert done == [False] * 8


def test_results_of_many_visitors_own_tables_do_not_add_up(catalog):
    """However many versions are asked for, the results of the last few are kept and the others let go."""
    result = by_version(lambda _: Result())
    seen = [weakref.ref(result(dataclasses.replace(catalog, version=f"own {i}"))) for i in range(10)]
    gc.collect()

    assert [one() is not None for one in seen] == [False] * (10 - VERSIONS) + [True] * VERSIONS


def test_results_of_one_version_are_bounded(catalog):
    """The choice asked for longest ago makes room."""
    calls = []
    result = by_version(lambda _, choice: calls.append(choice))
    for choice in (*range(KEPT + 1), KEPT, 0):
        result(catalog, choice)

    assert calls == [*range(KEPT + 1), 0]
