import type * as Told from './generated/shared';
import type { Part } from './http';

export type { Diagnosis } from './generated/catalog';
export type { Position, Range } from './generated/shared';
export type Diagnostic = Part<Told.Diagnostic, 'code' | 'severity' | 'message' | 'file'>;
