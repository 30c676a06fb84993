export interface Position {
  readonly line: number;
  readonly column: number;
}
export interface Range {
  readonly start: Position;
  readonly end: Position;
}
export interface Diagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly file: string;
  readonly path?: string;
  readonly range?: Range | null;
  readonly help?: string | null;
  readonly related?: readonly { readonly file: string; readonly range?: Range; readonly message: string }[];
}
export interface Diagnosis {
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: { readonly errors: number; readonly warnings: number };
  readonly flows?: readonly string[];
}
