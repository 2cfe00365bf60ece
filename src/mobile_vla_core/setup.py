# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from setuptools import find_packages, setup

PACKAGE = 'mobile_vla_core'

setup(
    name=PACKAGE,
    version='0.1.0',
    description='ROS-free library of Mobile VLA: actions, images, episodes and policies.',
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
    entry_points={'console_scripts': ['episodes = mobile_vla_core.toolbox.command:main']},
    extras_require={'test': ['pytest', 'pytest-timeout']},
    zip_safe=True,
)
