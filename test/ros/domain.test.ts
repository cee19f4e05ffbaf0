import { createSocket } from "node:dgram";
import { once } from "node:events";
import { claimDomain, domainsInUse, reachProblem } from "../../src/ros/domain";

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

test("a domain is in use while any program holds a port of it", async () => {
  const free = await claimDomain();
  free.release();
  const socket = createSocket("udp4");
  expect(domainsInUse()).not.toContain(free.id);
  socket.bind(7400 + 250 * free.id + 249, "127.0.0.1");
  await once(socket, "listening");
  try {
    expect(domainsInUse()).toContain(free.id);
    expect(domainsInUse()).not.toContain(free.id + 1);
  } finally {
    socket.close();
  }
});

test.each([
  ["OFF", /_RANGE is OFF, with which no process hears another: unset it/],
  ["LOCALHOST", /^undefined$/],
  [undefined, /^undefined$/],
])("what is said of range %s", (range, words) => {
  expect(String(reachProblem({ ROS_AUTOMATIC_DISCOVERY_RANGE: range }))).toMatch(words);
});
