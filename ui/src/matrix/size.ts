/** Sizes of the matrix in pixels; matrix.css holds the same. */
export const SIZE = { left: 236, pin: 148, column: 136, row: 40, group: 28, head: 56 } as const;
