/** What the generator offers to the test that holds its output. */
export function stored(): ReadonlyMap<string, string>;
