import { useNavigate } from '@tanstack/react-router';
import { Suspense, lazy } from 'react';
import { useText } from '../app/text';
import { Said, isForShell } from '../described/Said';
import { useSettings } from '../app/settings';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Tabs } from '../kit/Tabs';
import { offsetOf, useProblems } from './problems';
import { useEditing, useProjection, useVersion } from './session';
import { useView } from './view';

const TestPanel = lazy(() => import('./TestPanel').then((file) => ({ default: file.TestPanel })));

export type DrawerTab = 'problems' | 'test' | 'history';

/** Problems, tests and the steps taken, under the canvas. */
export function Drawer({ tab }: { readonly tab: DrawerTab | undefined }) {
  const text = useText();
  const navigate = useNavigate();
  const problems = useProblems();
  const errors = problems.filter((one) => one.severity === 'error').length;
  const open = (id: string | undefined) =>
    void navigate({
      to: '.',
      search: (old) => ({
        ...old,
        drawer: id === 'problems' || id === 'test' || id === 'history' ? id : undefined,
      }),
    });
  const tabs = [
    {
      id: 'problems',
      label: text('drawer.problems'),
      count: problems.length === 0 ? undefined : problems.length,
      tone: errors > 0 ? ('failed' as const) : ('warn' as const),
    },
    { id: 'test', label: text('drawer.test') },
    { id: 'history', label: text('drawer.history') },
  ];
  const isOpen = tab !== undefined;
  return (
    <section className={isOpen ? 'drawer drawer-open' : 'drawer'} aria-label={text('drawer.label')}>
      <Tabs
        label={text('drawer.label')}
        tabs={tabs}
        value={tab ?? 'none'}
        onChange={(id) => {
          if (id !== 'none') open(id);
        }}
        tail={
          <IconButton
            size="small"
            label={isOpen ? text('drawer.close') : text('drawer.open')}
            icon={<Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />}
            onPress={() => open(isOpen ? undefined : 'problems')}
          />
        }
      >
        <div className="drawer-body scroll">
          {tab === 'problems' ? (
            <ProblemList />
          ) : tab === 'test' ? (
            <Suspense fallback={null}>
              <TestPanel />
            </Suspense>
          ) : (
            <StepList />
          )}
        </div>
      </Tabs>
    </section>
  );
}

function ProblemList() {
  const text = useText();
  const problems = useProblems();
  const { source, keyAt } = useProjection();
  const set = useView((state) => state.set);
  if (problems.length === 0)
    return (
      <p className="drawer-none">
        <Icon name="check" /> {text('problems.none')}
      </p>
    );
  return (
    <ul className="problem-list">
      {problems.map((one) => {
        const key = one.range == null ? undefined : keyAt(offsetOf(source, one.range.start));
        return (
          <li key={`${one.code} ${one.range?.start.line}:${one.range?.start.column} ${one.message}`}>
            <button
              type="button"
              className={`problem problem-${one.severity}`}
              onClick={() => set({ selection: key === undefined ? [] : [key] })}
            >
              <Icon name="alert" size={14} />
              <span className="problem-text">
                <Said code={one.code} message={one.message} />
                {one.help == null || isForShell(one.help) ? null : (
                  <small>
                    <Said message={one.help} />
                  </small>
                )}
              </span>
              <code>{one.code}</code>
              <span className="mono dim">
                {one.range == null ? '' : text('problems.line', { line: one.range.start.line })}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** The steps taken in this session, newest first. */
function StepList() {
  const text = useText();
  const locale = useSettings((state) => state.locale);
  const { session } = useEditing();
  useVersion();
  const { done, undone } = session.steps;
  const rows = [
    ...undone.map((name, i) => ({ key: `u${i}`, name, isUndone: true })),
    ...[...done].reverse().map((name, i) => ({ key: `d${done.length - i}`, name, isUndone: false })),
  ];
  if (rows.length === 0) return <p className="drawer-none">{text('history.none')}</p>;
  return (
    <ol className="step-list">
      {rows.map((row) => (
        <li key={row.key} className={row.isUndone ? 'step-undone' : ''}>
          {locale === 'zh-CN' ? row.name.zh : row.name.en}
        </li>
      ))}
    </ol>
  );
}
