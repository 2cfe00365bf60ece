# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import pytest

from mobile_vla_core.toolbox.view.access import Access, AccessError, TOKEN_HEADER

HERE = Access('127.0.0.1', 8460)
EVERYWHERE = Access('0.0.0.0', 8460)


@pytest.mark.parametrize('host', ['127.0.0.1:8460', 'localhost:8460', '[::1]:8460'])
def test_own_names_are_accepted(host):
    HERE.check_host(host)


@pytest.mark.parametrize(
    'host', ['', 'evil.example:8460', '127.0.0.1:80', '127.0.0.1', '10.0.0.5:8460', 'localhost.']
)
def test_foreign_names_are_refused(host):
    with pytest.raises(AccessError, match='none of the names'):
        HERE.check_host(host)


def test_bound_to_all_addresses_it_is_reached_by_number_but_by_no_foreign_name():
    EVERYWHERE.check_host('10.0.0.5:8460')
    with pytest.raises(AccessError):
        EVERYWHERE.check_host('evil.example:8460')


def test_from_other_machines_the_key_is_needed():
    assert HERE.has_key('')
    assert HERE.address() == 'http://127.0.0.1:8460/'
    assert EVERYWHERE.address('robot') == f'http://robot:8460/?key={EVERYWHERE.key}'
    assert not EVERYWHERE.has_key('')
    assert not EVERYWHERE.has_key('mobile_vla_key_8460=guess')
    assert EVERYWHERE.has_key(EVERYWHERE.cookie().split(';')[0])


@pytest.mark.parametrize(
    'changed',
    [
        {TOKEN_HEADER: 'guess'},
        {TOKEN_HEADER: ''},
        {'Origin': 'http://evil.example'},
        {'Origin': 'null'},
        {'Sec-Fetch-Site': 'cross-site'},
    ],
)
def test_edits_are_taken_from_the_own_page_only(changed):
    good = {
        'Host': 'localhost:8460',
        'Origin': 'http://localhost:8460',
        'Sec-Fetch-Site': 'same-origin',
        TOKEN_HEADER: HERE.token,
    }
    HERE.check_edit(good)
    with pytest.raises(AccessError):
        HERE.check_edit({**good, **changed})
