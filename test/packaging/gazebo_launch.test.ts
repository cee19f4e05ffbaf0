/** What gazebo.launch.py starts and refuses, as show_launch.py tells. */
import { dirname, join } from "node:path";
import { type Action, gazebo, show } from "./shown_launch";

describe("gazebo.launch.py", () => {
  const chosen = ["gui:=true", "release:=fortress", "partition:=mine"];
  const { actions } = show("gazebo.launch.py", ...gazebo);
  const other = show("gazebo.launch.py", ...gazebo, ...chosen, "real_time_factor:=0.1").actions;
  const find = (from: Action[], kind: string): Action => from.find((each) => each.kind === kind)!;
  const node = (from: Action[], executable: string): Action =>
    from.find((each) => each.executable === executable)!;
  const server = find(actions, "process");
  const bridge = node(actions, "parameter_bridge");

  test("includes the swarm without its simulator, with arguments that the swarm has", () => {
    const names = show("swarm.launch.py").arguments.map(({ name }) => name);
    const passed = Object.fromEntries(find(actions, "include").launch_arguments!);
    expect(names).toEqual(expect.arrayContaining(Object.keys(passed)));
    expect(passed).toMatchObject({ robots: "2", simulator: "false", world: "motion" });
    // It starts the reporter, which keeps the docks.
    expect(passed["reporter"]).toBe("gazebo");
    // Where the swarm refuses an argument, nothing is started and left behind.
    expect(actions.map(({ kind }) => kind)).toEqual(["log", "include", "process", "node"]);
  });

  test("starts Gazebo's server on the world that was written, and ends with it", () => {
    const [world] = server.cmd!.slice(-1);
    expect(server.cmd).toEqual(["gz", "sim", "-s", "-r", world]);
    expect(bridge.parameters).toEqual([{ config_file: join(dirname(world), "bridge.yaml") }]);
    expect(find(actions, "log").msg).toContain(`${dirname(world)}: dock_dispatch, 2 robots`);
    expect(server.on_exit!["0"]).toEqual([expect.objectContaining({ kind: "shutdown" })]);
    expect(server.on_exit!["1"]).toEqual([expect.objectContaining({ kind: "refused" })]);
    expect(find(other, "process").cmd!.slice(0, -1)).toEqual(["ign", "gazebo", "-r"]);
  });

  test("gives Gazebo and bridge a partition of their own on this machine, and starts the bridge again", () => {
    const { GZ_PARTITION: partition, ...others } = server.additional_env!;
    expect(find(actions, "log").msg).toContain(`GZ_PARTITION=${partition}`);
    expect(others).toMatchObject({ GZ_IP: "127.0.0.1", IGN_IP: "127.0.0.1" });
    expect(others["IGN_PARTITION"]).toBe(partition);
    expect(others["GZ_SIM_SYSTEM_PLUGIN_PATH"]).toMatch(/\/lib$/);
    expect(bridge).toMatchObject({ additional_env: server.additional_env, respawn: true });
    // By the launch's own process.
    expect(partition).toMatch(/^alternating_marl_\d+$/);
    expect(node(other, "parameter_bridge").additional_env!["GZ_PARTITION"]).toBe("mine");
  });

  test("warns of a real-time factor at which robots stop and go", () => {
    expect(find(other, "log").msg).toContain("Robots will stop and go");
    expect(find(actions, "log").msg).not.toContain("stop and go");
  });

  test.each([
    ["fidelity:=abstract", /fidelity:= is for other worlds/],
    ["speed:=2.0", /speed:= is for other worlds/],
    ["robots:=101", /robots:=101 is not allowed: give a whole number from 1 to 100/],
    ["robots:=60", /a zone of radius .* cannot hold 60 robots/],
    ["installed:=gz,ros_gz_bridge", /command_timeout.so was not built, so robots would drive on/],
    ["installed:=ros_gz_bridge,command_timeout", /no gz on PATH: install Gazebo/],
    ["installed:=gz,command_timeout", /ros_gz_bridge is not installed/],
  ])("refuses %s before anything is started", (wrong, why) => {
    const shown = show("gazebo.launch.py", ...gazebo, wrong).actions;
    expect(shown[0]).toMatchObject({ kind: "refused", why: expect.stringMatching(why) as string });
  });
});
