import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as Base } from 'react-aria-components';
import './tabs.css';

export interface TabSpec {
  readonly id: string;
  readonly label: string;
  readonly count?: number | undefined;
  readonly tone?: 'failed' | 'warn';
  readonly icon?: ReactNode;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly TabSpec[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** What the chosen tab shows. Left out, the tabs only choose. */
  readonly children?: ReactNode;
  readonly tail?: ReactNode;
}

export function Tabs({ label, tabs, value, onChange, children, tail }: TabsProps) {
  return (
    <Base className="k-tabs" selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <div className="k-tabs-head">
        <TabList aria-label={label} className="k-tab-list">
          {tabs.map((tab) => (
            <Tab key={tab.id} id={tab.id} className="k-tab">
              {tab.icon}
              {tab.label}
              {tab.count === undefined ? null : (
                <span className={`k-count k-tone-${tab.tone ?? 'none'}`}>{tab.count}</span>
              )}
            </Tab>
          ))}
        </TabList>
        {tail}
      </div>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className="k-tab-panel">
          {tab.id === value ? children : null}
        </TabPanel>
      ))}
    </Base>
  );
}
