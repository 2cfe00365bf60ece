# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The formats, in words, for `episodes convert --help`."""

EPILOG = """\
read
  ours     an episode of this suite (*.h5)
  G        observations/images (T,H,W,3) RGB, action (T,4), episode_metadata
  V1       images (N,H,W,3) BGR, actions (N,3), action_event_types; the first row, a STOP with
           event episode_start, was driven by nobody and is left out
  V4       as V1, actions (N,2) are linear_x, linear_y
  V5       observations/images RGB, actions (N,3); ends with 5 injected STOP rows, left out
  V6       images BGR, actions (N,3), action_event_types; rows of stop_inject are left out
  rosbag2  a folder with metadata.yaml, *.mcap or *.db3: Image or CompressedImage, Twist or
           TwistStamped, Odometry, Imu, JointState, String; one that was made here of an episode
           gives back its labels, cameras and events

  Of G and V1 to V6 the times are made: even, by total_duration where the file has one, else at
  6 Hz. An action type that the file does not hold follows from the velocity. Each thing assumed
  is a line of the output, an event and an attribute of the episode.

write
  ours     one *.h5 for each recording, pictures as JPEG (--jpeg-quality where the source is raw;
           JPEG that is there already is kept as it is), actions by the alignment rule
  g        layout G with the decoded pictures, not compressed (2.8 MB a frame of 1280x720); also
           observations/timestamps (T,) [s] and language_instruction; the scenario is in the
           file's name
  lerobot  one LeRobot data set v3.0: observation.images.CAMERA (the JPEG as recorded),
           observation.state (measured linear_x, linear_y, angular_z, where there is odometry),
           action (linear_x, linear_y, angular_z, action_type), capture_time (true, from the first
           frame [s]), task = instruction. LeRobot knows an even, whole rate only
  mcap     CompressedImage, TwistStamped, Odometry, Imu, JointState and String with their schemas,
           for Foxglove and `ros2 bag play`; labels also on /episode/labels, events on
           /episode/events, action types that were given on /episode/action_type (Int8)
  mp4      H.264, every picture shown when it was taken

  Outputs appear whole or not at all. What is raw in the source goes through JPEG once, to
  whatever format.

libraries, needed for these formats only
  rosbag2: rosbags; mcap: rosbags, mcap; lerobot: pyarrow; mp4: av (all from pip)

exit status
  0 all converted, 1 a recording or messages of one are missing, 2 nothing was converted

examples
  episodes convert old_recordings --output episodes
  episodes convert old.h5 --output episodes --color-order rgb --rate 10
  episodes convert bag --output episodes --image-topic /camera/image_raw --instruction 'go left'
  episodes convert episodes --to lerobot --output datasets/cup
"""
