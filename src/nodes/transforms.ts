/** Where frames are in the map by tf, with tf2's rules: each frame has one parent, at any depth. Pure. */
import { cut } from "../base/errors";
import type { Quaternion, Transform, TransformStamped } from "../ros/messages";
import { plainFrame, planarPose, unitTransform } from "../ros/messages";
import type { Pose } from "./drive";

const MAP = "map";
/** Two parents of one frame are both in force while each was heard within this time, ms. */
const RIVAL_MS = 2000;
/** Frames that are kept: 20 of each of 5,000 robots. */
const MOST_FRAMES = 100_000;

interface Link extends Transform {
  readonly parent: string;
  /** Steady clock; Infinity: static, which is told once. */
  readonly heardMs: number;
}

const HERE: Transform = { translation: { x: 0, y: 0, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 } };

export class TransformTree {
  /** By child frame: its parents, at most two, the one heard earlier first. */
  private readonly links = new Map<string, readonly Link[]>();

  /** @param isStatic of /tf_static. Returns why it refuses a transform. */
  hear(
    transforms: readonly TransformStamped[],
    isStatic: boolean,
    nowMs: number,
  ): string | undefined {
    let refusal: string | undefined;
    for (const { header, child_frame_id, transform: told } of transforms) {
      const [parent, child] = [plainFrame(header.frame_id), plainFrame(child_frame_id)];
      const transform = unitTransform(told);
      const known = this.links.get(child);
      if (transform === undefined) {
        refusal = `its transform from ${cut(parent)} to ${cut(child)} is not finite or no unit quaternion; look at what publishes it`;
      } else if (known !== undefined || this.links.size < MOST_FRAMES) {
        const link = { ...transform, parent, heardMs: isStatic ? Infinity : nowMs };
        const rivals = known?.filter((other) => other.parent !== parent && isLive(other, nowMs));
        this.links.set(child, [...(rivals ?? []).slice(0, 1), link]);
      }
    }
    return refusal;
  }

  /**
   * Where `frame` is in the map; a text: why that is not known.
   * @param timeoutMs a transform that is not static and was not heard for so long does not count
   */
  find(frame: string, nowMs: number, timeoutMs: number): Pose | string {
    const path = new Set<string>();
    let { translation, rotation } = HERE;
    for (let child = plainFrame(frame); child !== MAP;) {
      path.add(child);
      const links = this.links.get(child);
      if (links === undefined) return endsAt(child, path);
      const live = links.filter((each) => isLive(each, nowMs));
      if (live.length > 1) return areTwo(child, live);
      const link = live[0] ?? links[links.length - 1];
      const { parent, heardMs } = link;
      if (nowMs - heardMs > timeoutMs) {
        return `tf has not told ${shown([parent, child])} for ${timeoutMs / 1000} s (pose_timeout); look at what publishes it`;
      }
      if (path.has(parent)) {
        return `tf does not tell where its odometry is in the map: ${shown([parent, ...[...path].reverse()])} is a loop; end what publishes one of these`;
      }
      ({ translation, rotation } = within(link, { translation, rotation }));
      child = parent;
    }
    return planarPose(translation, rotation) ?? "tf places its odometry nowhere that is finite";
  }
}

const isLive = ({ heardMs }: Link, nowMs: number): boolean => nowMs - heardMs < RIVAL_MS;

const shown = (frames: readonly string[]): string => cut(frames.join(" -> "));

/** @param path from the odometry's frame up to `top`, which has no parent */
function endsAt(top: string, path: ReadonlySet<string>): string {
  const way = path.size > 1 ? ` (${shown([...path].reverse())})` : "";
  return `tf does not tell where its odometry is in the map: nothing places the frame ${cut(top)}${way}; start what publishes map -> ${cut(top)}`;
}

function areTwo(child: string, links: readonly Link[]): string {
  const parents = links.map(({ parent }) => parent).sort();
  const isStatic = links.some(({ heardMs }) => heardMs === Infinity);
  const forget = isStatic ? ", and start this agent anew, as one of them is static" : "";
  return `tf gives the frame ${cut(child)} two parents, ${cut(parents.join(" and "))}; end one of the two publishers${forget}`;
}

/** What `inner` tells in the frame that `outer` places, told in the frame that `outer` is told in. */
function within({ translation: t, rotation: q }: Transform, inner: Transform): Transform {
  const conjugate = { x: -q.x, y: -q.y, z: -q.z, w: q.w };
  const turned = product(product(q, { ...inner.translation, w: 0 }), conjugate);
  return {
    translation: { x: t.x + turned.x, y: t.y + turned.y, z: t.z + turned.z },
    rotation: product(q, inner.rotation),
  };
}

const product = (a: Quaternion, b: Quaternion): Quaternion => ({
  x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
  y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
  z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
  w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
});
