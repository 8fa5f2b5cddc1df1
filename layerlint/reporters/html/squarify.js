// Squarified treemaps (Bruls, Huizing and van Wijk, 2000): rows whose rectangles are as square as they can be.

// Rectangles for weights in descending order; those that would be less than `least` square pixels are left out.
function squarify(weights, x, y, width, height, least) {
  const rectangles = [];
  let left = weights.reduce((sum, weight) => sum + weight, 0);
  if (left <= 0 || width <= 0 || height <= 0) return rectangles;
  let start = 0;
  while (start < weights.length) {
    const scale = (width * height) / left;
    if (!(weights[start] * scale >= least)) break;
    const side = Math.min(width, height);
    let end = start;
    let sum = 0;
    let best = Infinity;
    while (end < weights.length) {
      const more = sum + weights[end];
      const area = more * scale;
      const worst = Math.max(
        (side * side * weights[start] * scale) / (area * area),
        (area * area) / (side * side * weights[end] * scale),
      );
      if (worst > best) break;
      best = worst;
      sum = more;
      end += 1;
    }
    const thickness = (sum * scale) / side;
    let offset = 0;
    for (let index = start; index < end; index += 1) {
      const length = (weights[index] * scale) / thickness;
      rectangles.push(
        width >= height
          ? { x, y: y + offset, width: thickness, height: length }
          : { x: x + offset, y, width: length, height: thickness },
      );
      offset += length;
    }
    if (width >= height) { x += thickness; width -= thickness; } else { y += thickness; height -= thickness; }
    left -= sum;
    start = end;
  }
  return rectangles;
}
