# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What a recorded frame costs, beside the original way and mcap.

CPU ms per frame of a whole episode, created, synced, closed and read back, the best of five runs;
the original way is a list in memory, written with gzip at the end. mcap_passthrough is null where
the package mcap is not installed. encode_alone is what OpenCV takes to encode the same pictures,
and nothing else: most of what a JPEG frame costs, and a measure of the machine's speed just then.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time

from geometry_msgs.msg import Twist
import h5py
import numpy as np
import rclpy
from rclpy.node import Node
from rig.pictures import HD, scenes, VGA
from rig.result import give_result, result_parser
from sensor_msgs.msg import CompressedImage

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.images import encode_jpeg, use_one_thread
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.srv import StartEpisode

SCENES = 30
FRAMES = 300
RUNS = 5
RATE = 30.0
NODE_SECONDS = 8.0

EMPTY_SUBSCRIBER = """
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage
rclpy.init()
node = rclpy.create_node('empty')
node.create_subscription(
    CompressedImage, 'camera/image_raw', lambda message: None, qos_profile_sensor_data
)
rclpy.spin(node)
"""


def cpu_ms(write: Callable[[Path], None], frames: int = FRAMES) -> float:
    """Return CPU ms per frame of a function that writes to a folder."""
    best = float('inf')
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            write(Path(folder))
            best = min(best, (time.process_time() - start) * 1e3 / frames)
    return round(best, 3)


def write_episode(folder: Path, pictures: list, encode: Callable = bytes) -> None:
    """Record and close, so that all that an episode costs is counted: creation, disk, check."""
    record(folder, pictures, encode).close()


def record(
    folder: Path, pictures: list, encode: Callable = bytes, frames: int = FRAMES
) -> EpisodeWriter:
    """Append so many frames to a new episode, the given ones again and again."""
    writer = EpisodeWriter(folder, instruction='go')
    for t in range(frames):
        writer.add_frame('front', encode(pictures[t % len(pictures)]), t / RATE, t / RATE)
    return writer


def encode_all(pictures: list[np.ndarray]) -> None:
    """Encode as many frames as an episode has, and keep none."""
    for t in range(FRAMES):
        encode_jpeg(pictures[t % len(pictures)])


def original(folder: Path, pictures: list[np.ndarray]) -> None:
    """Write as the first system did: all in memory, gzip at the end."""
    with h5py.File(folder / 'episode.h5', 'w') as file:
        file.create_dataset('images', data=np.array(pictures), compression='gzip')


def mcap(folder: Path, jpegs: list[bytes]) -> None:
    """Write the pictures to an mcap file."""
    from mcap.writer import CompressionType, Writer

    with (folder / 'episode.mcap').open('wb') as stream:
        writer = Writer(stream, compression=CompressionType.NONE)
        writer.start()
        schema = writer.register_schema('sensor_msgs/msg/CompressedImage', 'ros2msg', b'')
        channel = writer.register_channel('camera', 'cdr', schema)
        for t in range(FRAMES):
            writer.add_message(channel, t, jpegs[t % len(jpegs)], t)
        writer.finish()


def stop_to_saved(jpegs: list[bytes]) -> float:
    """Return the seconds that closing an episode of 60 s takes."""
    with tempfile.TemporaryDirectory() as folder:
        frames = int(60 * RATE)
        writer = record(Path(folder), jpegs, frames=frames)
        for t in range(frames):
            writer.add_command([0.1, 0, 0], t / RATE, t / RATE)
        time.sleep(1.5)  # as while driving: all but the last second is on the disk
        start = time.monotonic()
        writer.close()
        return round(time.monotonic() - start, 4)


