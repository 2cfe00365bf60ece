# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import ast
from pathlib import Path
import sys
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = {
    path.parent.name if path.parent.name != 'launch' else 'mobile_vla_bringup': path
    for path in [*sorted(ROOT.glob('src/*/package.xml')), ROOT / 'launch' / 'package.xml']
}
KEYS = {
    line
    for line in (ROOT / 'test' / 'rosdep_keys.txt').read_text().splitlines()
    if not line.startswith('#')
}
# Module -> rosdep key; a module of ROS has the name of its package.
PYTHON_KEYS = {
    'cv2': 'python3-opencv',
    'h5py': 'python3-h5py',
    'jinja2': 'python3-jinja2',
    'matplotlib': 'python3-matplotlib',
    'numpy': 'python3-numpy',
    'rich': 'python3-rich',
    'tqdm': 'python3-tqdm',
    'yaml': 'python3-yaml',
}
# rosdep has none, or older ones, of these: they are in requirements/.
WITHOUT_KEY = {
    'av', 'huggingface_hub', 'lightning', 'mcap', 'mujoco', 'onnx', 'onnxscript', 'peft',
    'pyarrow', 'rosbags', 'safetensors', 'tensorboard', 'tokenizers', 'torch', 'transformers',
}  # fmt: skip


def dependencies(package: str, *kinds: str) -> set[str]:
    root = ElementTree.parse(MANIFESTS[package]).getroot()
    return {element.text for element in root if element.tag in kinds}


def imported(folder: Path) -> dict[str, Path]:
    """Map each module from elsewhere to a source that imports it."""
    found = {}
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            else:
                continue
            for name in names:
                module = name.split('.')[0]
                if module not in sys.stdlib_module_names and module != folder.name:
                    found[module] = path
    return found


@pytest.mark.parametrize('package', [name for name in MANIFESTS if name != 'mobile_vla_msgs'])
def test_what_a_package_imports_is_declared(package):
    declared = dependencies(package, 'depend', 'exec_depend')
    for module, path in imported(MANIFESTS[package].parent / package).items():
        key = PYTHON_KEYS.get(module, module)
        assert module in WITHOUT_KEY or key in declared, f'{path.relative_to(ROOT)}: {module}'


@pytest.mark.parametrize('package', MANIFESTS)
def test_every_key_is_known_to_rosdep_or_a_package_of_ours(package):
    root = ElementTree.parse(MANIFESTS[package]).getroot()
    for element in root:
        if element.tag.endswith('depend'):
            assert element.text in KEYS | set(MANIFESTS)


@pytest.mark.parametrize(
    'package', [p for p in MANIFESTS if (MANIFESTS[p].parent / 'test').is_dir()]
)
def test_packages_with_tests_declare_what_runs_them(package):
    assert 'python3-pytest' in dependencies(package, 'test_depend')
