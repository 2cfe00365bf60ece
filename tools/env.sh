# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
#
# Source this file in bash to use the workspace: . tools/env.sh
# A sourced ROS 2 installation is used as it is; elsewhere ROS 2 comes from wheels in .venv/$DISTRO.
# Sets DISTRO, MOBILE_VLA_ROS (system | wheels), MOBILE_VLA_VENV and the colcon folders
# MOBILE_VLA_BUILD, MOBILE_VLA_INSTALL and MOBILE_VLA_LOG.

_workspace=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The wheels have a distribution `ros-rclpy`; an installation from Debian packages or source has not.
_has_ros_installation() {
  [ -n "${ROS_DISTRO:-}" ] && [ -n "${AMENT_PREFIX_PATH:-}" ] && python3 - <<'PYTHON' 2>/dev/null
import importlib.metadata
import importlib.util
import sys

from_wheels = any(d.name == 'ros-rclpy' for d in importlib.metadata.distributions())
sys.exit(from_wheels or importlib.util.find_spec('rclpy') is None)
PYTHON
}

if [ "${DISTRO:-${ROS_DISTRO:-}}" = "${ROS_DISTRO:-}" ] && _has_ros_installation; then
  DISTRO=$ROS_DISTRO
  MOBILE_VLA_ROS=system
  MOBILE_VLA_VENV=$_workspace/.venv/system-$DISTRO
  _suffix=
else
  # What another ROS environment left behind would load its libraries into ours.
  if [ -n "${AMENT_PREFIX_PATH:-}${_ROS_WHEELS_BOOTSTRAP_COMPLETE:-}" ]; then
    unset _ROS_WHEELS_BOOTSTRAP_COMPLETE LD_LIBRARY_PATH PYTHONPATH COLCON_PREFIX_PATH
    unset AMENT_PREFIX_PATH CMAKE_PREFIX_PATH ROS_DISTRO
  fi
  DISTRO=${DISTRO:-jazzy}
  MOBILE_VLA_ROS=wheels
  MOBILE_VLA_VENV=$_workspace/.venv/$DISTRO
  _suffix=-$DISTRO
  [ "$DISTRO" != jazzy ] || _suffix=
  export AMENT_PREFIX_PATH=$MOBILE_VLA_VENV CMAKE_PREFIX_PATH=$MOBILE_VLA_VENV
  export ROS_DISTRO=$DISTRO ROS_VERSION=2 ROS_PYTHON_VERSION=3
  export RMW_IMPLEMENTATION=rmw_fastrtps_cpp
fi
export DISTRO MOBILE_VLA_ROS MOBILE_VLA_VENV
export MOBILE_VLA_BUILD=$_workspace/build$_suffix
export MOBILE_VLA_INSTALL=$_workspace/install$_suffix
export MOBILE_VLA_LOG=$_workspace/log$_suffix

# Stay on this machine unless told otherwise, and give large images room in shared memory.
export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}
_profile=$_workspace/launch/config/fastdds_large_images.xml
case $DISTRO in
  humble | jazzy)
    export FASTRTPS_DEFAULT_PROFILES_FILE=${FASTRTPS_DEFAULT_PROFILES_FILE:-$_profile} ;;
  *)
    export FASTDDS_DEFAULT_PROFILES_FILE=${FASTDDS_DEFAULT_PROFILES_FILE:-$_profile} ;;
esac

# Neither of these two is written for `set -u`.
case $- in *u*) _nounset=yes; set +u ;; *) _nounset= ;; esac
[ ! -f "$MOBILE_VLA_VENV/bin/activate" ] || . "$MOBILE_VLA_VENV/bin/activate"
[ ! -f "$MOBILE_VLA_INSTALL/setup.bash" ] || . "$MOBILE_VLA_INSTALL/setup.bash"
[ -z "$_nounset" ] || set -u
# The program `episodes` needs no ROS, so it is found without `ros2 run` too.
case :$PATH: in
  *:"$MOBILE_VLA_INSTALL/mobile_vla_core/lib/mobile_vla_core":*) ;;
  *) export PATH=$PATH:$MOBILE_VLA_INSTALL/mobile_vla_core/lib/mobile_vla_core ;;
esac
unset _workspace _suffix _profile _nounset
unset -f _has_ros_installation
