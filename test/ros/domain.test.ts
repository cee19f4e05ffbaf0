import { createSocket } from "node:dgram";
import { once } from "node:events";
import { claimDomain, discoveryProblem, participantsIn } from "../../src/ros/domain";

test("two claims give two domains, and a wanted one that is taken is refused with what to do", async () => {
  const first = await claimDomain();
  const second = await claimDomain();
  try {
    expect(second.id).not.toBe(first.id);
    await expect(claimDomain(first.id)).rejects.toThrow(
      `ROS domain ${first.id} is used by another swarm of this machine; unset ROS_DOMAIN_ID or choose another`,
    );
  } finally {
    first.release();
    second.release();
  }
});

test("a released domain can be claimed again", async () => {
  const claimed = await claimDomain();
  claimed.release();
  const again = await claimDomain(claimed.id);
  expect(again.id).toBe(claimed.id);
  again.release();
});

test.each([
  ["discovery", 0],
  ["first participant", 11],
])("a domain whose %s's port a stranger holds is passed over", async (_whose, offset) => {
  const free = await claimDomain();
  free.release();
  const stranger = createSocket("udp4");
  stranger.bind(7400 + 250 * free.id + offset, "127.0.0.1");
  await once(stranger, "listening");
  const claimed = await claimDomain();
  try {
    expect(claimed.id).not.toBe(free.id);
  } finally {
    claimed.release();
    stranger.close();
  }
});

test("the processes of a domain are counted by the ports that they hold", async () => {
  const domain = await claimDomain();
  const before = participantsIn(domain.id);
  const sockets = [10, 11, 14].map((offset) => {
    const socket = createSocket("udp4");
    return socket.bind(7400 + 250 * domain.id + offset, "127.0.0.1");
  });
  await Promise.all(sockets.map((socket) => once(socket, "listening")));
  try {
    expect([before, participantsIn(domain.id)]).toEqual([0, 2]);
  } finally {
    sockets.forEach((socket) => socket.close());
    domain.release();
  }
});

test("where Linux gives a domain's ports to any program, who has one of the two is not counted", async () => {
  const domain = 150;
  const before = participantsIn(domain);
  const sockets = [214, 216, 217].map((offset) => {
    const socket = createSocket("udp4");
    return socket.bind(7400 + 250 * domain + offset, "127.0.0.1");
  });
  await Promise.all(sockets.map((socket) => once(socket, "listening")));
  try {
    expect(participantsIn(domain) - before).toBe(1);
  } finally {
    sockets.forEach((socket) => socket.close());
  }
});

test("the last domain has ports for 63 processes", () => {
  const environment = { ROS_AUTOMATIC_DISCOVERY_RANGE: "SUBNET" };
  expect(discoveryProblem(environment, 232, 63, 0)).toBeUndefined();
  expect(discoveryProblem(environment, 232, 64, 0)).toMatch(/only 63 find each other/);
});

test.each([
  ["OFF", 5, 0, /_RANGE is OFF, with which no process hears another: unset it/],
  [
    "LOCALHOST",
    5,
    28,
    /^5 processes are to be started and 28 of this machine are in ROS domain 7;/,
  ],
  ["LOCALHOST", 33, 0, /only 32 find each other: end others, .* or start fewer robots/],
  ["LOCALHOST", 5, 27, /^undefined$/],
  ["SUBNET", 5, 28, /^undefined$/],
  ["SUBNET", 5, 96, /only 100 find each other/],
])("with range %s, %d processes beside %d: %s", (range, wanted, there, words) => {
  const environment = { ROS_AUTOMATIC_DISCOVERY_RANGE: range };
  expect(String(discoveryProblem(environment, 7, wanted, there))).toMatch(words);
});
