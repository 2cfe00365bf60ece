# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import sys

from setuptools import find_packages, setup

PACKAGE = 'mobile_vla_train'
PROGRAMS = {
    'evaluate': 'evaluate',
    'export': 'export',
    'import': 'import_checkpoint',
    'train': 'train',
}

# colcon calls setup.py with `install` or `develop`, and setup.cfg takes the programs out of PATH:
# `ros2 run mobile_vla_train train`. pip puts them on PATH: `mobile-vla-train`.
IS_FOR_ROS = not {'install', 'develop'}.isdisjoint(sys.argv)

setup(
    name=PACKAGE,
    version='0.1.0',
    description='Offline training of Mobile VLA policies from recorded episodes; needs no ROS.',
    author='The Mobile VLA Authors',
    maintainer='The Mobile VLA Authors',
    maintainer_email='maintainers@mobile-vla.org',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(exclude=['test']),
    package_data={PACKAGE: ['configs/*.yaml', 'evaluation/*.html']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
    ],
    install_requires=[
        'mobile_vla_core[policy]',
        'lightning>=2.4,<3',
        'peft>=0.17,<1',
        'tensorboard>=2.16,<3',
        'Jinja2>=3.0.3,<4',
    ],
    extras_require={'test': ['pytest', 'pytest-timeout']},
    zip_safe=False,
    entry_points={
        'console_scripts': [
            f'{module if IS_FOR_ROS else f"mobile-vla-{name}"} = {PACKAGE}.{module}:main'
            for name, module in PROGRAMS.items()
        ],
    },
)
