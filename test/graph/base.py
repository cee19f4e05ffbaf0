"""Drives robot_0's base at 2 m/s for a second, falls silent, and says as JSON what odometry told.

`silent`, `stood`: when the last command was sent, and when odometry said that the base stood, s of the
monotonic clock; `rate`: messages a simulated second.
"""

import json
import time

import rclpy
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry

DRIVE, PATIENCE = 1.0, 20.0


def main():
    rclpy.init()
    node = rclpy.create_node("driver")
    command = node.create_publisher(Twist, "/robot_0/base/cmd_vel", 1)
    heard, sent = [], []
    node.create_subscription(
        Odometry, "/robot_0/odom", lambda m: heard.append((time.monotonic(), m)), 10
    )

    drive = Twist()
    drive.linear.x = 2.0

    def spin(until, drives=False):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not until():
            if drives:
                sent.append(time.monotonic())
                command.publish(drive)
            rclpy.spin_once(node, timeout_sec=0.05)

    spin(lambda: heard and command.get_subscription_count() > 0)
    begin = time.monotonic()
    spin(lambda: time.monotonic() - begin > DRIVE, True)
    silent = sent[-1]
    spin(lambda: abs(heard[-1][1].twist.twist.linear.x) < 0.02)
    stood = heard[-1][0]
    place = heard[-1][1].pose.pose.position
    spin(lambda: time.monotonic() - silent > 1.5)
    times = [m.header.stamp.sec + m.header.stamp.nanosec / 1e9 for _, m in heard]
    last = heard[-1][1]
    told = {
        "fastest": max(m.twist.twist.linear.x for _, m in heard),
        "silent": silent,
        "stood": stood,
        "rolled": abs(last.pose.pose.position.x - place.x)
        + abs(last.pose.pose.position.y - place.y),
        "frames": [last.header.frame_id, last.child_frame_id],
        "rate": (len(times) - 1) / (times[-1] - times[0]),
    }
    print(json.dumps(told))


main()
