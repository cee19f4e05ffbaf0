/** Canvas and camera. Z up, metres, map frame. */
import * as THREE from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { CSS2DRenderer } from "three/examples/jsm/renderers/CSS2DRenderer.js";
import { type Extent, LABEL_GAP_M } from "./ground";

const FIELD_OF_VIEW_DEG = 34;
/** First elevation of the camera. */
const ELEVATION_RAD = 0.3 * Math.PI;
/** From here, in radii, all is seen on a canvas that is WIDE or wider (width to height). */
const DISTANCE = 2.85;
const WIDE = 1.12;
/** Perspective enlarges the near half: the camera looks in front of the middle, by this share. */
const IN_FRONT = 0.15;
/** Largest distance of the camera, in distances that show everything. */
const FARTHEST = 3;
/** First distance to a followed robot, in the same. */
const NEAR = 0.4;
/** Share of the way to a followed robot that the camera goes in a frame. */
const EASE = 0.2;
/** A pointer that moved farther has turned the camera, and not clicked. */
const DRAG_PX = 6;
/** More device pixels cost time and show no more. */
const LARGEST_PIXEL_RATIO = 2;

export class View {
  readonly scene = new THREE.Scene();
  /** What does not move: it has a canvas of its own, drawn only when the camera moves. */
  readonly ground = new THREE.Scene();
  private readonly groundRenderer: THREE.WebGLRenderer;
  private readonly renderer: THREE.WebGLRenderer;
  private readonly camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.1, 500);
  private readonly controls: OrbitControls;
  private readonly names = new CSS2DRenderer();
  private extent: Extent = { x: 0, y: 0, radius: 6 };
  private movedByHand = false;
  private followed = false;
  private readonly spot = new THREE.Vector3();
  /** Called with the place of a click on the canvas, px. */
  onClick: (x: number, y: number) => void = () => undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    ground: HTMLCanvasElement,
  ) {
    // Colours are used as in the style sheet, without conversion per pixel.
    THREE.ColorManagement.enabled = false;
    // Robots are smooth anyhow; antialiasing by software would halve the frame rate.
    this.renderer = rendererOn(canvas, false);
    this.groundRenderer = rendererOn(ground, true);
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.maxPolarAngle = 0.48 * Math.PI;
    this.controls.enableZoom = matchMedia("(pointer: fine)").matches;
    canvas.style.touchAction = "pan-y";
    this.names.domElement.className = "zones";
    canvas.after(this.names.domElement);
    this.controls.addEventListener("start", () => (this.movedByHand = true));
    this.controls.addEventListener("change", () => this.drawGround());
    ground.addEventListener("webglcontextrestored", () => this.drawGround());
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.hearClicks();
  }

  private hearClicks(): void {
    let from = { x: 0, y: 0 };
    this.canvas.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (from = { x, y }));
    this.canvas.addEventListener("click", ({ clientX, clientY, offsetX, offsetY }) => {
      if (Math.hypot(clientX - from.x, clientY - from.y) <= DRAG_PX) this.onClick(offsetX, offsetY);
    });
  }

  /** Looks at `extent` from where all of it is seen. */
  lookAt(extent: Extent): void {
    const same = extent.radius === this.extent.radius && extent.x === this.extent.x;
    this.extent = extent;
    if (!same) this.movedByHand = false;
    this.resize();
  }

  /** Follows the point (x, y) on the floor from near; undefined: shows everything again. */
  follow(point: { x: number; y: number } | undefined): void {
    if (point !== undefined) {
      const { target, maxDistance } = this.controls;
      const { position } = this.camera;
      const near = (NEAR / FARTHEST) * maxDistance;
      if (!this.followed) position.sub(target).setLength(near).add(target);
      this.spot.set(point.x, point.y, 0).sub(target).multiplyScalar(EASE);
      target.add(this.spot);
      position.add(this.spot);
    } else if (this.followed) {
      this.movedByHand = false;
      this.fit();
    }
    this.followed = point !== undefined;
  }

  /** Where a point of the floor (m) is on the canvas, px. */
  pixelOf(x: number, y: number): { x: number; y: number } {
    const { clientWidth, clientHeight } = this.canvas;
    const { x: right, y: up } = this.spot.set(x, y, 0).project(this.camera);
    return { x: (0.5 + right / 2) * clientWidth, y: (0.5 - up / 2) * clientHeight };
  }

  /** Whether the browser has taken the graphics away. What was drawn is drawn again once it gives them back. */
  get isLost(): boolean {
    return this.renderer.getContext().isContextLost();
  }

  draw(): void {
    this.controls.update();
    this.renderer.render(this.scene, this.camera);
  }

  private drawGround(): void {
    this.groundRenderer.render(this.ground, this.camera);
    this.names.render(this.ground, this.camera);
    this.uncoverNames();
  }

  /** Of names that cover each other the first one is shown. */
  private uncoverNames(): void {
    const shown: DOMRect[] = [];
    for (const name of this.names.domElement.querySelectorAll<HTMLElement>(".zone-name")) {
      const box = name.getBoundingClientRect();
      const isFree = shown.every(
        ({ left, right, top, bottom }) =>
          box.left > right || box.right < left || box.top > bottom || box.bottom < top,
      );
      name.style.visibility = isFree ? "" : "hidden";
      if (isFree) shown.push(box);
    }
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    for (const renderer of [this.renderer, this.groundRenderer]) {
      renderer.setPixelRatio(Math.min(devicePixelRatio, LARGEST_PIXEL_RATIO));
      renderer.setSize(width, height, false);
    }
    this.names.setSize(width, height);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    if (!this.movedByHand && !this.followed) this.fit();
    this.draw();
    this.drawGround();
  }

  /** Moves the camera to where all zones and their names are seen. */
  private fit(): void {
    const { x, y } = this.extent;
    const radius = this.extent.radius + 1.5 * LABEL_GAP_M;
    // Half of the widest name lies on either side.
    const names = [...document.querySelectorAll<HTMLElement>(".zone-name")];
    const widest = Math.max(0, ...names.map((name) => name.offsetWidth));
    const free = Math.max(0.5, 1 - widest / this.canvas.clientWidth);
    const distance = DISTANCE * radius * Math.max(1, WIDE / free / this.camera.aspect);
    const back = new THREE.Vector3(0, -Math.cos(ELEVATION_RAD), Math.sin(ELEVATION_RAD));
    const target = this.controls.target.set(x, y - IN_FRONT * radius, 0);
    this.camera.position.copy(target).addScaledVector(back, distance);
    this.controls.minDistance = 0.1 * distance;
    this.controls.maxDistance = FARTHEST * distance;
    this.controls.update();
  }
}

function rendererOn(canvas: HTMLCanvasElement, antialias: boolean): THREE.WebGLRenderer {
  const renderer = new THREE.WebGLRenderer({ canvas, alpha: true, antialias });
  renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
  return renderer;
}
