# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from setuptools import find_packages, setup

PACKAGE = 'mobile_vla_train'

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
    install_requires=['setuptools'],
    extras_require={'test': ['pytest', 'pytest-timeout']},
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'evaluate = mobile_vla_train.evaluate:main',
            'export = mobile_vla_train.export:main',
            'import_checkpoint = mobile_vla_train.import_checkpoint:main',
            'train = mobile_vla_train.train:main',
        ],
    },
)
