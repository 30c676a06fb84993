/** What the generator offers to the test that holds its output. */
export function resources(openapi: unknown): unknown;
export function typesOf(copy: unknown): string;
