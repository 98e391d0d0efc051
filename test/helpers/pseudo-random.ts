/** Numbers that look random and are the same every time (the generator of "Numerical Recipes"). */

/** @returns a function that gives an integer from 0 to below its argument */
export function pseudoRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
