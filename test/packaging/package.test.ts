/** package.xml, versions, the licence and the messages' words. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python, read, root } from "./checkout";

interface Manifest {
  readonly format: string;
  readonly children: [tag: string, text: string, attributes: Record<string, string>][];
}

/** Refuses what is not well-formed. */
const readXml = `
import json, sys, xml.etree.ElementTree as tree
package = tree.parse(sys.argv[1]).getroot()
print(json.dumps({"format": package.get("format"), "children": [
    [child.tag, " ".join("".join(child.itertext()).split()), child.attrib] for child in package]}))`;

const manifest = python(["-c", readXml, "package.xml"]) as Manifest;
const texts = (tag: string) =>
  manifest.children.filter(([name]) => name === tag).map(([, text]) => text);
const npm = JSON.parse(read("package.json"));

describe("package.xml", () => {
  test("is of format 3, for ament_cmake, with messages", () => {
    expect(manifest.format).toBe("3");
    expect(texts("name")).toEqual([npm.name]);
    expect(texts("export")).toEqual(["ament_cmake"]);
    expect(texts("member_of_group")).toEqual(["rosidl_interface_packages"]);
    expect(texts("license")).toEqual([npm.license]);
    expect(texts("maintainer")).toHaveLength(1);
  });

  test("names the packages of the messages that are sent, and those of the launch files", () => {
    const fields = readdirSync(join(root, "msg")).flatMap((file) =>
      [...read("msg", file).matchAll(/^(?!alternating_marl)(\w+)\//gm)].map(([, name]) => name),
    );
    expect(texts("depend")).toEqual(expect.arrayContaining([...new Set(fields)]));
    expect(texts("exec_depend")).toEqual(
      expect.arrayContaining(["launch", "launch_ros", "ros2launch", "rosidl_default_runtime"]),
    );
  });

  test("has the version of package.json, of python/ and of CHANGELOG.rst's newest entry", () => {
    const newest = /^(\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)\n-{18}/m.exec(read("CHANGELOG.rst"));
    expect(texts("version")).toEqual([npm.version]);
    expect(newest?.[1]).toBe(npm.version);
    expect(read("python", "pyproject.toml")).toContain(`\nversion = "${npm.version}"\n`);
  });
});

test("a command that is no node of a swarm is installed beside the nodes", () => {
  const program = /install_executable\(preflight .*dist\/(src\/cli\/\w+)\.js/.exec(
    read("CMakeLists.txt"),
  );
  expect(read(`${program?.[1]}.ts`)).toContain("runCommand(COMMANDS.preflight");
});

test("LICENSE is the Apache License 2.0", () => {
  expect(read("LICENSE")).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004/);
});

describe.each(readdirSync(join(root, "msg")))("msg/%s", (file) => {
  const lines = read("msg", file).split("\n");
  const isField = (line: string) => /^[a-z]/.test(line);

  test("says what it is, from whom to whom, and its quality of service", () => {
    const head = lines.slice(0, lines.findIndex(isField)).join(" ");
    expect(head).toMatch(/^# .* -> .* QoS: /);
  });

  test("every field has a comment; a header names its clock and frame", () => {
    for (const line of lines.filter(isField)) {
      expect(line).toMatch(/^[\w/]+(\[\])? [a-z][a-z0-9_]* +# .{5,}/);
      if (line.startsWith("std_msgs/Header")) expect(line).toMatch(/ROS time.*frame_id/);
      if (line.startsWith("builtin_interfaces/Time")) expect(line).toContain("ROS time");
    }
  });
});

test.each([
  ["/home/me/my robots", /^The path of this checkout, .* has the character " ".*: move it/],
  ["/home/me:you/robots", /has the character ":"/],
  ["/proc/robots", /you may not write there: let its owner call npm run setup/],
  ["/tmp", /^undefined$/],
])("the set-up says of %s what it is", (folder, words) => {
  const program = `import { folderProblem } from "./scripts/setup/machine.mjs"; console.log(String(folderProblem("${folder}", { ros: true })))`;
  expect(said(program)).toMatch(words);
});

/** What a program prints in this checkout. */
function said(program: string, env: NodeJS.ProcessEnv = process.env): string {
  const args = ["--input-type=module", "-e", program];
  return execFileSync(process.execPath, args, { cwd: root, encoding: "utf8", env }).trim();
}

describe("a ROS 2 that is sourced", () => {
  const folder = mkdtempSync(join(tmpdir(), "ros-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Makes files below the folder. */
  const place = (...files: string[]) => {
    for (const file of files) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), "", { mode: 0o755 });
    }
  };
  const index = "share/ament_index/resource_index/packages";
  place(`overlay/${index}/mine`, "overlay/include/mine/of_overlay", "overlay/lib/libmine.so");
  place(
    `ros/${index}/rcl`,
    "ros/include/rcl/of_ros",
    "ros/include/mine/of_ros",
    "ros/lib/librcl.so",
  );
  place(`.ros/python/${index}/rcl`, "wrappers/bin/ros2");

  const sourced = (...prefixes: string[]) => ({
    ...process.env,
    ROS_DISTRO: "jazzy",
    PATH: `${folder}/wrappers/bin:${process.env.PATH}`,
    AMENT_PREFIX_PATH: prefixes.map((prefix) => join(folder, prefix)).join(":"),
  });
  const environment = "./scripts/setup/environment.mjs";
  const find = `import { sourcedRos } from "${environment}"; console.log(String(sourcedRos()?.prefix))`;

  test("is where the package rcl is, wherever ros2 stands", () => {
    expect(said(find, sourced("overlay", "ros"))).toBe(join(folder, "ros"));
    expect(said(find, sourced("overlay"))).toBe("undefined");
    expect(said(find, sourced(".ros/python", "ros"))).toBe(join(folder, "ros"));
    expect(said(find, sourced(".ros/python"))).toBe("undefined");
    expect(said(find, { ...sourced("ros"), ROS_DISTRO: "" })).toBe("undefined");
  });

  test("is needed for security, which the wheels lack", () => {
    const ask = `import { rosEnvironment } from "${environment}"; try { console.log(rosEnvironment().ROS_DISTRO) } catch (error) { console.log(error.constructor.name, error.message) }`;
    const secure = { ROS_SECURITY_ENABLE: "true" };
    expect(said(ask, { ...sourced("ros"), ...secure })).toBe("jazzy");
    expect(said(ask, { ...sourced(), ...secure })).toMatch(
      /^SetupError ROS_SECURITY_ENABLE is true, and the ROS 2 wheels are built without security .*unset ROS_SECURITY_ENABLE \(docs\/security.md\).$/,
    );
    expect(said(ask, { ...sourced(), ROS_SECURITY_ENABLE: "false" })).toBe("jazzy");
  });

  test("with Python 3.10 has no MuJoCo, and is told so in a sentence", () => {
    const python3 = join(folder, "wrappers", "bin", "python3");
    const ask = `import { pythonVersion } from "./scripts/setup/mujoco.mjs"; try { console.log(pythonVersion()) } catch (error) { console.log(error.message) }`;
    const withPython = (minor: number): string => {
      writeFileSync(python3, `#!/bin/sh\necho ${minor}\n`, { mode: 0o755 });
      return said(ask, sourced("ros"));
    };
    expect(withPython(11)).toBe("11");
    expect(withPython(10)).toMatch(
      /^MuJoCo 4 has no package for Python 3.10, with which this ROS 2 runs: use one with [^.]+ 3.11 [^\n]+\.$/,
    );
  });

  test("is one folder to rclnodejs' build, an overlay's packages before those below", () => {
    const link = `import { linkRos } from "./scripts/setup/native.mjs"; console.log(linkRos("${folder}/links", process.env).PATH)`;
    const [first] = said(link, sourced("overlay", "ros")).split(":");
    expect(readdirSync(first)).toEqual(["ros2"]);
    const held = (part: string) => readdirSync(join(first, "..", part)).sort();
    expect(held("include")).toEqual(["mine", "rcl"]);
    expect(held("include/mine")).toEqual(["of_overlay"]);
    expect(held("lib")).toEqual(["libmine.so", "librcl.so"]);
  });
});
