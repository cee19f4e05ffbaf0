/**
 * Robots and the marks about them, drawn as points whose pictures a fragment shader computes: a round
 * body on two wheels with an arrow along its heading, a soft shadow, rings, a cross. Software
 * rendering pays for each triangle and each instance; this stays fast with 1,000 robots, and edges
 * are smooth at any size.
 */
import * as THREE from "three";
import type { Snapshot } from "../../protocol";
import { colour } from "../palette";
import { shadeOf } from "../places";
import type { Motion } from "./motion";

/** Bits of a robot's fourth number; its kind is above them. */
const FLAGS = { docked: 1, asked: 2, chosen: 4, broken: 8 } as const;
const KIND_BITS = 4;

/** Heights above the floor, in a robot's radii: of a point's middle, and of a cross. */
const MIDDLE = 0.35;
/** More robots than these are drawn without wheels and shadows, for software rendering. */
const MANY = 50;
const CROSS = 1.4;
/** Where nobody sees a robot whose place is not known, m. */
const AWAY = 1e6;

const VERTEX = `
precision highp float;
// x and y in m, heading in rad, FLAGS and kind
in vec4 robot;
uniform mat4 viewMatrix, projectionMatrix;
uniform float radius, height;
uniform bool simple;
flat out int flags;
flat out vec2 ahead, scale, middle;
flat out float rise, sharpness;
void main() {
  flags = int(robot.w);
  // Side of the point, in radii: it holds the body and the robot's marks.
  float side = simple ? 2.1 : 2.9;
  if ((flags & ${FLAGS.asked}) != 0) side = 3.8;
  if ((flags & ${FLAGS.broken}) != 0) side = 5.0;
  if ((flags & ${FLAGS.chosen}) != 0) side = 7.0;
  vec4 seen = viewMatrix * vec4(robot.xy, ${MIDDLE} * radius, 1.0);
  gl_Position = projectionMatrix * seen;
  gl_PointSize = side * radius * projectionMatrix[1][1] * 0.5 * height / gl_Position.w;
  // Cosine and sine of the camera's elevation: what the screen keeps of heights and of depths.
  vec2 tilt = viewMatrix[2].yz;
  scale = side * vec2(1.0, -1.0 / tilt.y);
  rise = tilt.x / tilt.y;
  middle = vec2(-0.5, -0.5) * scale + vec2(0.0, ${MIDDLE} * rise);
  sharpness = gl_PointSize / side * tilt.y;
  // The heading as it leads on the screen, turned back onto the floor.
  vec3 way = mat3(viewMatrix) * vec3(cos(robot.z), sin(robot.z), 0.0);
  way.xy -= seen.xy / seen.z * way.z;
  ahead = normalize(vec2(way.x, way.y / tilt.y));
}`;

