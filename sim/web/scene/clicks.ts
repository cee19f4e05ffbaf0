/** Clicks on the canvas, without drags that turn the camera. */

/** A pointer that moved farther has dragged. */
const DRAG_PX = 6;
/** Reach of a click: a finger is less exact than a mouse. */
const REACH_PX = { mouse: 22, other: 34 };

/** Calls `clicked` with the place on the canvas and how far off it may be, px. */
export function onClick(
  canvas: HTMLCanvasElement,
  clicked: (x: number, y: number, within: number) => void,
): void {
  let from = { x: 0, y: 0 };
  canvas.addEventListener("pointerdown", ({ clientX, clientY }) => {
    from = { x: clientX, y: clientY };
  });
  canvas.addEventListener("click", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG_PX) return;
    const { left, top } = canvas.getBoundingClientRect();
    const isMouse = !("pointerType" in event) || event.pointerType === "mouse";
    const within = isMouse ? REACH_PX.mouse : REACH_PX.other;
    clicked(event.clientX - left, event.clientY - top, within);
  });
}
