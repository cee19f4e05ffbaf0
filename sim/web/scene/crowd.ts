/**
 * Many bodies of one shape, drawn and shaded in the cheapest way for a graphics card that is only
 * software: it pays for each triangle and for each instance, so that a block of bodies is one
 * instance, and light falls on corners.
 */
import {
  BufferAttribute,
  type BufferGeometry,
  Color,
  DataTexture,
  FloatType,
  GLSL3,
  InstancedBufferGeometry,
  Mesh,
  RGBAFormat,
  RawShaderMaterial,
} from "three";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";

const BLOCK = 64;
/** Bodies in a row of the texture that says where they are, two texels each. */
const ROW = 256;

/** The corner's colour times the body's, in the light of the sky and of a sun. */
const VERTEX = `
precision highp float;
in vec3 position, normal;
in vec4 color;
in float member;
uniform highp sampler2D bodies;
uniform mat4 viewMatrix, projectionMatrix;
uniform vec3 tints[2];
uniform int count, block;
out mediump vec3 shade;
out mediump float cover;
void main() {
  int body = gl_InstanceID * block + int(member);
  ivec2 at = ivec2(2 * (body % ${ROW}), body / ${ROW});
  vec4 place = texelFetch(bodies, at, 0);
  vec3 size = texelFetch(bodies, at + ivec2(1, 0), 0).xyz;
  mat2 turn = mat2(size.xy, -size.y, size.x);
  vec3 up = normalize(vec3(turn * normal.xy, size.z * normal.z));
  float light = 0.51 + 0.11 * up.z + 0.55 * max(0.0, dot(up, vec3(-0.32, -0.49, 0.81)));
  shade = light * color.rgb * tints[int(place.w)];
  cover = color.a;
  vec3 corner = place.xyz + vec3(turn * position.xy, size.z * position.z);
  gl_Position = body < count ? projectionMatrix * viewMatrix * vec4(corner, 1.0) : vec4(2.0);
}`;

const FRAGMENT = `
in mediump vec3 shade;
in mediump float cover;
out mediump vec4 pixel;
void main() {
  pixel = vec4(shade, cover);
}`;

export class Crowd {
  readonly object: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  private readonly data: Float32Array;
  private readonly texture: DataTexture;
  private readonly block: number;

  /**
   * @param shape with colours (bodies.ts); where they let something through, nothing is hidden by it
   * @param tints one or two colours that the shape's are multiplied by
   */
  constructor(
    shape: BufferGeometry,
    capacity: number,
    tints: readonly string[],
    seeThrough = false,
  ) {
    const rows = Math.ceil(Math.max(1, capacity) / ROW);
    this.data = new Float32Array(8 * ROW * rows);
    this.texture = new DataTexture(this.data, 2 * ROW, rows, RGBAFormat, FloatType);
    this.block = Math.min(BLOCK, Math.max(1, capacity));
    const material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: seeThrough,
      depthWrite: !seeThrough,
      uniforms: {
        bodies: { value: this.texture },
        tints: { value: [0, 1].map((i) => new Color(tints[i] ?? tints[0])) },
        count: { value: 0 },
        block: { value: this.block },
      },
    });
    this.object = new Mesh(repeated(shape, this.block), material);
    this.object.frustumCulled = false;
    material.addEventListener("dispose", () => this.texture.dispose());
    this.count = capacity;
  }

  /** Bodies drawn, the first ones. */
  set count(count: number) {
    this.object.geometry.instanceCount = Math.ceil(count / this.block);
    this.object.material.uniforms.count.value = count;
  }

  /** Places a body; it is seen there after `update`. */
  put(index: number, x: number, y: number, z: number, size: number, heading = 0, tint = 0): void {
    const { data } = this;
    const at = 8 * index;
    data[at] = x;
    data[at + 1] = y;
    data[at + 2] = z;
    data[at + 3] = tint;
    data[at + 4] = size * Math.cos(heading);
    data[at + 5] = size * Math.sin(heading);
    data[at + 6] = size;
  }

  update(): void {
    this.texture.needsUpdate = true;
  }
}

/** The shape so many times over, each corner with the number of its body in the block. */
function repeated(shape: BufferGeometry, times: number): InstancedBufferGeometry {
  const { count } = shape.getAttribute("position");
  const whole = mergeGeometries(new Array<BufferGeometry>(times).fill(shape));
  const members = Float32Array.from({ length: count * times }, (_, i) => Math.floor(i / count));
  const geometry = new InstancedBufferGeometry().setIndex(whole.index);
  Object.assign(geometry.attributes, whole.attributes);
  return geometry.setAttribute("member", new BufferAttribute(members, 1));
}
