"""A world in rclpy: publishes odom and obeys cmd_vel, by the wall clock.

Usage: world.py BODIES CMD_VEL, a JSON list of {"name", "x", "y", "yaw"} (m, rad) and the topic of
their commands, such as cmd_vel; unicycles that hold a command for at most half a second, odometry at
20 Hz.
"""

import json
import math
import sys

import rclpy
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.qos import QoSProfile, ReliabilityPolicy

PERIOD = 0.05
TIMEOUT = 0.5
SENSOR = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class Body:
    def __init__(self, node, name, x, y, yaw):
        self.node, self.name = node, name
        self.x, self.y, self.yaw = x, y, yaw
        self.linear = self.angular = 0.0
        self.commanded = 0.0
        self.publisher = node.create_publisher(Odometry, f"/{name}/odom", SENSOR)
        node.create_subscription(Twist, f"/{name}/{sys.argv[2]}", self.hear, 1)

    def hear(self, twist):
        self.linear, self.angular = twist.linear.x, twist.angular.z
        self.commanded = self.now()

    def now(self):
        return self.node.get_clock().now().nanoseconds / 1e9

    def step(self):
        if self.now() - self.commanded > TIMEOUT:
            self.linear = self.angular = 0.0
        self.yaw += self.angular * PERIOD
        self.x += self.linear * math.cos(self.yaw) * PERIOD
        self.y += self.linear * math.sin(self.yaw) * PERIOD
        message = Odometry(child_frame_id=f"{self.name}/base_link")
        message.header.stamp = self.node.get_clock().now().to_msg()
        message.header.frame_id = "map"
        message.pose.pose.position.x, message.pose.pose.position.y = self.x, self.y
        message.pose.pose.orientation.z = math.sin(self.yaw / 2)
        message.pose.pose.orientation.w = math.cos(self.yaw / 2)
        message.twist.twist.linear.x, message.twist.twist.angular.z = self.linear, self.angular
        self.publisher.publish(message)


def main():
    rclpy.init(args=[])
    node = rclpy.create_node("world")
    bodies = [Body(node, **body) for body in json.loads(sys.argv[1])]
    node.create_timer(PERIOD, lambda: [body.step() for body in bodies])
    rclpy.spin(node)


main()
