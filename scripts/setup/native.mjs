import fs from "node:fs";
import path from "node:path";
import { availableParallelism } from "node:os";
import { inFront, rosEnvironment, sourcedRos } from "./environment.mjs";
import { nodePrefix } from "./machine.mjs";
import { emptyFolder, hashFiles, hashOf, inRoot, rclnodejs, SetupError, stepOf } from "./base.mjs";
import { tool, toolEnvironment } from "./tool.mjs";
import { wheelsKey } from "./wheels.mjs";

const native = inRoot(".ros", "native");
const name = "rclnodejs.node";
const built = path.join(rclnodejs, "build", "Release", name);
const kept = path.join(native, name);

const rclnodejsVersion = () =>
  JSON.parse(fs.readFileSync(inRoot("package-lock.json"), "utf8")).packages[
    "node_modules/rclnodejs"
  ].version;

/** What the binary is made from: rclnodejs, this Node.js and the ROS 2 that is used. */
export function nativeKey() {
  const node = [process.version, process.arch, nodePrefix];
  const recipe = hashFiles("scripts/setup/native.mjs");
  return hashOf([rclnodejsVersion(), node, sourcedRos() ?? wheelsKey(), recipe]);
}

/**
 * rclnodejs takes the folder above that of `ros2` for the ROS 2, with one include/ and one lib/ for
 * all packages. A folder of links stands for that, wherever `ros2` and each package are.
 * @returns the environment in which it is found
 */
export function linkRos(folder, env) {
  const prefixes = env.AMENT_PREFIX_PATH.split(path.delimiter).filter(Boolean);
  for (const part of ["include", "lib"]) {
    const parts = prefixes.map((prefix) => path.join(prefix, part)).filter(fs.existsSync);
    // What comes first, an overlay, holds.
    const found = parts
      .reverse()
      .flatMap((from) => fs.readdirSync(from).map((name) => [name, from]));
    fs.mkdirSync(path.join(folder, part), { recursive: true });
    for (const [name, from] of new Map(found)) {
      fs.symlinkSync(path.join(from, name), path.join(folder, part, name));
    }
  }
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, "ros2"), "#!/bin/sh\n", { mode: 0o755 });
  return { ...env, PATH: inFront(env.PATH, bin) };
}

const bindings = "src/rcl_subscription_bindings.cpp";
/**
 * What is changed in rclnodejs: a file, what stands in it once, and what it becomes. A raw message
 * longer than the subscription's `handle.mostBytes` is taken off the middleware without a copy, and
 * its length is given in its place: to copy 200 MB twice takes longer than a robot waits for its next
 * command. `handle.publisher` becomes the identity (hex) of whoever published the raw message that is
 * taken. Small messages share an array of bytes: to make and collect one for each cost more than to
 * take the message. The waiting thread rests after each round, longer where it waits for more: a
 * round costs what all its subscriptions cost, so a host of 100 robots takes many messages in one.
 */
