/**
 * The field app's entry: styles, core, service worker, and the app on the page.
 *
 * Neighbours: `App.svelte`, `$core`, `../sw/register`. Invariant: the screen stands before the core has opened its store, so that
 * a slow or broken store is seen and not a white page.
 */
import { mount } from 'svelte';
import '$ui/tokens.css';
import '$ui/base.css';
import { createCore } from '$core';
import { theme } from '$ui/theme.svelte';
import { version } from '../../package.json';
import { registerWorker } from '../sw/register';
import App from './App.svelte';
import { install } from './install.svelte';
import { coreContext } from './shared/core.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');

theme.apply();
install.listen();

const core = createCore({ flavour: 'field', app: version });
void core.start();
// Without a worker (an insecure address) the app works, but only online.
registerWorker((update) => core.offerUpdate(() => update.apply())).catch(() => false);

export default mount(App, { target, context: coreContext(core) });
