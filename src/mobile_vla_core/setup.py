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
    package_data={'mobile_vla_core.toolbox.view': ['page/*']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
    ],
    install_requires=[
        'numpy>=1.21.5,<3',
        'h5py>=3.7,<4',
        'opencv-python-headless>=4.5.4,<6',
        'PyYAML>=5.4.1,<7',
        'matplotlib>=3.5.1,<4',
        'tqdm>=4.57,<5',
        'rich>=11.2,<16',
    ],
    extras_require={
        'policy': ['torch>=2.4,<3', 'safetensors>=0.4.3,<1', 'transformers>=5,<6'],
        'formats': ['rosbags>=0.11,<0.12', 'mcap>=1.2,<2', 'pyarrow>=16', 'av>=14'],
        'test': ['pytest', 'pytest-timeout'],
    },
    entry_points={'console_scripts': ['episodes = mobile_vla_core.toolbox.command:main']},
    zip_safe=True,
)
