/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */

export type GetPath =
  | `/v1/flows/${string}`
  | '/v1/runs'
  | `/v1/runs/${string}`
  | `/v1/runs/${string}/events`
  | `/v1/runs/${string}/undo`
  | '/v1/outbox'
  | '/v1/components'
  | '/v1/schema'
  | '/v1/extensions'
  | `/v1/extensions/${string}/resolve`
  | '/v1/flows'
  | `/v1/flows/${string}/effective`
  | '/v1/config'
  | `/v1/layout/${string}`
  | '/v1/catalog'
  | `/v1/catalog/files/${string}`
  | '/v1/catalog/drafts'
  | `/v1/catalog/drafts/${string}`
  | '/v1/catalog/revisions'
  | `/v1/catalog/revisions/${string}`
  | `/v1/catalog/revisions/${string}/files/${string}`
  | `/v1/catalog/revisions/${string}/diff`
  | '/openapi.json'
  | `/v1/live/${string}`
  | '/v1/me'
  | '/v1/status';
export type PostPath =
  | `/v1/flows/${string}`
  | `/v1/flows/${string}/test`
  | `/v1/flows/${string}/cases`
  | '/v1/runs/actions'
  | `/v1/runs/${string}/cancel`
  | `/v1/runs/${string}/retry`
  | `/v1/runs/${string}/resume`
  | `/v1/runs/${string}/skip`
  | `/v1/runs/${string}/rerun`
  | `/v1/outbox/${string}/retry`
  | '/v1/catalog/validate'
  | '/v1/catalog/publish'
  | '/v1/catalog/rollback'
  | `/v1/callbacks/${string}`;
export type PutPath = `/v1/layout/${string}` | `/v1/catalog/drafts/${string}`;
export type DeletePath = `/v1/outbox/${string}` | `/v1/catalog/drafts/${string}`;
