"""What nodes say and hear, as ros2 node info tells it.

Usage: endpoints_of.py NODES, as JSON: {full name: ["access name", ...]}. Waits until each node has what is
listed, or for a minute, and two seconds more; prints {full name: ["access name", ...]} as JSON.
"""

import json
import sys
import time

import rclpy
from rclpy.node import NodeNameNonExistentError


def endpoints(node, path):
    namespace, _, name = path.rpartition("/")
    accesses = {
        "publish": node.get_publisher_names_and_types_by_node,
        "subscribe": node.get_subscriber_names_and_types_by_node,
        "reply": node.get_service_names_and_types_by_node,
        "request": node.get_client_names_and_types_by_node,
    }
    try:
        return sorted(
            f"{access} {found}"
            for access, get in accesses.items()
            for found, _ in get(name, namespace or "/")
        )
    except NodeNameNonExistentError:
        return []


def main():
    wanted = json.loads(sys.argv[1])
    rclpy.init(args=[])
    node = rclpy.create_node("endpoints_of")
    end = time.monotonic() + 60

    def look():
        return {path: endpoints(node, path) for path in wanted}

    while time.monotonic() < end:
        found = look()
        if all(set(lines) <= set(found[path]) for path, lines in wanted.items()):
            break
        time.sleep(0.2)
    time.sleep(2)
    print(json.dumps(look()))


main()
