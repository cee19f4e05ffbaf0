"""Which publishers of a graph a recorder with given profiles would hear, by rclpy's own rules.

Usage: check_qos.py PROFILES, as JSON: {topic: {history, depth, reliability, durability}}. Waits until each
topic has a publisher; prints {topic: ["OK", "WARNING" or "ERROR" for each publisher]} as JSON.
"""

import json
import sys
import time

import rclpy
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    qos_check_compatible,
    QoSProfile,
    ReliabilityPolicy,
)


def profile(words):
    return QoSProfile(
        depth=words["depth"],
        history=HistoryPolicy[words["history"].upper()],
        reliability=ReliabilityPolicy[words["reliability"].upper()],
        durability=DurabilityPolicy[words["durability"].upper()],
        liveliness=LivelinessPolicy.AUTOMATIC,
    )


def main():
    rclpy.init(args=[])
    node = rclpy.create_node("check_qos")
    found = {}
    for topic, words in json.loads(sys.argv[1]).items():
        while not node.get_publishers_info_by_topic(topic):
            time.sleep(0.05)
        offered = [info.qos_profile for info in node.get_publishers_info_by_topic(topic)]
        found[topic] = [qos_check_compatible(one, profile(words))[0].name for one in offered]
    print(json.dumps(found))


main()