const FRAGMENT = `
precision highp float;
precision highp int;
flat in int flags;
flat in vec2 ahead, scale, middle;
flat in float rise, sharpness;
uniform bool simple;
uniform vec3 free, docked, dark, seen, text, warning;
uniform float shading;
out vec4 colour;
// The place on the floor that is seen here, from the robot's axis, in radii.
vec2 spot;
vec2 atHeight(float z) { return vec2(spot.x, spot.y - z * rise); }
// The share of this pixel inside an edge this far away, in radii; inside, distances are negative.
float within(float distance) { return clamp(0.5 - distance * sharpness, 0.0, 1.0); }
// Near its edge, half the difference of the squares is a disc's distance.
float disc(vec2 at, float r) { return within((dot(at, at) / r - r) * 0.5); }
// Along the heading, and how far beside it.
vec2 turned(vec2 at) { return vec2(dot(at, ahead), abs(at.y * ahead.x - at.x * ahead.y)); }
void cover(vec3 by, float share) { colour = mix(colour, vec4(by, 1.0), share); }
void drawBody() {
  vec3 tint = (flags & ${FLAGS.docked}) != 0 ? docked : free;
  tint = mix(tint, text, shading * float(flags >> ${KIND_BITS}));
  if (!simple) {
    cover(dark, max(0.0, 0.5 - dot(spot, spot) / 3.9));
    vec2 wheel = turned(atHeight(0.3));
    cover(dark, within(max(abs(wheel.x) - 0.34, wheel.y - 1.03)));
  }
  // The side: discs from one height to another.
  float z = clamp(spot.y, 0.15 * rise, 0.85 * rise);
  cover(tint * (0.6 - 0.15 * spot.x), disc(vec2(spot.x, spot.y - z), 0.91));
  cover(1.06 * tint, disc(atHeight(0.99), 0.74));
  vec2 arrow = turned(atHeight(1.02));
  cover(dark, within(max(arrow.y - 0.451 * (0.62 - arrow.x), -0.2 - 0.435 * arrow.y - arrow.x)));
}
void drawRing(vec3 by, float inner, float outer) {
  cover(by, disc(spot, outer) * (1.0 - disc(spot, inner)));
}
void drawCross() {
  vec2 at = atHeight(${CROSS});
  vec2 bars = abs(vec2(at.x + at.y, at.x - at.y)) * 0.7071;
  cover(warning, within(max(min(bars.x, bars.y) - 0.25, max(bars.x, bars.y) - 1.8)));
}
void main() {
  colour = vec4(0.0);
  spot = gl_PointCoord * scale + middle;
  if ((flags & ${FLAGS.asked}) != 0) drawRing(seen, 1.45, 1.85);
  if ((flags & ${FLAGS.chosen}) != 0) drawRing(text, 2.1, 2.5);
  drawBody();
  if ((flags & ${FLAGS.broken}) != 0) drawCross();
}`;

const COLOURS = ["free", "docked", "dark", "seen", "text", "warning"] as const;

export class Robots {
  readonly object: THREE.Points;
  /** Indices of robots; those of none are ignored. */
  sampled: readonly number[] = [];
  broken: readonly number[] = [];
  chosen: number | undefined;
  /** Of each robot x, y (m), heading (rad), and FLAGS with its kind. */
  private readonly robots: THREE.BufferAttribute;

  constructor(private readonly snapshot: Snapshot) {
    const { robots, robotRadius } = snapshot;
    this.robots = new THREE.BufferAttribute(new Float32Array(4 * robots.length), 4);
    this.robots.setUsage(THREE.DynamicDrawUsage);
    const shape = new THREE.BufferGeometry().setAttribute("robot", this.robots);
    shape.setDrawRange(0, robots.length);
    const height = { value: 1 };
    const colours = COLOURS.map((name) => [name, { value: new THREE.Color(colour(name)) }]);
    const material = new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
      premultipliedAlpha: true,
      uniforms: {
        ...(Object.fromEntries(colours) as Record<string, THREE.IUniform>),
        ...{ radius: { value: robotRadius }, height },
        ...{
          simple: { value: robots.length > MANY },
          shading: { value: shadeOf(snapshot, 1) },
        },
      },
    });
    this.object = new THREE.Points(shape, material);
    this.object.frustumCulled = false;
    const buffer = new THREE.Vector2();
    this.object.onBeforeRender = (renderer: THREE.WebGLRenderer) => {
      height.value = renderer.getDrawingBufferSize(buffer).height;
    };
  }

  frame({ shown, frame }: Motion): void {
    this.object.visible = frame !== undefined;
    if (frame === undefined) return;
    const { length } = this.snapshot.zones;
    const flags = Uint16Array.from(frame.states, (state, robot) => {
      const kind = Math.floor(state / length) << KIND_BITS;
      return kind | (frame.locked[robot] ? FLAGS.docked : 0);
    });
    for (const robot of this.sampled) flags[robot] |= FLAGS.asked;
    for (const robot of this.broken) flags[robot] |= FLAGS.broken;
    if (this.chosen !== undefined) flags[this.chosen] |= FLAGS.chosen;
    flags.forEach((flag, i) =>
      this.robots.setXYZW(
        i,
        Number.isNaN(shown[3 * i]) ? AWAY : shown[3 * i],
        shown[3 * i + 1],
        shown[3 * i + 2],
        flag,
      ),
    );
    this.robots.needsUpdate = true;
  }
}
