/** The office app's entry: look, core, worker, page. Neighbours: `App.svelte`, `$core`, the page's HTML. */
import { mount } from 'svelte';
import '$ui/tokens.css';
import '$ui/base.css';
import './office.css';
import { createCore } from '$core/index';
import { theme } from '$ui/theme.svelte';
import { version } from '../../package.json';
import { registerWorker } from '../sw/register';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');

theme.apply();
const core = createCore({ flavour: 'office', app: version });
// Without a worker the pages still work, only not without a network.
registerWorker((update) => core.offerUpdate(() => update.apply())).catch(() => undefined);

export default mount(App, { target, props: { core } });
