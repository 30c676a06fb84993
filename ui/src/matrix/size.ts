/** Sizes of the matrix in pixels; matrix.css holds the same. A column is as wide as this, or wider where few are shown. */
export const SIZE = { left: 264, pin: 148, column: 136, row: 40, group: 28, head: 56 } as const;
