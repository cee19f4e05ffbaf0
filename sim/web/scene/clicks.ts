/** Clicks on the canvas, without drags that turn the camera. */

/** A pointer that moved farther has dragged. */
const DRAG_PX = 6;

/** Calls `clicked` with the place on the canvas, px. */
export function onClick(canvas: HTMLCanvasElement, clicked: (x: number, y: number) => void): void {
  let from = { x: 0, y: 0 };
  canvas.addEventListener("pointerdown", ({ clientX, clientY }) => {
    from = { x: clientX, y: clientY };
  });
  canvas.addEventListener("click", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG_PX) return;
    const { left, top } = canvas.getBoundingClientRect();
    clicked(event.clientX - left, event.clientY - top);
  });
}
