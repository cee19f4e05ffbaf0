"""Plays Gazebo and ros_gz_bridge: speaks what a bridge.yaml says, as the bridge does, for unicycles.

Usage: gazebo_bridge.py BRIDGE_YAML STATE_JSON. STATE_JSON holds {"bodies": [{"name", "x", "y", "yaw"}],
"time": s}; it is written anew with every odometry, so that a bridge started again finds Gazebo as it is.
A body holds a command for at most 0.2 s, as by the command timeout.
"""

import json
import math
import os
import sys
import time

from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
import rclpy
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock
import yaml

PERIOD = 0.05
TIMEOUT = 0.2
TYPES = {
    f"{kind.__module__.split('.')[0]}/msg/{kind.__name__}": kind
    for kind in (Clock, Odometry, Twist)
}


class World:
    def __init__(self, node, entries, file):
        self.file, self.state = file, json.loads(open(file).read())
        self.commands = {}
        self.publishers = {}
        for entry in entries:
            kind, topic = TYPES[entry["ros_type_name"]], entry["gz_topic_name"]
            if entry["direction"] == "GZ_TO_ROS":
                qos = QoSProfile(depth=entry["publisher_queue"])
                self.publishers[topic] = node.create_publisher(kind, entry["ros_topic_name"], qos)
            else:
                qos = QoSProfile(depth=entry["subscriber_queue"])
                hear = self.hearer(topic)
                node.create_subscription(kind, entry["ros_topic_name"], hear, qos)
        node.create_timer(PERIOD, self.step)

    def hearer(self, topic):
        def hear(twist):
            self.commands[topic] = (time.monotonic(), twist.linear.x, twist.angular.z)

        return hear

    def step(self):
        self.state["time"] += PERIOD
        seconds = int(self.state["time"])
        stamp = Clock().clock
        stamp.sec, stamp.nanosec = seconds, int((self.state["time"] - seconds) * 1e9)
        for body in self.state["bodies"]:
            since, linear, angular = self.commands.get(f"/{body['name']}/cmd_vel", (0, 0, 0))
            if time.monotonic() - since > TIMEOUT:
                linear = angular = 0.0
            body["yaw"] += angular * PERIOD
            body["x"] += linear * math.cos(body["yaw"]) * PERIOD
            body["y"] += linear * math.sin(body["yaw"]) * PERIOD
            self.publishers[f"/{body['name']}/odom"].publish(
                self.odometry(body, stamp, linear, angular)
            )
        self.publishers["/clock"].publish(Clock(clock=stamp))
        with open(f"{self.file}.new", "w") as file:
            json.dump(self.state, file)
        os.replace(f"{self.file}.new", self.file)

    @staticmethod
    def odometry(body, stamp, linear, angular):
        message = Odometry(child_frame_id=f"{body['name']}/base_link")
        message.header.stamp, message.header.frame_id = stamp, "map"
        message.pose.pose.position.x, message.pose.pose.position.y = body["x"], body["y"]
        message.pose.pose.orientation.z = math.sin(body["yaw"] / 2)
        message.pose.pose.orientation.w = math.cos(body["yaw"] / 2)
        message.twist.twist.linear.x, message.twist.twist.angular.z = linear, angular
        return message


def main():
    rclpy.init(args=[])
    node = rclpy.create_node("ros_gz_bridge")
    World(node, yaml.safe_load(open(sys.argv[1])), sys.argv[2])
    rclpy.spin(node)


main()
