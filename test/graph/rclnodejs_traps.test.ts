/** What rclnodejs' own node does not hear, and ours does. */
import { claimDomain, type Domain } from "../../src/ros/domain";
import { TOPICS } from "../../src/ros/topics";
import { Child } from "./child";
import { Peer } from "./peer";
import { environmentOf } from "./swarm";

let domain: Domain;

beforeAll(async () => {
  domain = await claimDomain();
});

afterAll(() => domain?.release());

test("a /clock sent best effort is heard by our nodes; rclnodejs' own hears a reliable one alone", async () => {
  const rosArgs = ["-p", "use_sim_time:=true"];
  const fixture = "test/graph/fixtures/two_clocks.js";
  const child = new Child(environmentOf(domain), fixture, { rosArgs });
  try {
    await child.says("plain 7");
    expect(child.said).toContain("own 5");
    expect(child.said).not.toContain("plain 5");
  } finally {
    await child.end();
  }
});

test("a participant whose node cannot be made leaves no context", async () => {
  const child = new Child(environmentOf(domain), "test/graph/fixtures/failed_participant.js");
  try {
    await child.says("failed yes");
    expect(child.said).toContain("failed yes, left 0 of 1");
  } finally {
    await child.end();
  }
});

test("a subscription made while a node sleeps is heard at once; rclnodejs' own wakes by another message", async () => {
  const environment = environmentOf(domain);
  const fixture = "test/graph/fixtures/late_subscriptions.js";
  const [own, plain] = ["own", "plain"].map(
    (name) => new Child(environment, fixture, { words: [name] }),
  );
  const peer = new Peer(environment, []);
  try {
    await peer.publish(TOPICS.population, { population: 1 });
    await peer.advertise(TOPICS.emergencyStop, 2);
    await peer.advertise(TOPICS.population, 2);
    await own.says("heard population");
    await peer.publish(TOPICS.emergencyStop, { source: "a test" });
    await own.says("heard stop");
    await plain.says("heard population");
    expect(own.said.trim().split("\n")).toEqual(["heard population", "heard stop"]);
    expect(plain.said.trim().split("\n")).toEqual(["heard stop", "heard population"]);
  } finally {
    await Promise.all([own.end(), plain.end(), peer.end()]);
  }
});
