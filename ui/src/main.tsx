import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { applyTheme, useSettings } from './app/settings';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './kit/button.css';

const { theme, locale } = useSettings.getState();
applyTheme(theme);
document.documentElement.lang = locale;

const place = document.getElementById('root');
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
