/** Shapes of the bodies, to be drawn as crowds. Unit radius, z up, heading along +x. */
import {
  BoxGeometry,
  type BufferGeometry,
  CircleGeometry,
  Color,
  CylinderGeometry,
  Float32BufferAttribute,
  Shape,
  ShapeGeometry,
  Vector2,
} from "three";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";

/**
 * `geometry` with one colour on all its corners, which the body's own tint multiplies. Its first
 * corner covers what is behind it by `middle`, the others by `rim`.
 */
export function painted(
  geometry: BufferGeometry,
  colour = "#ffffff",
  middle = 1,
  rim = middle,
): BufferGeometry {
  const { r, g, b } = new Color(colour);
  const corners = geometry.getAttribute("position").count;
  const values = new Float32Array(4 * corners);
  for (let i = 0; i < corners; i++) values.set([r, g, b, i === 0 ? middle : rim], 4 * i);
  geometry.deleteAttribute("uv");
  return geometry.setAttribute("color", new Float32BufferAttribute(values, 4));
}

/** Dark below a body, and nothing at its rim. */
export function shadowShape(corners: number): BufferGeometry {
  return painted(new CircleGeometry(1.4, corners), "#ffffff", 0.5, 0);
}

export function merged(parts: BufferGeometry[]): BufferGeometry {
  const whole = mergeGeometries(parts);
  parts.forEach((part) => part.dispose());
  return whole;
}

/** Of round parts. */
const CORNERS = 18;
const TYRE_CORNERS = 14;

/** A round body on two wheels with an arrow on its lid that shows the heading. */
export function robotShape(dark: string): BufferGeometry {
  const wheel = (y: number): BufferGeometry[] => [
    new CylinderGeometry(0.34, 0.34, 0.26, TYRE_CORNERS, 1, true).translate(0, y, 0.34),
    new CircleGeometry(0.34, TYRE_CORNERS)
      .rotateX(-Math.sign(y) * (Math.PI / 2))
      .translate(0, y + Math.sign(y) * 0.13, 0.34),
  ];
  const side = new CylinderGeometry(0.88, 0.92, 0.7, CORNERS, 1, true).rotateX(Math.PI / 2);
  const edge = new CylinderGeometry(0.74, 0.88, 0.14, CORNERS, 1, true).rotateX(Math.PI / 2);
  return merged([
    painted(side.translate(0, 0, 0.5), "#c4c4c4"),
    painted(edge.translate(0, 0, 0.92), "#e6e6e6"),
    painted(new CircleGeometry(0.74, CORNERS).translate(0, 0, 0.99)),
    painted(new ShapeGeometry(arrow()).translate(0, 0, 1.02), dark),
    ...[...wheel(0.9), ...wheel(-0.9)].map((part) => painted(part, dark)),
  ]);
}

function arrow(): Shape {
  return new Shape([
    new Vector2(0.62, 0),
    new Vector2(-0.4, 0.46),
    new Vector2(-0.2, 0),
    new Vector2(-0.4, -0.46),
  ]);
}

/** A small truck: cabin in front, open box behind, four wheels. */
export function leadShape(dark: string): BufferGeometry {
  const box = (x: number, y: number, z: number, at: [number, number, number]): BufferGeometry =>
    new BoxGeometry(x, y, z).translate(...at);
  const wheel = (x: number, y: number): BufferGeometry =>
    new CylinderGeometry(0.25, 0.25, 0.2, 16).translate(x, y, 0.25);
  return merged([
    painted(box(1.85, 1.0, 0.22, [0, 0, 0.42]), "#9a9a9a"),
    painted(box(0.56, 0.96, 0.62, [0.62, 0, 0.82])),
    painted(box(0.04, 0.8, 0.28, [0.91, 0, 0.92]), dark),
    painted(box(1.15, 0.96, 0.06, [-0.32, 0, 0.56]), dark),
    painted(box(1.15, 0.07, 0.42, [-0.32, 0.47, 0.74])),
    painted(box(1.15, 0.07, 0.42, [-0.32, -0.47, 0.74])),
    painted(box(0.07, 0.96, 0.42, [-0.88, 0, 0.74])),
    painted(wheel(0.58, 0.52), dark),
    painted(wheel(0.58, -0.52), dark),
    painted(wheel(-0.52, 0.52), dark),
    painted(wheel(-0.52, -0.52), dark),
  ]);
}
