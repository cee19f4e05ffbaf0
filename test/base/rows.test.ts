import { Rows } from "../../src/base/rows";

test("products are those of each row, for any length and number of rows, also after a clear", () => {
  for (let length = 1; length <= 9; length++) {
    const rows = new Rows(length);
    const vector = Array.from({ length }, (_, s) => 1 + s);
    for (const count of [1, 3, 4, 5, 18]) {
      rows.clear();
      for (let i = 0; i < count; i++) rows.add(vector.map((v) => v * (i + 2)));
      const square = (length * (length + 1) * (2 * length + 1)) / 6;
      const wanted = Array.from({ length: count }, (_, i) => square * (i + 2));
      expect([...rows.times(vector).subarray(0, rows.count)]).toEqual(wanted);
    }
  }
});
