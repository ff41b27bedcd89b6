/** Entry of the dashboard. */
import '@unison/ui-kit/styles.css';
import './cloud.css';
import { Providers, startTexts, unisonTheme } from '@unison/ui-kit';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { startOrganization } from './org';
import { router } from './router';
import { queries, startServices } from './services';
import { de } from './texts/de';
import { en } from './texts/en';
import { hintsDe } from './texts/hints.de';
import { namesDe } from './texts/names.de';
import { namesEn } from './texts/names.en';

startTexts({ en: { ...namesEn, ...en }, de: { ...namesDe, ...hintsDe, ...de } });
startOrganization();
startServices();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <Providers theme={unisonTheme(false)} queries={queries}>
    <RouterProvider router={router} />
  </Providers>,
);
