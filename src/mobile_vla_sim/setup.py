# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from setuptools import find_packages, setup

PACKAGE = 'mobile_vla_sim'

setup(
    name=PACKAGE,
    version='0.1.0',
    description='Simulated mobile base with a camera: collects episodes, evaluates policies.',
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
            'sim = mobile_vla_sim.sim_node:main',
            'collect = mobile_vla_sim.collect:main',
            'evaluate = mobile_vla_sim.evaluate:main',
            'demo = mobile_vla_sim.demo:main',
            'trials = mobile_vla_sim.trials:main',
        ],
    },
)
