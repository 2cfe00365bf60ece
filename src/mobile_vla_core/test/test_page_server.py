# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from http.client import HTTPConnection
import json
import signal
import subprocess
import sys
import time
from urllib.request import urlopen

import cv2
from legacy_fixture import write_v1
import numpy as np
import pytest
from view_fixture import PERIOD, record

from mobile_vla_core.episodes import Episode
from mobile_vla_core.toolbox.command import main
from mobile_vla_core.toolbox.view.access import TOKEN_HEADER
from mobile_vla_core.toolbox.view.serve import running

LIMIT = 30.0


class Client:
    """Speaks to the server as a browser would, or as an attacker."""

    def __init__(self, server):
        self.server = server
        self.port = server.server_address[1]

    def ask(self, method, path, content=None, **headers):
        connection = HTTPConnection('127.0.0.1', self.port, timeout=LIMIT)
        body = None if content is None else json.dumps(content)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.headers['Content-Type'] == 'application/json':
            body = json.loads(body)
        return response.status, body

    def get(self, path, **headers):
        return self.ask('GET', path, **headers)

    def post(self, path, content, **headers):
        known = {TOKEN_HEADER: self.server.access.token}
        return self.ask('POST', path, content, **{**known, **headers})

    def episodes(self, done=lambda content: content['reading'] == 0):
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            content = self.get('/api/episodes')[1]
            if done(content):
                return {episode['name']: episode for episode in content['episodes']}
            time.sleep(0.05)
        raise AssertionError(content)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('episodes')
    record(folder, 'one', missing=(5, 6))
    record(folder, 'two', instruction='오른쪽으로 가', scenario='1box_vert_right')
    record(folder, 'three', outcome='failure')
    write_v1(folder / 'old.h5', frames=4, size=(24, 32))
    (folder / 'text.h5').write_text('not an episode')
    (folder / 'cut.h5').write_bytes((folder / 'one.h5').read_bytes()[:9000])
    (folder / 'secret.txt').write_text('secret')
    (folder.parent / 'outside.h5').write_text('secret')
    return folder


@pytest.fixture(scope='module')
def client(folder):
    with running(folder, '127.0.0.1', 0) as server:
        yield Client(server)


def test_the_list_tells_labels_and_lengths_and_names_damaged_files(client):
    episodes = client.episodes()
    assert sorted(episodes) == ['cut.h5', 'old.h5', 'one.h5', 'text.h5', 'three.h5', 'two.h5']
    two = episodes['two.h5']
    assert (two['instruction'], two['scenario']) == ('오른쪽으로 가', '1box_vert_right')
    assert (two['frames'], two['seconds'], two['state']) == (20, pytest.approx(1.9), 'ready')
    for name in ('cut.h5', 'text.h5'):
        assert episodes[name]['state'] == 'damaged'
        assert name in episodes[name]['problem']
    assert episodes['old.h5']['state'] == 'foreign'
    assert 'schema mismatch' in episodes['old.h5']['problem']


def test_findings_of_check_come_with_their_frames(client):
    episodes = client.episodes(lambda content: content['checking'] == 0)
    codes = {f['code']: f['frames'] for f in episodes['one.h5']['findings']}
    assert codes['time.gap'] == [4, 5]
    assert [f['code'] for f in episodes['text.h5']['findings']] == ['file.not_hdf5']
    assert 'schema.legacy' in [f['code'] for f in episodes['old.h5']['findings']]


def test_the_curves_are_those_of_the_episode(client, folder):
    details = client.get('/api/episodes/one.h5/details')[1]
    with Episode(folder / 'one.h5') as episode:
        actions, stamps = episode.actions, episode.stamps()
    np.testing.assert_allclose(np.transpose(details['actions']), actions, atol=1e-4)
    np.testing.assert_allclose(details['seconds'], stamps - stamps[0], atol=1e-4)
    assert details['gaps'] == [[4, pytest.approx(4 * PERIOD), pytest.approx(7 * PERIOD)]]
    assert details['cameras'] == {'front': details['seconds']}


def test_frames_come_as_they_were_stored(client, folder):
    with Episode(folder / 'one.h5') as episode:
        assert client.get('/api/episodes/one.h5/frames/7')[1] == episode.jpeg(7)
    status, body = client.get('/api/episodes/one.h5/frames/99')
    assert (status, body['error'].split(';')[0]) == (409, 'one.h5: frame 99 of 18 does not exist')
    small = client.get('/api/episodes/one.h5/thumbnail')[1]
    assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR).shape == (108, 192, 3)


@pytest.mark.parametrize(
    'path',
    [
        '/secret.txt',
        '/../secret.txt',
        '/page/../../secret.txt',
        '/%2e%2e/secret.txt',
        '/api/episodes/secret.txt/details',
        '/api/episodes/../outside.h5/details',
        '/api/episodes/..%2foutside.h5/details',
        '/api/episodes/%2e%2e%2foutside.h5/thumbnail',
        '/api/episodes/.edits/details',
        '/api/episodes/one.h5/frames/-1',
        '/api/episodes/one.h5/frames/1/2',
        '/api/nothing',
        '/page.py',
    ],
)
def test_nothing_but_the_page_and_the_episodes_of_the_folder_is_served(client, path):
    status, body = client.get(path)
    assert status == 404
    assert 'secret' not in str(body).replace('secret.txt', '')


