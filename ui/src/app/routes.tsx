/** Every address of the designer with its typed parameters. Screens load when they are opened. */
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { readAhead } from '../editor/ahead';
import { Frame } from './Frame';
import { oneOf, readIdentity, stated, word } from './search';

export interface RouterContext {
  readonly queries: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Frame,
  validateSearch: readIdentity,
  search: { middlewares: [retainSearchParams(['useCase', 'bizId', 'scenario'])] },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/flows' });
  },
});

export const capabilitiesRoute = createRoute({
  getParentRoute: () => root,
  path: '/capabilities',
  validateSearch: (search) =>
    stated({
      q: word(search['q']),
      effect: oneOf(search['effect'], ['pure', 'read', 'write']),
      open: word(search['open']),
    }),
  component: lazyRouteComponent(() => import('../capabilities/Capabilities'), 'Capabilities'),
});

export const flowsRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows',
  validateSearch: (search) =>
    stated({
      q: word(search['q']),
      view: oneOf(search['view'], ['all', 'drafts', 'durable', 'variants', 'failing']),
      label: word(search['label']),
      owner: word(search['owner']),
      flow: word(search['flow']),
      new: word(search['new']),
    }),
  component: lazyRouteComponent(() => import('../flows/FlowList'), 'FlowList'),
});

export const VIEWS = ['canvas', 'split', 'text', 'diff'] as const;

export const editorRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows/$name',
  validateSearch: (search) =>
    stated({
      view: oneOf(search['view'], VIEWS),
      node: word(search['node']),
      scope: word(search['scope']),
      variant: word(search['variant']),
      run: word(search['run']),
      file: word(search['file']),
      drawer: oneOf(search['drawer'], ['problems', 'test', 'history']),
    }),
  // The screen waits for it, not the route.
  loader: ({ params, context }) => void readAhead(context.queries, params.name),
  component: lazyRouteComponent(() => import('../editor/Editor'), 'Editor'),
});

export const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: (search) =>
    stated({
      flow: word(search['flow']),
      status: word(search['status']),
      key: word(search['key']),
      from: word(search['from']),
      to: word(search['to']),
      minMs: word(search['minMs']),
      q: word(search['q']),
      hide: oneOf(search['hide'], ['cron']),
    }),
  component: lazyRouteComponent(() => import('../runs/Runs'), 'Runs'),
});

export const traceRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  validateSearch: (search) => stated({ node: word(search['node']), tab: word(search['tab']) }),
  component: lazyRouteComponent(() => import('../trace/Trace'), 'Trace'),
});

export const matrixRoute = createRoute({
  getParentRoute: () => root,
  path: '/extensions',
  validateSearch: (search) =>
    stated({
      q: word(search['q']),
      only: oneOf(search['only'], ['overrides', 'gaps']),
      point: word(search['point']),
      at: word(search['at']),
      against: word(search['against']),
      compare: word(search['compare']),
      panel: word(search['panel']),
    }),
  component: lazyRouteComponent(() => import('../matrix/Matrix'), 'Matrix'),
});

export const revisionsRoute = createRoute({
  getParentRoute: () => root,
  path: '/revisions',
  validateSearch: (search) => stated({ revision: word(search['revision']), file: word(search['file']) }),
  component: lazyRouteComponent(() => import('../publish/Revisions'), 'Revisions'),
});

const tree = root.addChildren([
  home,
  capabilitiesRoute,
  flowsRoute,
  editorRoute,
  runsRoute,
  traceRoute,
  matrixRoute,
  revisionsRoute,
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
