/** Entry of the operator pages. */
import '@unison/ui-kit/styles.css';
import './edge.css';
import { LiveProvider, Providers, startTexts, unisonTheme } from '@unison/ui-kit';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { router } from './router';
import { queries, startServices, stream } from './services';
import { followLanguage } from './refusals';
import { de } from './texts/de';
import { en } from './texts/en';

startTexts({ en, de });
followLanguage();
startServices();
void import('./away').then(({ workAway }) => workAway(queries, stream));

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <Providers theme={unisonTheme(true)} queries={queries}>
    <LiveProvider stream={stream}>
      <RouterProvider router={router} />
    </LiveProvider>
  </Providers>,
);
