/** Clicks on the canvas that are no turn of the camera. */

/** Farther than this the pointer dragged, px. */
const DRAG = 6;
/** A finger is less exact than a mouse, px. */
const REACH = { mouse: 22, other: 34 };

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
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG) return;
    const { left, top } = canvas.getBoundingClientRect();
    const isMouse = !("pointerType" in event) || event.pointerType === "mouse";
    const within = isMouse ? REACH.mouse : REACH.other;
    clicked(event.clientX - left, event.clientY - top, within);
  });
}
