/** The business identity as the API writes it; absent parts are default. */
export interface Identity {
  readonly useCase?: string | undefined;
  readonly bizId?: string | null | undefined;
  readonly scenario?: string | null | undefined;
}
export type { Level } from './generated/shared';
export type Tried = readonly [useCase: string, bizId: string | null, scenario: string | null];
