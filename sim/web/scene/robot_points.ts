/**
 * Robots and the marks about them, drawn as points whose pictures a fragment shader computes: a round
 * body on two wheels with an arrow along its heading, a soft shadow, rings, a cross. Software
 * rendering pays for each triangle and each instance; this stays fast with 1,000 robots, and edges
 * are smooth at any size.
 */
import {
  type BufferGeometry,
  Color,
  GLSL3,
  Points,
  RawShaderMaterial,
  Vector2,
  type WebGLRenderer,
} from "three";
import type { Palette } from "../palette";

/** Bits of a robot's fourth number. */
export const FLAGS = { docked: 1, asked: 2, chosen: 4, broken: 8 } as const;

/** Drawn one after the other: rings on the floor, bodies with their shadows, crosses above. */
export const LAYERS = { rings: 0, bodies: 1, crosses: 2 } as const;

/** Heights above the floor, in a robot's radii: of a point's middle, and of a cross. */
const MIDDLE = 0.35;
const CROSS = 1.4;

const VERTEX = `
precision highp float;
// x and y in m, heading in rad, FLAGS
in vec4 robot;
uniform mat4 viewMatrix, projectionMatrix;
uniform float radius, height, halo;
uniform int layer;
flat out int flags;
flat out vec2 ahead, tilt;
flat out float side, pixel;
void main() {
  flags = int(robot.w);
  bool asked = (flags & ${FLAGS.asked}) != 0, chosen = (flags & ${FLAGS.chosen}) != 0;
  bool broken = (flags & ${FLAGS.broken}) != 0;
  // Side of the point, in radii; 0: this layer shows nothing of this robot.
  side = layer == ${LAYERS.bodies} ? 2.9 : 0.0;
  if (layer == ${LAYERS.rings}) side = max(asked ? 3.8 * halo : 0.0, chosen ? 5.8 : 0.0);
  if (layer == ${LAYERS.crosses} && broken) side = 5.0;
  vec4 seen = viewMatrix * vec4(robot.xy, ${MIDDLE} * radius, 1.0);
  gl_Position = side > 0.0 ? projectionMatrix * seen : vec4(2.0);
  gl_PointSize = side * radius * projectionMatrix[1][1] * 0.5 * height / gl_Position.w;
  pixel = side / gl_PointSize;
  // Cosine and sine of the camera's elevation: what the screen keeps of heights and of depths.
  tilt = viewMatrix[2].yz;
  // The heading as it leads on the screen, turned back onto the floor.
  vec3 way = mat3(viewMatrix) * vec3(cos(robot.z), sin(robot.z), 0.0);
  way.xy -= seen.xy / seen.z * way.z;
  ahead = normalize(vec2(way.x, way.y / tilt.y));
}`;

const FRAGMENT = `
precision highp float;
precision highp int;
flat in int flags;
flat in vec2 ahead, tilt;
flat in float side, pixel;
uniform float halo;
uniform int layer;
uniform vec3 free, docked, dark, shadow, seen, text, warning;
out vec4 colour;
vec2 spot;
// The place at height z that is seen here, from the robot's axis, in radii.
vec2 plane(float z) { return vec2(spot.x, (spot.y - z * tilt.x) / tilt.y); }
// The share of this pixel inside an edge that is so far away; inside, distances are negative.
float within(float distance) { return clamp(0.5 - distance / pixel, 0.0, 1.0); }
float disc(float z, float r) { return within((length(plane(z)) - r) * tilt.y); }
float ring(float inner, float outer) { return disc(0.0, outer) * (1.0 - disc(0.0, inner)); }
// Along the heading, and how far beside it.
vec2 turned(vec2 at) { return vec2(dot(at, ahead), abs(at.y * ahead.x - at.x * ahead.y)); }
void cover(vec3 by, float share) { colour = mix(colour, vec4(by, 1.0), share); }
void drawBody() {
  vec3 tint = (flags & ${FLAGS.docked}) != 0 ? docked : free;
  float shade = max(0.0, 0.5 - length(plane(0.0)) / 2.8);
  colour = vec4(shadow * shade, shade);
  vec2 wheel = turned(plane(0.3));
  cover(dark, within(max(abs(wheel.x) - 0.34, wheel.y - 1.03)));
  float wall = max(abs(spot.x) - 0.92, max(0.15 * tilt.x - spot.y, spot.y - 0.85 * tilt.x));
  cover(tint * (0.6 - 0.15 * spot.x), max(within(wall), max(disc(0.15, 0.92), disc(0.85, 0.9))));
  cover(0.85 * tint, disc(0.92, 0.86));
  cover(1.06 * tint, disc(0.99, 0.74));
  vec2 arrow = turned(plane(1.02));
  cover(dark, within(max(arrow.y - 0.451 * (0.62 - arrow.x), -0.2 - 0.435 * arrow.y - arrow.x)));
}
void drawRings() {
  if ((flags & ${FLAGS.asked}) != 0) cover(seen, ring(1.45 * halo, 1.85 * halo));
  if ((flags & ${FLAGS.chosen}) != 0) cover(text, ring(2.1, 2.5));
}
void drawCross() {
  vec2 at = plane(${CROSS});
  vec2 bars = abs(vec2(at.x + at.y, at.x - at.y)) * 0.7071;
  cover(warning, within(max(min(bars.x, bars.y) - 0.25, max(bars.x, bars.y) - 1.8)));
}
void main() {
  colour = vec4(0.0);
  spot = side * vec2(gl_PointCoord.x - 0.5, 0.5 - gl_PointCoord.y) + vec2(0.0, ${MIDDLE} * tilt.x);
  if (layer == ${LAYERS.bodies}) drawBody();
  else if (layer == ${LAYERS.rings}) drawRings();
  else drawCross();
}`;

/**
 * One layer of the robots in `shape`, which has their x, y (m), heading (rad) and FLAGS as `robot`.
 * @param radius of a robot, m
 * @param halo size of the rings about those asked, 1 at rest; shared by the layers
 */
export function robotPoints(
  shape: BufferGeometry,
  layer: number,
  radius: number,
  palette: Palette,
  halo: { value: number },
): Points {
  const { free, docked, dark, shadow, seen, text, warning } = palette;
  const colours = Object.entries({ free, docked, dark, shadow, seen, text, warning });
  const height = { value: 1 };
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: true,
    depthWrite: false,
    premultipliedAlpha: true,
    uniforms: {
      ...Object.fromEntries(colours.map(([name, value]) => [name, { value: new Color(value) }])),
      ...{ radius: { value: radius }, layer: { value: layer }, height, halo },
    },
  });
  const points = new Points(shape, material);
  points.frustumCulled = false;
  points.renderOrder = layer;
  const buffer = new Vector2();
  points.onBeforeRender = (renderer: WebGLRenderer) => {
    height.value = renderer.getDrawingBufferSize(buffer).height;
  };
  return points;
}
