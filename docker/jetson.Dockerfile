# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
#
# Recorder, policy and launch files on a Jetson: JetPack 6 (L4T r36), ROS 2 Humble, the PyTorch
# for its GPU. Built on the Jetson, from the root of the repository:
#   docker build -f docker/jetson.Dockerfile -t mobile_vla:jetson .
# L4T of the image and of the Jetson must agree in the first number: /etc/nv_tegra_release.
ARG L4T_IMAGE=dustynv/l4t-pytorch:r36.4.0

FROM ${L4T_IMAGE} AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV ROS_DISTRO=humble DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 PYTHONUNBUFFERED=1
# The image asks a mirror of its own for packages.
ENV PIP_INDEX_URL=https://pypi.org/simple PIP_TRUSTED_HOST=
ADD --checksum=sha256:4a91c49af0d6f0016108b93698782b596c27ccd836937e18e0e36c3347dc602f \
  https://raw.githubusercontent.com/ros/rosdistro/eb71c289f4495a0327cd03a29205a2c411cd8129/ros.key \
  /usr/share/keyrings/ros-archive-keyring.gpg
RUN chmod a+r /usr/share/keyrings/ros-archive-keyring.gpg \
    && echo "deb [signed-by=/usr/share/keyrings/ros-archive-keyring.gpg]" \
      "http://packages.ros.org/ros2/ubuntu jammy main" >/etc/apt/sources.list.d/ros2.list \
    && apt-get update \
    && apt-get install -y --no-install-recommends make python3-rosdep ros-humble-ros-base \
    && rm -rf /var/lib/apt/lists/* \
    && { [ -e /etc/ros/rosdep/sources.list.d/20-default.list ] || rosdep init; }

FROM base AS manifests
WORKDIR /opt/mobile_vla
COPY Makefile ./
COPY tools tools
COPY launch launch
COPY src src
RUN find src launch -type f ! -name package.xml -delete

FROM base AS dependencies
WORKDIR /opt/mobile_vla
COPY --from=manifests /opt/mobile_vla ./
RUN apt-get update \
    && make dependencies DEPENDENCY_TYPES=exec \
    && rm -rf /var/lib/apt/lists/*
ARG USER_ID=1000
COPY docker/add-user docker/
RUN docker/add-user "$USER_ID" /opt/mobile_vla /opt/mobile_vla/runs /data/episodes /data/checkpoints

FROM dependencies AS builder
RUN apt-get update \
    && make dependencies \
    && apt-get install -y --no-install-recommends \
      g++ cmake python3-colcon-common-extensions python3-dev python3-venv strace \
    && rm -rf docker launch src tools Makefile /var/lib/apt/lists/*
USER mobile_vla
ENV MOBILE_VLA_REQUIREMENTS=runtime
COPY --chown=mobile_vla Makefile ./
COPY --chown=mobile_vla tools tools
COPY --chown=mobile_vla docker docker
COPY --chown=mobile_vla requirements requirements
RUN docker/enter make environment
COPY --chown=mobile_vla colcon.meta ./
COPY --chown=mobile_vla launch launch
COPY --chown=mobile_vla src src
RUN docker/enter make build

FROM dependencies AS robot
COPY --from=builder --chown=mobile_vla /opt/mobile_vla ./
USER mobile_vla
ENV HEALTH_NODE=/policy
VOLUME ["/data/episodes", "/data/checkpoints"]
STOPSIGNAL SIGINT
ENTRYPOINT ["/opt/mobile_vla/docker/enter"]
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 \
  CMD ["/opt/mobile_vla/docker/enter", "python3", "docker/healthcheck.py"]
CMD ["ros2", "launch", "mobile_vla_bringup", "policy.launch.py"]
