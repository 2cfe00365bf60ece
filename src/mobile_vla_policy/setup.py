# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from setuptools import find_packages, setup

PACKAGE = 'mobile_vla_policy'

setup(
    name=PACKAGE,
    version='0.1.0',
    description='ROS 2 lifecycle node that turns camera images and an instruction into cmd_vel.',
    author='The Mobile VLA Authors',
    maintainer='The Mobile VLA Authors',
    maintainer_email='maintainers@mobile-vla.org',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest', 'pytest-timeout']},
    zip_safe=True,
    entry_points={
        'console_scripts': [
            'latency = mobile_vla_policy.latency:main',
            'guard = mobile_vla_policy.guard_node:main',
            'policy = mobile_vla_policy.policy_node:main',
        ],
    },
)
