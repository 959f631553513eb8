// A digit, turned and shifted: what models/digits.py does with Pillow.

const FRAME = 28;

// Turn an image, 784 numbers, clockwise about its middle, then shift it: each new pixel lies between
// four old ones, and takes a share of each. What comes from outside is paper.
export function movedDigit(image, right, down, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const tidy = (value) => Number(value.toFixed(15));
  const [cos, sin] = [tidy(Math.cos(angle)), tidy(Math.sin(angle))];
  const middle = FRAME / 2;
  const inside = (at) => Math.min(Math.max(at, 0), FRAME - 1);
  const found = new Float64Array(FRAME * FRAME);
  for (let row = 0; row < FRAME; row++) {
    for (let column = 0; column < FRAME; column++) {
      const [x, y] = [column + 0.5 - middle - right, row + 0.5 - middle - down];
      const [across, along] = [cos * x + sin * y + middle, -sin * x + cos * y + middle];
      if (across < 0 || across >= FRAME || along < 0 || along >= FRAME) continue;
      const [left, top] = [Math.floor(across - 0.5), Math.floor(along - 0.5)];
      const [dx, dy] = [across - 0.5 - left, along - 0.5 - top];
      const between = (line) => {
        const [one, other] = [left, left + 1].map((at) => image[FRAME * inside(line) + inside(at)]);
        return one + dx * (other - one);
      };
      const upper = between(top);
      const lower = top + 1 < FRAME ? between(top + 1) : upper;
      found[FRAME * row + column] = Math.min(Math.max(upper + dy * (lower - upper), 0), 1);
    }
  }
  return found;
}
