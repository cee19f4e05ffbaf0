/** Shapes of the lead vehicle and its marks, unit radius, z up, heading along +x; painted with light. */
import * as THREE from "three";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";

const SUN = new THREE.Vector3(-0.32, -0.49, 0.81);

/**
 * `geometry` with `colour` on its corners, in the light of the sky and of a sun that turn with it.
 * Its first corner covers what is behind it by `middle`, the others by `rim`.
 */
export function painted(
  geometry: THREE.BufferGeometry,
  colour: string,
  middle = 1,
  rim = middle,
): THREE.BufferGeometry {
  const normals = geometry.getAttribute("normal");
  const values = Array.from({ length: normals.count }, (_, i) => {
    const normal = new THREE.Vector3().fromBufferAttribute(normals, i);
    const light = 0.51 + 0.11 * normal.z + 0.55 * Math.max(0, normal.dot(SUN));
    const { r, g, b } = new THREE.Color(colour).multiplyScalar(light);
    return [r, g, b, i === 0 ? middle : rim];
  });
  geometry.deleteAttribute("uv");
  return geometry.setAttribute("color", new THREE.Float32BufferAttribute(values.flat(), 4));
}

/** A small truck: cabin in front, open box behind, four wheels. */
export function leadShape({ lead, dark }: { lead: string; dark: string }): THREE.BufferGeometry {
  const box = (x: number, y: number, z: number, at: [number, number, number]) =>
    new THREE.BoxGeometry(x, y, z).translate(...at);
  const wheel = (x: number, y: number): THREE.BufferGeometry =>
    new THREE.CylinderGeometry(0.25, 0.25, 0.2, 16).translate(x, y, 0.25);
  const frame = `#${new THREE.Color(lead).multiplyScalar(0.6).getHexString()}`;
  const parts = [
    painted(box(1.85, 1.0, 0.22, [0, 0, 0.42]), frame),
    painted(box(0.56, 0.96, 0.62, [0.62, 0, 0.82]), lead),
    painted(box(0.04, 0.8, 0.28, [0.91, 0, 0.92]), dark),
    painted(box(1.15, 0.96, 0.06, [-0.32, 0, 0.56]), dark),
    painted(box(1.15, 0.07, 0.42, [-0.32, 0.47, 0.74]), lead),
    painted(box(1.15, 0.07, 0.42, [-0.32, -0.47, 0.74]), lead),
    painted(box(0.07, 0.96, 0.42, [-0.88, 0, 0.74]), lead),
    ...[0.58, -0.52].flatMap((x) => [wheel(x, 0.52), wheel(x, -0.52)].map((w) => painted(w, dark))),
  ];
  const whole = mergeGeometries(parts);
  parts.forEach((part) => part.dispose());
  return whole;
}