const changes = [
  [
    bindings,
    "  rcl_ret_t ret = rmw_serialized_message_init(&msg, 0u, &allocator);",
    (line) => `  struct Room {
    double most;
    size_t wanted;
  };
  Napi::Object handle = info[0].As<Napi::Object>();
  double& most = subscription_handle->most_bytes;
  if (most < 0) most = handle.Get("mostBytes").ToNumber().DoubleValue();
  Room room = {most, 0};
  allocator.state = &room;
  allocator.reallocate = [](void* bytes, size_t size, void* state) -> void* {
    auto* room = static_cast<Room*>(state);
    room->wanted = size;
    return size > room->most ? nullptr : realloc(bytes, size);
  };
${line}`,
  ],
  [
    bindings,
    "  ret = rcl_take_serialized_message(subscription, &msg, nullptr, nullptr);",
    () => `  rmw_message_info_t from = rmw_get_zero_initialized_message_info();
  ret = rcl_take_serialized_message(subscription, &msg, &from, nullptr);
  const auto& gid = from.publisher_gid.data;
  std::string publisher(gid, gid + sizeof(gid));
  if (ret == RCL_RET_OK && publisher != subscription_handle->publisher) {
    subscription_handle->publisher = publisher;
    std::string hex;
    for (uint8_t byte : gid) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
    handle.Set("publisher", hex);
  }
  if (room.wanted > room.most) {
    rcl_reset_error();
    rcl_ret_t fini_ret = rmw_serialized_message_fini(&msg);
    if (fini_ret != RCL_RET_OK) rcl_reset_error();
    return Napi::Number::New(env, static_cast<double>(room.wanted));
  }`,
  ],
  [
    bindings,
    "  Napi::Buffer<char> buffer = Napi::Buffer<char>::Copy(",
    (line) => `  static Napi::Reference<Napi::ArrayBuffer> slab;
  static size_t used = kSlab;
  if (msg.buffer_length <= kSlab / 16) {
    if (used + msg.buffer_length > kSlab) {
      slab = Napi::Persistent(Napi::ArrayBuffer::New(env, kSlab));
      slab.SuppressDestruct();
      used = 0;
    }
    Napi::ArrayBuffer bytes = slab.Value();
    memcpy(static_cast<char*>(bytes.Data()) + used, msg.buffer, msg.buffer_length);
    auto taken = Napi::Uint8Array::New(env, msg.buffer_length, bytes, used);
    used += (msg.buffer_length + 7) / 8 * 8;
    return taken;
  }

${line}`,
  ],
  [
    bindings,
    "Napi::Value RclTakeRaw(const Napi::CallbackInfo& info) {",
    (line) => `constexpr size_t kSlab = 65536;\n\n${line}`,
  ],
  [
    "src/rcl_handle.h",
    "  void* ptr() { return pointer_; }",
    (line) => `${line}\n  double most_bytes = -1;\n  std::string publisher;`,
  ],
  [
    "src/executor.cpp",
    `            return !executor->work_pending_ || !executor->running_.load();
          });
        }`,
    (lines) => `${lines}\n        uv_sleep(std::min(handle_manager->sum() / 10, 10u));`,
  ],
];

function change(folder) {
  for (const [file, before, after] of changes) {
    const name = path.join(folder, file);
    const text = fs.readFileSync(name, "utf8");
    if (text.split(before).length !== 2) {
      throw new SetupError(`${file} of rclnodejs is not as expected: npm ci brings it back.`);
    }
    fs.writeFileSync(name, text.split(before).join(after(before)));
  }
}

/**
 * Builds in a copy: rclnodejs answers any failing load, such as one by a node that runs during a
 * set-up, with a build of its own in node_modules, and the two would disturb each other.
 */
async function run() {
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  const env = linkRos(path.join(work, "ros"), toolEnvironment(rosEnvironment()));
  const omitted = ["prebuilds", "build", "generated"].map((folder) => path.join(rclnodejs, folder));
  const copy = path.join(work, "rclnodejs");
  fs.cpSync(rclnodejs, copy, { recursive: true, filter: (file) => !omitted.includes(file) });
  change(copy);
  const gyp = inRoot("node_modules", "node-gyp", "bin", "node-gyp.js");
  // The headers beside this Node.js: node-gyp would otherwise fetch them from a site of its own.
  const options = [`--nodedir=${nodePrefix}`, `--jobs=${availableParallelism()}`];
  const build = [gyp, "rebuild", ...options];
  await tool("Building rclnodejs", "rclnodejs", process.execPath, build, { cwd: copy, env });
  fs.copyFileSync(path.join(copy, "build", "Release", name), kept);
  // Alone: rclnodejs itself would answer a failing load with a build of its own.
  const load = ["-e", `require(${JSON.stringify(kept)})`];
  await tool("Loading the binary", "loading", process.execPath, load, { env });
  fs.rmSync(work, { recursive: true, force: true });
}

/** Whether it is there: where rclnodejs cannot load it, it removes it, builds anew and may fail. */
export const isPlaced = () => fs.existsSync(built);

/** Puts the binary where rclnodejs looks for it: `npm ci` empties node_modules. */
export function placeNative() {
  // rclnodejs would prefer a binary that it ships, whatever ROS 2 that was built against.
  fs.rmSync(path.join(rclnodejs, "prebuilds"), { recursive: true, force: true });
  fs.mkdirSync(path.dirname(built), { recursive: true });
  fs.copyFileSync(kept, `${built}.new`);
  fs.renameSync(`${built}.new`, built);
}

export const nativeBinary = stepOf({
  title: "rclnodejs' native part",
  folder: native,
  key: nativeKey,
  run,
});
