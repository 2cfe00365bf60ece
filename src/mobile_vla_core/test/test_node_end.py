# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import gc
import weakref

from mobile_vla_core.node_end import NodeEnd


def test_only_the_first_to_ask_is_kept_and_called_once():
    end, called = NodeEnd(), []
    end.add_done_callback(called.append)
    kept = []
    for _ in range(1000):

        def wake(_: NodeEnd) -> None:
            called.append('another')

        kept.append(weakref.ref(wake))
        end.add_done_callback(wake)
    del wake
    gc.collect()
    assert not any(reference() for reference in kept)
    end.set_result(0)
    end.set_result(0)
    assert called == [end]


def test_whoever_asks_after_the_end_is_called_at_once():
    end, called = NodeEnd(), []
    end.set_result(1)
    end.add_done_callback(called.append)
    assert called == [end]


def test_the_first_result_counts():
    end = NodeEnd()
    assert (end.done(), end.result(), end.cancelled()) == (False, None, False)
    end.set_result(1)
    end.set_result(0)
    assert (end.done(), end.result(), end.cancelled()) == (True, 1, False)
