"""A robot of your own: odometry out, cmd_vel in, and a command timeout of its own.

It stands for the driver of a real base. Two wheels on a plane, nothing else: replace `Base` by what
talks to your motors and encoders.

Usage: robot.py --name robot_0 [--x M] [--y M] [--yaw RAD] [--ros-args -p use_sim_time:=true]
"""

import argparse
import math
import sys

import rclpy
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

PERIOD_S = 0.05
# Without a command for this long the base stops. This must be in the base itself: when the agent
# or the network dies, nobody is left to send a zero. Time is the steady clock's, which nobody sets.
COMMAND_TIMEOUT_S = 0.5
VARIANCES = (1e-4, 1e-4, 1e6, 1e6, 1e6, 1e-4)


class Base:
    """Pose (m, rad) and speeds (m/s, rad/s) of two wheels that obey at once."""

    def __init__(self, x, y, yaw):
        self.x, self.y, self.yaw = x, y, yaw
        self.linear = self.angular = 0.0

    def drive(self, linear, angular):
        self.linear, self.angular = linear, angular

    def move(self, seconds):
        self.yaw += self.angular * seconds
        self.x += self.linear * math.cos(self.yaw) * seconds
        self.y += self.linear * math.sin(self.yaw) * seconds


class Driver(Node):
    def __init__(self, name, base):
        super().__init__("driver", namespace=name)
        self.base = base
        self.name = name
        self.steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.commanded = None
        self.moved = self.get_clock().now()
        self.odometry = self.create_publisher(Odometry, "odom", 1)
        self.create_subscription(Twist, "cmd_vel", self.hear, 1)
        # By the steady clock too: the timeout holds where ROS time stands.
        self.create_timer(PERIOD_S, self.step, clock=self.steady)

    def hear(self, twist):
        self.commanded = self.steady.now()
        self.base.drive(twist.linear.x, twist.angular.z)

    def has_timed_out(self):
        if self.commanded is None:
            return True
        return (self.steady.now() - self.commanded).nanoseconds > COMMAND_TIMEOUT_S * 1e9

    def step(self):
        if self.has_timed_out():
            self.base.drive(0.0, 0.0)
        now = self.get_clock().now()
        seconds = (now - self.moved).nanoseconds / 1e9
        self.moved = now
        # Simulated time may begin, stand or go back.
        if 0 < seconds < 1:
            self.base.move(seconds)
        self.tell(now)

    def tell(self, now):
        message = Odometry(child_frame_id=f"{self.name}/base_link")
        message.header.stamp = now.to_msg()
        message.header.frame_id = f"{self.name}/odom"
        message.pose.pose.position.x = self.base.x
        message.pose.pose.position.y = self.base.y
        message.pose.pose.orientation.z = math.sin(self.base.yaw / 2)
        message.pose.pose.orientation.w = math.cos(self.base.yaw / 2)
        message.twist.twist.linear.x = self.base.linear
        message.twist.twist.angular.z = self.base.angular
        # Variances of x, y, z, roll, pitch and yaw: wheels tell nothing of three of them.
        message.pose.covariance[::7] = message.twist.covariance[::7] = VARIANCES
        self.odometry.publish(message)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="robot_0", help="namespace of the robot")
    parser.add_argument("--x", type=float, default=0.0, help="where it begins, m")
    parser.add_argument("--y", type=float, default=0.0, help="where it begins, m")
    parser.add_argument("--yaw", type=float, default=0.0, help="where it looks, rad")
    rclpy.init(args=sys.argv)
    options = parser.parse_args(rclpy.utilities.remove_ros_args(sys.argv)[1:])
    driver = Driver(options.name, Base(options.x, options.y, options.yaw))
    try:
        rclpy.spin(driver)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


main()
