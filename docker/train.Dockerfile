# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
#
# Training and the tools for episodes, without ROS; PyTorch brings its CUDA libraries with it, so
# the host needs a driver and the NVIDIA Container Toolkit only. From the root of the repository:
#   docker build -f docker/train.Dockerfile -t mobile_vla:train .
FROM python:3.11-slim-bookworm AS builder
WORKDIR /opt/source
RUN python -m venv /opt/mobile_vla
COPY requirements requirements
RUN /opt/mobile_vla/bin/pip install --no-cache-dir \
      -r requirements/train.txt -r requirements/formats.txt
COPY src/mobile_vla_core src/mobile_vla_core
COPY src/mobile_vla_train src/mobile_vla_train
RUN /opt/mobile_vla/bin/pip install --no-cache-dir --no-deps \
      ./src/mobile_vla_core ./src/mobile_vla_train

FROM python:3.11-slim-bookworm AS train
ARG USER_ID=1000
COPY docker/add-user /usr/local/sbin/
RUN add-user "$USER_ID" /data /data/episodes /data/checkpoints
COPY --from=builder /opt/mobile_vla /opt/mobile_vla
ENV PATH=/opt/mobile_vla/bin:$PATH PYTHONUNBUFFERED=1 \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER mobile_vla
WORKDIR /data
VOLUME ["/data/episodes", "/data/checkpoints"]
STOPSIGNAL SIGINT
HEALTHCHECK --interval=60s --timeout=30s --start-period=30s --retries=3 \
  CMD ["mobile-vla-train", "--help"]
CMD ["mobile-vla-train", "--help"]