class Camera(Node):
    """Publishes pictures and commands at 30 Hz."""

    def __init__(self, jpegs: list[bytes]) -> None:
        super().__init__('camera')
        self._jpegs = jpegs
        self._images = self.create_publisher(CompressedImage, 'camera/image_raw', 5)
        self._commands = self.create_publisher(Twist, 'cmd_vel', 10)
        self.start = self.create_client(StartEpisode, 'recorder/start')
        self._t = 0
        self.create_timer(1.0 / RATE, self._publish)

    def _publish(self) -> None:
        self._t += 1
        message = CompressedImage(format='jpeg', data=self._jpegs[self._t % len(self._jpegs)])
        message.header.stamp = self.get_clock().now().to_msg()
        self._images.publish(message)
        self._commands.publish(Twist())

    def spin_for(self, seconds: float) -> None:
        """Publish for so long [s]."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(self, timeout_sec=0.02)

    def start_episode(self) -> None:
        """Ask until the recorder records."""
        for _ in range(50):
            self.spin_for(0.3)
            if self.start.service_is_ready():
                future = self.start.call_async(StartEpisode.Request(instruction='go'))
                rclpy.spin_until_future_complete(self, future, timeout_sec=10.0)
                if future.result().success:
                    return
        raise TimeoutError('the recorder did not start an episode')


def process_seconds(process: subprocess.Popen) -> float:
    """Return the CPU time that a process has used [s]."""
    fields = Path(f'/proc/{process.pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def node_percent(camera: Camera, command: list[str], records: bool) -> float:
    """Return the share of a core that a subscribing process takes [%]."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        camera.spin_for(3.0)
        if records:
            camera.start_episode()
        before = process_seconds(process)
        camera.spin_for(NODE_SECONDS)
        return 100.0 * (process_seconds(process) - before) / NODE_SECONDS
    finally:
        process.kill()
        process.wait()


def node_core_percent(jpegs: list[bytes]) -> float:
    """Return what the recorder takes beyond an empty subscriber [% of a core]."""
    program = Path(os.environ['MOBILE_VLA_INSTALL']) / 'mobile_vla_recorder/lib'
    with reserve_domain() as domain, tempfile.TemporaryDirectory() as output:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        rclpy.init()
        try:
            camera = Camera(jpegs)
            recorder = [str(program / 'mobile_vla_recorder/recorder'), '--ros-args']
            recorder += ['-p', f'output:={output}', '-p', 'compressed:=true']
            empty = node_percent(camera, [sys.executable, '-c', EMPTY_SUBSCRIBER], False)
            return round(node_percent(camera, recorder, True) - empty, 2)
        finally:
            rclpy.try_shutdown()


def measure() -> dict[str, float | None]:
    """Return all figures."""
    hd, vga = scenes(HD, SCENES), scenes(VGA, SCENES)
    hd_jpegs, vga_jpegs = [list(map(encode_jpeg, pictures)) for pictures in (hd, vga)]
    has_mcap = find_spec('mcap') is not None
    return {
        'jpeg_720p_cpu_ms': cpu_ms(lambda folder: write_episode(folder, hd, encode_jpeg)),
        'jpeg_480p_cpu_ms': cpu_ms(lambda folder: write_episode(folder, vga, encode_jpeg)),
        'encode_alone_720p_cpu_ms': cpu_ms(lambda _: encode_all(hd)),
        'encode_alone_480p_cpu_ms': cpu_ms(lambda _: encode_all(vga)),
        'passthrough_720p_cpu_ms': cpu_ms(lambda folder: write_episode(folder, hd_jpegs)),
        'passthrough_480p_cpu_ms': cpu_ms(lambda folder: write_episode(folder, vga_jpegs)),
        'original_720p_cpu_ms': cpu_ms(lambda folder: original(folder, hd[:20]), 20),
        'mcap_passthrough_720p_cpu_ms': (
            cpu_ms(lambda folder: mcap(folder, hd_jpegs)) if has_mcap else None
        ),
        'stop_to_saved_60s_episode_s': stop_to_saved(hd_jpegs),
        'node_720p30_core_percent': node_core_percent(hd_jpegs),
        'jpeg_720p_bytes': int(np.mean([len(jpeg) for jpeg in hd_jpegs])),
        'jpeg_480p_bytes': int(np.mean([len(jpeg) for jpeg in vga_jpegs])),
    }


def main() -> int:
    """Measure, print, write."""
    options = result_parser(__doc__).parse_args()
    use_one_thread()  # as the recorder does
    return give_result(measure, options.json)


if __name__ == '__main__':
    sys.exit(main())
