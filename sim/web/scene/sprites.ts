/**
 * A swarm of many, drawn small: a point for each robot, with a picture of one that is seen from the
 * same side. The pictures, one for each heading and tint, are taken anew when the camera turned or
 * came nearer.
 */
import {
  BufferAttribute,
  BufferGeometry,
  type Camera,
  CustomBlending,
  DynamicDrawUsage,
  GLSL3,
  OneFactor,
  OneMinusSrcAlphaFactor,
  OrthographicCamera,
  Points,
  Quaternion,
  RawShaderMaterial,
  Scene,
  Vector2,
  Vector3,
  type WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import type { Crowd } from "./crowd";
import { disposeTree } from "./layer";

const HEADINGS = 64;
const COLUMNS = 16;
const ROWS = (2 * HEADINGS) / COLUMNS;
export const PICTURES = ROWS * COLUMNS;
/** Room for a robot and its shadow, and where its middle is above the floor, in its radii. */
const CELL = 2.9;
const MIDDLE = 0.35;
/** Largest side of a picture, px. */
const LARGEST_PX = 128;
/** A camera that turned by less sees the same, rad; one that came nearer by less, a share. */
const SAME = { turn: 0.02, size: 0.15 };

const VERTEX = `
precision highp float;
in vec4 robot;
uniform mat4 viewMatrix, projectionMatrix;
uniform float size, height;
flat out mediump vec2 corner;
void main() {
  vec4 seen = viewMatrix * vec4(robot.xy, ${MIDDLE} * size, 1.0);
  gl_Position = projectionMatrix * seen;
  gl_PointSize = ${CELL} * size * projectionMatrix[1][1] * 0.5 * height / gl_Position.w;
  // Where the heading leads on the screen, and what heading leads there in the middle of it.
  vec3 ahead = mat3(viewMatrix) * vec3(cos(robot.z), sin(robot.z), 0.0);
  vec2 way = ahead.xy - seen.xy / seen.z * ahead.z;
  float turns = atan(way.y / viewMatrix[2].z, way.x) / ${2 * Math.PI} * ${HEADINGS}.0;
  float picture = mod(floor(turns + 0.5), ${HEADINGS}.0) + ${HEADINGS}.0 * robot.w;
  corner = vec2(mod(picture, ${COLUMNS}.0), floor(picture / ${COLUMNS}.0));
}`;

const FRAGMENT = `
precision mediump float;
flat in mediump vec2 corner;
uniform sampler2D pictures;
out mediump vec4 pixel;
void main() {
  vec2 at = corner + vec2(gl_PointCoord.x, 1.0 - gl_PointCoord.y);
  pixel = texture(pictures, at / vec2(${COLUMNS}.0, ${ROWS}.0));
}`;

export class Sprites {
  readonly object: Points<BufferGeometry, RawShaderMaterial>;
  private readonly robots: BufferAttribute;
  private readonly album = new WebGLRenderTarget(1, 1, { samples: 4 });
  private readonly studio = new Scene();
  private readonly camera: OrthographicCamera;
  private readonly takenFrom = new Quaternion(0, 0, 0, 0);
  private readonly spot = new Vector3();
  private readonly buffer = new Vector2();

  /**
   * @param models bodies of radius `size` and what belongs to them, PICTURES each
   * @param size radius of a robot, m
   */
  constructor(
    count: number,
    private readonly models: readonly Crowd[],
    private readonly size: number,
  ) {
    this.robots = new BufferAttribute(new Float32Array(4 * count), 4).setUsage(DynamicDrawUsage);
    const shape = new BufferGeometry().setAttribute("robot", this.robots);
    shape.setDrawRange(0, count);
    const uniforms = { pictures: this.album.texture, size, height: 1 };
    const material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
      // The pictures' colours are multiplied by what they cover already.
      blending: CustomBlending,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
      uniforms: Object.fromEntries(Object.entries(uniforms).map(([n, value]) => [n, { value }])),
    });
    material.addEventListener("dispose", () => {
      this.album.dispose();
      disposeTree(this.studio);
    });
    this.object = new Points(shape, material);
    this.object.frustumCulled = false;
    this.object.onBeforeRender = (renderer, _scene, camera) => this.look(renderer, camera);
    const [wide, high] = [(COLUMNS / 2) * CELL * size, (ROWS / 2) * CELL * size];
    this.camera = new OrthographicCamera(-wide, wide, high, -high, -100 * size, 100 * size);
    this.studio.add(...models.map(({ object }) => object));
  }

  /** Places a robot; it is seen there after `update`. */
  put(index: number, x: number, y: number, heading: number, tint: number): void {
    this.robots.setXYZW(index, x, y, heading, tint);
  }

  update(): void {
    this.robots.needsUpdate = true;
  }

  /** Takes the pictures for `camera` where those there are do not do. */
  private look(renderer: WebGLRenderer, camera: Camera): void {
    const { album, takenFrom, object } = this;
    const { height } = renderer.getDrawingBufferSize(this.buffer);
    object.material.uniforms.height.value = height;
    const scale = camera.projectionMatrix.elements[5] * 0.5 * height;
    const away = Math.max(1, this.spot.setFromMatrixPosition(camera.matrixWorld).length());
    const side = Math.min(LARGEST_PX, Math.ceil((CELL * this.size * scale) / away));
    const isAsLarge = Math.abs(album.width / COLUMNS / side - 1) < SAME.size;
    if (isAsLarge && takenFrom.angleTo(camera.quaternion) < SAME.turn) return;
    takenFrom.copy(camera.quaternion);
    this.camera.quaternion.copy(camera.quaternion);
    this.camera.updateMatrixWorld();
    album.setSize(COLUMNS * side, ROWS * side);
    this.pose();
    renderer.setRenderTarget(album);
    renderer.clear();
    renderer.render(this.studio, this.camera);
    renderer.setRenderTarget(null);
  }

  /** Stands a model in each picture: its heading and its tint by the picture's number. */
  private pose(): void {
    const { spot, size } = this;
    const [rightX, rightY] = this.camera.matrixWorld.elements;
    const right = Math.atan2(rightY, rightX);
    for (let picture = 0; picture < PICTURES; picture++) {
      const column = picture % COLUMNS;
      const row = Math.floor(picture / COLUMNS);
      spot.set(column - (COLUMNS - 1) / 2, row - (ROWS - 1) / 2, 0).multiplyScalar(CELL * size);
      const { x, y, z } = spot.applyQuaternion(this.camera.quaternion);
      const heading = right + (2 * Math.PI * (picture % HEADINGS)) / HEADINGS;
      const tint = Math.floor(picture / HEADINGS);
      this.models.forEach((model) =>
        model.put(picture, x, y, z - MIDDLE * size, size, heading, tint),
      );
    }
    this.models.forEach((model) => model.update());
  }
}
