"""
Passes Ethernet frames between two interfaces, late and with losses, as a bad radio link does.

Usage: forwarder.py ONE OTHER DELAY LOSS (s each way; share of the frames that is lost, drawn by a
fixed seed). For kernels without netem. Prints "passing" once it does.
"""

import collections
import random
import select
import socket
import sys
import time

ALL_PROTOCOLS = 3
LARGEST = 65_536
# Of an Ethernet frame with an IPv4 header: its type, where that header begins, and what UDP is there.
IPV4, HEADER, UDP = b"\x08\x00", 14, 17


def without_checksum(frame):
    """Between namespaces nobody fills in UDP's checksum; 0 says that there is none."""
    if frame[12:14] != IPV4 or frame[HEADER + 9] != UDP:
        return frame
    # A later fragment has no header of UDP.
    if (frame[HEADER + 6] & 0x1F) or frame[HEADER + 7]:
        return frame
    at = HEADER + 4 * (frame[HEADER] & 0x0F) + 6
    return frame[:at] + b"\0\0" + frame[at + 2 :]


def main(one, other, delay, loss):
    draw = random.Random(1).random
    sides = []
    for name in (one, other):
        side = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        side.bind((name, ALL_PROTOCOLS))
        sides.append(side)
    waiting = collections.deque()
    print("passing", flush=True)
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for side in select.select(sides, [], [], patience)[0]:
            frame, (_, _, kind, *_) = side.recvfrom(LARGEST)
            if kind != socket.PACKET_OUTGOING and draw() >= loss:
                to = sides[1 - sides.index(side)]
                waiting.append((time.monotonic() + delay, to, without_checksum(frame)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, to, frame = waiting.popleft()
            to.send(frame)


main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
