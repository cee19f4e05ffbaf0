"""An independent peer: hears a swarm with rclpy and says what it heard, one JSON object a line.

Times are those of the monotonic clock at arrival, in seconds. Standard input takes operations, one
JSON object a line: advertise, publish (fields of a message, or the wire's bytes as hex), count and
call.
Commands and velocities bear the time at which they were sent instead: on a loaded machine this
process may read them late.
"""

import argparse
import importlib
import json
import math
import os
import sys
import threading
import time

import rclpy
from rcl_interfaces.msg import Log
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from alternating_marl.msg import AgentState, GlobalCommand, LocalPolicy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock

WaitSet = rclpy_implementation.WaitSet

LATCHED = QoSProfile(
    depth=100,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
RELIABLE = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
SENSOR = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
NODE = "peer"
# An operation that waits longer gives up, s: peer.ts has given up by then.
PATIENCE = 40
# A client that is made meanwhile is heard after this time, ns.
NEXT_NS = 20_000_000
# Messages that are sent at the same time are taken together, s.
TOGETHER = 0.002

# The middleware writes its own errors on standard output: they go to standard error.
events = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
output = threading.Lock()


def steady_offset():
    """The monotonic clock minus system time, read where nothing came between the two, s."""

    def reading():
        before = time.monotonic()
        offset = before - time.time()
        return time.monotonic() - before, offset

    return min(reading() for _ in range(100))[1]


# Read once: between two readings for each message this process may wait for a core.
STEADY_OFFSET = steady_offset()


def say(kind, info=None, at=None, **what):
    now = time.monotonic() if at is None else at
    if info is not None:
        now = info["source_timestamp"] / 1e9 + STEADY_OFFSET
    line = json.dumps({"kind": kind, "time": now, **what})
    try:
        with output:
            events.write(line + "\n")
            events.flush()
    except BrokenPipeError:
        # The test has ended.
        os._exit(1)


def plain(value):
    """Converts a message to what JSON can hold."""
    if hasattr(value, "get_fields_and_field_types"):
        return {name: plain(getattr(value, name)) for name in value.get_fields_and_field_types()}
    if isinstance(value, (str, bytes, int, float, bool)):
        return value
    return [plain(item) for item in value]


def fill(message, fields):
    """Fills a message from JSON; objects in a list give their type as "type"."""
    for name, value in fields.items():
        if isinstance(value, dict):
            fill(getattr(message, name), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            made = [dict(one) for one in value]
            setattr(message, name, [fill(message_class(one.pop("type"))(), one) for one in made])
        else:
            # 4.0 comes from JSON as the int 4, which a float field does not take.
            is_float = isinstance(getattr(message, name), float)
            setattr(message, name, float(value) if is_float else value)
    return message


def interface_class(family, name):
    package, _, kind = name.partition(f"/{family}/")
    return getattr(importlib.import_module(f"{package}.{family}"), kind)


def message_class(name):
    return interface_class("msg", name)


def hear(node, options):
    node.create_subscription(
        GlobalCommand,
        "/global_agent/command",
        lambda message, info: say("command", info, message=plain(message)),
        LATCHED,
    )
    node.create_subscription(
        LocalPolicy,
        "/local_policy",
        lambda message, _: say("policy", message=plain(message)),
        LATCHED,
    )
    bodies = [f"robot_{i}" for i in range(options.robots)] + ["lead"]
    for body in bodies if options.velocities else []:

        def velocity(body, message, info):
            say("velocity", info, body=body, linear=message.linear.x, angular=message.angular.z)

        node.create_subscription(
            Twist, f"/{body}/cmd_vel", lambda m, info, body=body: velocity(body, m, info), RELIABLE
        )
    for body in bodies if options.odometry else []:

        def odometry(body, message):
            twist = message.twist.twist
            x = message.pose.pose.position.x
            told = {"linear": twist.linear.x, "angular": twist.angular.z}
            say("odometry", body=body, x=x if math.isfinite(x) else None, **told)

        node.create_subscription(
            Odometry, f"/{body}/odom", lambda m, _, body=body: odometry(body, m), SENSOR
        )
    for body in bodies[:-1] if options.states else []:
        node.create_subscription(
            AgentState, f"/{body}/state", lambda m, _: say("state", message=plain(m)), LATCHED
        )
    for topic, kind in options.hear:

        def heard(topic, message):
            say("heard", topic=topic, message=plain(message))

        node.create_subscription(
            message_class(kind), topic, lambda m, _, topic=topic: heard(topic, m), RELIABLE
        )
    if options.diagnostics:
        node.create_subscription(
            DiagnosticArray,
            "/diagnostics",
            lambda message, _: [hear_status(status) for status in message.status],
            RELIABLE,
        )
    if options.clock:
        node.create_subscription(
            Clock,
            "/clock",
            lambda m, _: say("clock", now=m.clock.sec + m.clock.nanosec / 1e9),
            SENSOR,
        )
    if options.log:
        node.create_subscription(
            Log, "/rosout", lambda m, _: say("log", name=m.name, level=m.level, text=m.msg), LATCHED
        )


def hear_status(status):
    level = int.from_bytes(status.level, "little")
    say("diagnostic", level=level, name=status.name, text=status.message)


def watch_graph(node, robots, period):
    """Reports periodically which nodes subscribe to which robots' states."""
    while rclpy.ok():
        live = []
        for i in range(robots):
            for info in node.get_subscriptions_info_by_topic(f"/robot_{i}/state"):
                if info.node_name != NODE:
                    live.append([f"robot_{i}", info.node_name])
        say("graph", live=live)
        time.sleep(period)


def wait_until(what, holds):
    """Polls until it holds; raises TimeoutError after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE} s: {what}")
        time.sleep(0.01)


class Operations:
    def __init__(self, node):
        self.node = node
        self.publishers = {}

    def publisher(self, topic, type, latched=False, lossy=False):
        if topic not in self.publishers:
            qos = LATCHED if latched else SENSOR if lossy else RELIABLE
            made = self.node.create_publisher(message_class(type), topic, qos)
            self.publishers[topic] = made
        return self.publishers[topic]

    def advertise(self, subscribers=0, **where):
        made = self.publisher(**where)
        wait_until(
            f"{subscribers} subscribers of {where['topic']}",
            lambda: made.get_subscription_count() >= subscribers,
        )
        say("advertised", topic=where["topic"])

    def publish(self, fields=None, hex=None, zeros=0, **where):
        made = self.publisher(**where)
        message = (
            bytes.fromhex(hex) + bytes(zeros)
            if hex
            else fill(message_class(where["type"])(), fields)
        )
        # The time of sending, not of the report.
        sent = time.monotonic()
        made.publish(message)
        say("published", at=sent, topic=where["topic"])

    def count(self, topic, publishers):
        """Says so when a topic has so many publishers."""
        wait_until(
            f"{publishers} publishers of {topic}",
            lambda: self.node.count_publishers(topic) == publishers,
        )
        say("counted", topic=topic)

    def call(self, service, type, fields):
        kind = interface_class("srv", type)
        client = self.node.create_client(kind, service)
        if not client.wait_for_service(timeout_sec=PATIENCE):
            raise TimeoutError(f"no service {service} within {PATIENCE} s")
        future = client.call_async(fill(kind.Request(), fields))
        future.add_done_callback(
            lambda done: say("answer", service=service, response=plain(done.result()))
        )


def take_message(subscription):
    """Whether there was one."""
    got = subscription.handle.take_message(subscription.msg_type, False)
    if got is not None:
        subscription.callback(*got)
    return got is not None


def take_answer(client):
    """Whether there was one."""
    header, response = client.handle.take_response(client.srv_type.Response)
    if header is not None:
        client.get_pending_request(header.request_id.sequence_number).set_result(response)
    return header is not None


def take_all(entity, take):
    """Goes on after a message that cannot be decoded."""
    try:
        while take(entity):
            pass
    except Exception as error:
        print(f"peer: {error}", file=sys.stderr)


def spin(node):
    """Hears everything. rclpy's own executor needs twice the time: it wakes for each message."""
    while rclpy.ok():
        subscriptions = {entity.handle.pointer: entity for entity in node.subscriptions}
        clients = {entity.handle.pointer: entity for entity in node.clients}
        counts = len(subscriptions), 0, 0, len(clients), 0, 0
        waiting = WaitSet(*counts, node.context.handle)
        waiting.clear_entities()
        for entity in subscriptions.values():
            waiting.add_subscription(entity.handle)
        for entity in clients.values():
            waiting.add_client(entity.handle)
        waiting.wait(NEXT_NS)
        for pointer in waiting.get_ready_entities("subscription"):
            take_all(subscriptions[pointer], take_message)
        for pointer in waiting.get_ready_entities("client"):
            take_all(clients[pointer], take_answer)
        time.sleep(TOGETHER)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--node", default=NODE, help="its name")
    parser.add_argument("--robots", type=int, default=0)
    parser.add_argument("--velocities", action="store_true")
    parser.add_argument("--odometry", action="store_true")
    parser.add_argument("--states", action="store_true")
    parser.add_argument("--log", action="store_true")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--diagnostics", action="store_true")
    parser.add_argument(
        "--hear", nargs=2, action="append", default=[], help="a topic, and its type"
    )
    parser.add_argument("--graph", type=float, help="look at the graph each so many seconds")
    options = parser.parse_args()
    rclpy.init(args=[])
    node = rclpy.create_node(options.node)
    hear(node, options)
    if options.graph:
        arguments = (node, options.robots, options.graph)
        threading.Thread(target=watch_graph, args=arguments, daemon=True).start()
    threading.Thread(target=spin, args=(node,), daemon=True).start()
    say("ready")
    operations = Operations(node)
    for line in sys.stdin:
        operation = json.loads(line)
        try:
            getattr(operations, operation.pop("do"))(**operation)
        except TimeoutError as error:
            print(f"peer: {error}", file=sys.stderr)


main()
