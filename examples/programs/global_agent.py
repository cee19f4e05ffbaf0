"""A global agent in Python: asks K of N robots in each epoch, remembers, and commands.

Usage: global_agent.py POLICY N K, in place of the package's own global agent (docs/python.md).
"""

import itertools
import random
import sys

import numpy as np
import rclpy
from alternating_marl.msg import AgentState, GlobalCommand, GlobalState, LocalPolicy
from alternating_marl_policy import Filter, load_policy
from rclpy.clock import Clock, ClockType
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.time import Time

EPOCH = 6_000_000_000  # ns of simulated time
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def now():
    return node.get_clock().now()


def ask(kind, topics, since):
    """The state on each of these topics, once it is stamped since then, ns."""
    heard = {}

    def hear(topic, message):
        if Time.from_msg(message.header.stamp).nanoseconds >= since:
            heard[topic] = message.state

    asked = [node.create_subscription(kind, t, lambda m, t=t: hear(t, m), LATCHED) for t in topics]
    while len(heard) < len(topics):
        rclpy.spin_once(node)
    for subscription in asked:
        node.destroy_subscription(subscription)
    return list(heard.values())


def repeat():
    """A robot that hears no command for half a second stands still."""
    command.header.stamp = now().to_msg()
    commands.publish(command)


policy, n, k = load_policy(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
memory, (sG, aG, sL, aL) = Filter(policy, n), policy.sizes
rclpy.init(args=["--ros-args", "-p", "use_sim_time:=true"])
node = rclpy.create_node("global_agent")
commands = node.create_publisher(GlobalCommand, "/global_agent/command", LATCHED)
rules = node.create_publisher(LocalPolicy, "/local_policy", LATCHED)
rule = LocalPolicy(policy_sha256=policy.sha256, scenario_sha256=policy.game.sha256)
rule.local_states, rule.global_states, rule.local_actions = sL, sG, aL
rule.global_actions = aG if policy.local_form == "command" else 0
rule.local_policy = policy.local_policy.ravel().tolist()
rules.publish(rule)
command = GlobalCommand(session=random.getrandbits(32), population=n, sample_size=k)
command.observation, command.policy_sha256 = "filter", policy.sha256
for epoch in itertools.count():
    decided = (epoch + 1) * EPOCH
    while now().nanoseconds < decided:
        rclpy.spin_once(node)
    if policy.game.horizon and epoch % policy.game.horizon == 0:
        memory.reset()  # a new shift
    robots = [f"robot_{i}" for i in random.sample(range(n), k)]
    counts = np.bincount(ask(AgentState, [f"/{r}/state" for r in robots], decided), minlength=sL)
    [lead] = ask(GlobalState, ["/global_agent/state"], decided)
    memory.correct(counts)
    action = policy.act(lead, belief=memory.belief)
    command.epoch, command.decision_time = epoch, Time(nanoseconds=decided).to_msg()
    command.global_state, command.action = lead, action
    command.sampled_agents, command.histogram = robots, counts.tolist()
    command.belief, command.belief_variance = memory.belief.tolist(), memory.variance
    if epoch == 0:
        node.create_timer(0.1, repeat, clock=Clock(clock_type=ClockType.STEADY_TIME))
    repeat()
    memory.predict(lead, action)
