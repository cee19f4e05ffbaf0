"""Prints each decision of a running swarm: epoch, counts of the answers, and whether it is stopped."""

import rclpy
from alternating_marl.msg import GlobalCommand
from rclpy.executors import ExternalShutdownException

newest = None


def hear(command):
    """A command is repeated ten times a second for the robots' watchdogs: only news is printed."""
    global newest
    decision = (command.session, command.epoch, command.emergency_stop)
    if decision == newest:
        return
    newest = decision
    print(command.epoch, list(command.histogram), command.emergency_stop, flush=True)


rclpy.init()
node = rclpy.create_node("listener")
node.create_subscription(GlobalCommand, "/global_agent/command", hear, 1)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, ExternalShutdownException):
    pass
