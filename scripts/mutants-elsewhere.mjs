// Mistakes that random systems do not show: where they are noticed, or why they do not matter.
export const ELSEWHERE = {};
