/** Whether it is this one's turn: one of so many at random. How many are passed over is drawn once, so each costs little. */
export function createSample(share: number, random: () => number): () => boolean {
  const between = share === 1 ? () => 0 : () => Math.floor(Math.log(1 - random()) / Math.log(1 - share));
  let left = between();
  return () => {
    left -= 1;
    if (left >= 0) return false;
    left = between();
    return true;
  };
}
