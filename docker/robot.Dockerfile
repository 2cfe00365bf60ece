# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
#
# Recorder, policy and launch files on a ROS 2 installation; from the root of the repository:
#   docker build -f docker/robot.Dockerfile -t mobile_vla:jazzy .
#   docker build -f docker/robot.Dockerfile -t mobile_vla:humble --build-arg ROS_DISTRO=humble .
# The target `workshop` has the simulator, training and the tests too.
# PyTorch is the one for the CPU; --build-arg PIP_EXTRA_INDEX_URL= takes the one for CUDA.
ARG ROS_DISTRO=jazzy

FROM ros:${ROS_DISTRO}-ros-base AS manifests
WORKDIR /opt/mobile_vla
COPY Makefile ./
COPY tools tools
COPY launch launch
COPY src src
RUN find src launch -type f ! -name package.xml -delete

FROM ros:${ROS_DISTRO}-ros-base AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL} PYTHONUNBUFFERED=1
WORKDIR /opt/mobile_vla
COPY --from=manifests /opt/mobile_vla ./
RUN apt-get update \
    && make dependencies DEPENDENCY_TYPES=exec \
    && rm -rf /var/lib/apt/lists/*
ARG USER_ID=1000
COPY docker/add-user docker/
RUN docker/add-user "$USER_ID" /opt/mobile_vla /opt/mobile_vla/runs /data/episodes /data/checkpoints

FROM base AS builder
RUN apt-get update \
    && make dependencies \
    && apt-get install -y --no-install-recommends python3-dev python3-venv strace \
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

FROM builder AS workshop
ENV MOBILE_VLA_REQUIREMENTS=python
RUN docker/enter make build
COPY --chown=mobile_vla . .
ENTRYPOINT ["/opt/mobile_vla/docker/enter"]
HEALTHCHECK NONE
CMD ["make", "test"]

FROM base AS robot
COPY --from=builder --chown=mobile_vla /opt/mobile_vla ./
USER mobile_vla
ENV HEALTH_NODE=/policy
VOLUME ["/data/episodes", "/data/checkpoints"]
STOPSIGNAL SIGINT
ENTRYPOINT ["/opt/mobile_vla/docker/enter"]
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 \
  CMD ["/opt/mobile_vla/docker/enter", "python3", "docker/healthcheck.py"]
CMD ["ros2", "launch", "mobile_vla_bringup", "policy.launch.py"]
