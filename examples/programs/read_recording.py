"""Prints each decision of a recording. Usage: read_recording.py FILE.mcap"""

import sys

from mcap_ros2.reader import read_ros2_messages

newest = None
for heard in read_ros2_messages(sys.argv[1], topics=["/global_agent/command"]):
    command = heard.ros_msg
    # Repeats of one decision, for the robots' watchdogs, are passed over.
    if (command.session, command.epoch) != newest:
        newest = (command.session, command.epoch)
        print(heard.log_time, command.epoch, list(command.histogram))
