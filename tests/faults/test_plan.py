# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions of the harness, without a server."""

import pytest
from fault_harness.injector import Injector
from fault_harness.invariants import Synchronized, judge
from fault_harness.plan import NETWORK, Fault, Kind, plan_faults
from fault_harness.proxy import called_method, corrupted


def test_same_seed_gives_the_same_faults():
    assert plan_faults(1, NETWORK, 20, 100) == plan_faults(1, NETWORK, 20, 100)
    assert plan_faults(1, NETWORK, 20, 100) != plan_faults(2, NETWORK, 20, 100)


def test_each_kind_has_its_turn():
    faults = plan_faults(1, NETWORK, len(NETWORK), 100)
    assert {fault.kind for fault in faults} == set(NETWORK)
    assert len({fault.at for fault in faults}) == len(NETWORK)


def test_fault_of_a_method_waits_for_it():
    injector = Injector((Fault(1, Kind.CUT_AFTER, methods=("create",)),))
    assert injector.on_request("read") is None
    assert injector.on_request("create").kind is Kind.CUT_AFTER
    assert not injector.has_more
    assert injector.injected_count == 1


def test_fault_of_a_process_counts_once_it_is_made():
    injector = Injector((Fault(1, Kind.KILL_WORKER),))
    assert injector.on_request("read") is None
    fault = injector.next_to_act()
    assert injector.injected_count == 0
    injector.note(fault)
    assert injector.injected_count == 1


@pytest.mark.parametrize(
    "path, body, method",
    [
        ("/json/2/res.partner/create", b"{}", "create"),
        ("/jsonrpc", b'{"params": {"args": ["d", 2, "k", "m", "write"]}}', "write"),
        ("/web/version", b"", ""),
        ("/jsonrpc", b"\xff", ""),
    ],
)
def test_method_is_read_from_either_protocol(path, body, method):
    assert called_method(path, body) == method


def test_corrupted_data_is_not_text():
    with pytest.raises(UnicodeDecodeError):
        corrupted(b'{"name": "a long enough text"}').decode()


def judged(links, following=None, **more):
    leading = {1: {"name": "a"}, 2: {"name": "b"}}
    following = following or {11: {"name": "a"}, 12: {"name": "b"}}
    return judge([Synchronized("model", leading, following, links, **more)])


def test_equal_records_have_no_problem():
    assert judged([(1, 11), (2, 12)]).problems == []


def test_record_that_is_not_bound_is_lost_and_its_copy_is_one_too_many():
    verdict = judged([(1, 11)])
    assert (len(verdict.lost), len(verdict.duplicated)) == (1, 1)


def test_excused_record_is_not_lost():
    verdict = judged([(1, 11)], {11: {"name": "a"}}, excused={2})
    assert verdict.problems == []


def test_record_bound_twice_is_duplicated():
    assert judged([(1, 11), (1, 12), (2, 13)]).duplicated


def test_binding_without_a_record_is_orphaned():
    assert "orphaned" in judged([(1, 11), (2, 99)]).other[0]


def test_different_value_is_reported():
    verdict = judged([(1, 11), (2, 12)], {11: {"name": "a"}, 12: {"name": "x"}})
    assert len(verdict.different) == 1


def test_relations_are_compared_by_their_records():
    leading = {1: {"parent": None}, 2: {"parent": 1}}
    following = {11: {"parent": None}, 12: {"parent": 11}}
    links = [(1, 11), (2, 12)]
    each = Synchronized(
        "model", leading, following, links, relations={"parent": "model"}
    )
    assert judge([each]).problems == []
