// A parabola and points to fit it to: the formulas of models/fit_by_hand.py.

const MOST = 2000; // tries that are remembered
// 15 points about y = 0.6 x² − 1.2 x + 1, drawn once by NumPy; a test compares them
const POINTS = [
  [-2.0, 5.800553569010867], [-1.6428571428571428, 4.725251818409423],
  [-1.2857142857142856, 3.411331842638022], [-0.9285714285714286, 2.230866325620451],
  [-0.5714285714285714, 1.6770307997339493], [-0.2142857142857142, 0.838452927802612],
  [0.1428571428571428, 0.8678809476994597], [0.5, 1.1530968604995402],
  [0.8571428571428572, 0.1907519646110853], [1.2142857142857144, 0.1483373154891901],
  [1.5714285714285716, 0.8163472899302783], [1.9285714285714288, 1.0779460924475377],
  [2.2857142857142856, 1.439273146742932], [2.6428571428571432, 1.6006771349833493],
  [3.0, 2.7868366798915267],
];
const RANGES = { a: [-1, 1], b: [-2, 2], c: [-10, 10] };

// What a page without Python begins with.
export const START = { points: POINTS, ranges: RANGES, own: false };

export const parabola = (x, { a, b, c }) => a * x ** 2 + b * x + c;

// The mean of the squared gaps.
export function lossOf(points, at) {
  return points.reduce((sum, [x, y]) => sum + (parabola(x, at) - y) ** 2, 0) / points.length;
}

// The tries and one more; the oldest is forgotten in time, the best never.
export function remembered(tries, loss) {
  const all = [...tries, Number(loss.toPrecision(6))];
  if (all.length > MOST) all.splice(all[0] === Math.min(...all) ? 1 : 0, 1);
  return all;
}

// The parabola { a, b, c } through three points.
export function curveThrough([x0, x1, x2], [y0, y1, y2]) {
  const [first, second] = [(y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)];
  const a = (second - first) / (x2 - x0);
  const b = first - a * (x0 + x1);
  return { a, b, c: y0 - x0 * (a * x0 + b) };
}
