import { useQuery } from '@tanstack/react-query';
import { statusQuery, meQuery } from '../api/engine';
import { Button as Base } from 'react-aria-components';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Menu } from '../kit/Menu';
import { usePalette } from './CommandPalette';
import { IdentityBar } from './IdentityBar';
import { type Theme, useSettings } from './settings';
import { useText } from './text';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** The identity, where we are, search and what a reader chose for this browser. */
export function TopBar() {
  const text = useText();
  const openPalette = usePalette((state) => state.open);
  const { theme, locale, setTheme, setLocale } = useSettings();
  return (
    <header className="bar">
      <IdentityBar />
      <Engine />
      <span className="bar-gap" />
      <Base className="bar-search" onPress={() => openPalette()}>
        <Icon name="search" size={14} />
        <span>{text('bar.search')}</span>
        <kbd className="k-kbd">Ctrl K</kbd>
      </Base>
      <div className="bar-tools">
        <Menu
          label={text('bar.theme')}
          actions={THEMES.map((one) => ({ id: one, label: text(`theme.${one}`), isOn: one === theme }))}
          onAction={(id) => setTheme(THEMES.find((one) => one === id) ?? 'auto')}
        >
          <IconButton
            label={text('bar.theme')}
            icon={<Icon name={theme === 'dark' ? 'moon' : theme === 'light' ? 'sun' : 'auto'} />}
          />
        </Menu>
        <Menu
          label={text('bar.language')}
          actions={[
            { id: 'zh-CN', label: '简体中文', isOn: locale === 'zh-CN' },
            { id: 'en', label: 'English', isOn: locale === 'en' },
          ]}
          onAction={(id) => setLocale(id === 'en' ? 'en' : 'zh-CN')}
        >
          <IconButton label={text('bar.language')} icon={<Icon name="languages" />} />
        </Menu>
        <Person />
      </div>
    </header>
  );
}

function Engine() {
  const text = useText();
  const status = useQuery(statusQuery);
  if (status.isPending) return null;
  const down = status.isError ? { 'data-down': true } : {};
  return (
    <span className="bar-env" {...down} title={status.data?.version ?? ''}>
      {status.data === undefined
        ? text('bar.offline')
        : text('bar.revision', { revision: status.data.revision })}
    </span>
  );
}

function Person() {
  const text = useText();
  const me = useQuery(meQuery);
  const name = me.data?.name ?? text('bar.nobody');
  return <IconButton label={name} icon={<Icon name="user" />} />;
}