def test_a_foreign_name_or_origin_gets_nothing(client, folder):
    assert client.get('/', Host='evil.example')[0] == 403
    before = (folder / 'three.h5').read_bytes()
    edit = {'episode': 'three.h5', 'kind': 'discard'}
    assert client.post('/api/edits', edit, Origin='http://evil.example')[0] == 403
    assert client.post('/api/edits', edit, **{TOKEN_HEADER: 'guess'})[0] == 403
    assert client.ask('POST', '/api/edits', edit)[0] == 403
    assert (folder / 'three.h5').read_bytes() == before


def test_a_request_that_is_no_edit_is_refused_in_a_sentence(client):
    for request, said in [
        ({'episode': 'three.h5', 'kind': 'format'}, 'relabel, trim or discard'),
        ({'episode': 'nothing.h5', 'kind': 'discard'}, 'no episode "nothing.h5"'),
        ({'episode': '../outside.h5', 'kind': 'discard'}, 'no episode'),
        ({'episode': 'three.h5', 'kind': 'relabel', 'labels': {'name': 'x'}}, 'labels are'),
        ({'episode': 'three.h5', 'kind': 'relabel', 'labels': {'instruction': ''}}, 'instruction'),
        ({'episode': 'three.h5', 'kind': 'trim', 'first': 5, 'last': 2}, 'has frames 0 to 19'),
        ({'episode': 'three.h5', 'kind': 'trim', 'first': 0, 'last': 400}, 'has frames 0 to 19'),
        (
            {'episode': 'three.h5', 'kind': 'trim', 'first': 'a', 'last': None},
            'has frames 0 to 19',
        ),
    ]:
        status, body = client.post('/api/edits', request)
        assert status == 409
        assert said in body['error']
    assert client.post('/api/edits', [1])[0] == 400
    assert client.get('/api/edits')[1] == {'edits': []}


def test_an_undo_of_no_number_is_refused_and_takes_nothing_back(client, folder):
    edit = {'episode': 'two.h5', 'kind': 'relabel', 'labels': {'scenario': 'hall'}}
    number = client.post('/api/edits', edit)[1]['edit']['number']
    edited = (folder / 'two.h5').read_bytes()
    for wrong in ('x', str(number), 1.5, True, []):
        status, body = client.post('/api/undo', {'number': wrong})
        assert (status, 'number is that of an edit' in body['error']) == (400, True)
    assert (folder / 'two.h5').read_bytes() == edited
    assert client.post('/api/undo', {'number': number})[0] == 200


@pytest.mark.parametrize('method', ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
def test_another_method_is_refused_in_json(client, method):
    assert client.ask(method, '/api/episodes') == (
        405,
        {'error': f'{method} is not answered: GET and POST are'},
    )


def test_a_head_is_what_a_get_has_above_its_body(client):
    assert client.ask('HEAD', '/page.css') == (200, b'')


def test_every_edit_is_undone_bit_for_bit(client, folder):
    path = folder / 'three.h5'
    original = path.read_bytes()
    labels = {'instruction': 'go right', 'outcome': 'success'}
    for edit in (
        {'kind': 'relabel', 'labels': labels},
        {'kind': 'trim', 'first': 4, 'last': 9},
        {'kind': 'discard'},
    ):
        status, body = client.post('/api/edits', {'episode': 'three.h5', **edit})
        assert (status, body['edit']['kind']) == (200, edit['kind'])
    assert not path.exists()
    assert 'three.h5' not in client.episodes()
    assert client.post('/api/undo', {})[0] == 200
    with Episode(path) as episode:
        assert (len(episode), episode.instruction, episode.outcome) == (6, 'go right', 'success')
    assert client.episodes()['three.h5']['frames'] == 6
    assert client.post('/api/undo', {})[0] == 200
    assert client.post('/api/undo', {})[0] == 200
    assert path.read_bytes() == original
    assert client.episodes()['three.h5']['outcome'] == 'failure'
    assert client.post('/api/undo', {})[1] == {'error': 'there is nothing to undo'}


def test_a_read_only_page_edits_nothing(folder):
    with running(folder, '127.0.0.1', 0, read_only=True, check=False) as server:
        client = Client(server)
        status, body = client.post('/api/edits', {'episode': 'one.h5', 'kind': 'discard'})
        assert (status, '--read-only' in body['error']) == (403, True)
        assert client.get('/api/episodes')[1]['editable'] is False
    assert (folder / 'one.h5').exists()


def test_bound_to_all_addresses_everything_needs_the_key(folder):
    with running(folder, '0.0.0.0', 0, check=False) as server:
        client = Client(server)
        for path in ('/', '/page.js', '/api/episodes', '/?key=guess'):
            assert client.get(path)[0] == 403
        assert client.get(f'/?key={server.access.key}')[0] == 303
        cookie = server.access.cookie().split(';')[0]
        assert client.get('/api/episodes', Cookie=cookie)[0] == 200


def test_the_program_prints_its_address_and_ends_at_ctrl_c(folder):
    command = [sys.executable, '-m', 'mobile_vla_core.toolbox.command', 'view', '--serve']
    options = [str(folder), '--port', '0', '--no-check', '--json']
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        document = ''.join(iter(process.stdout.readline, '}\n')) + '}'
        with urlopen(json.loads(document)['address'], timeout=LIMIT) as answer:
            assert b'<title>Episodes</title>' in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0


def test_what_cannot_be_served_is_refused_in_a_sentence(folder, capsys):
    for arguments, said in [
        ([folder / 'one.h5'], 'is not a folder'),
        ([folder, folder], 'one folder'),
        ([folder, '--host', '192.0.2.1'], 'cannot serve at 192.0.2.1'),
    ]:
        assert main(['view', '--serve', *map(str, arguments)]) == 2
        assert said in capsys.readouterr().err
