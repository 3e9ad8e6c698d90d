/**
 * Dev-only: the field app over a core that lives in memory, with sample records. Not part of the build.
 *
 * Use: `npx vite`, then /dev.html?lang=en&theme=dark&size=large&phase=locked&gate=shut&network=failing&blur=1#/today.
 * Neighbours: `memory-core.ts` is the core, `sample.ts` the records, `field/App.svelte` what is shown.
 */
import { mount } from 'svelte';
import '$ui/tokens.css';
import '$ui/base.css';
import { locale } from '$i18n/locale.svelte';
import { parseLook, theme } from '$ui/theme.svelte';
import App from '../field/App.svelte';
import { coreContext } from '../field/shared/core.svelte';
import { MemoryCore } from './memory-core';

const query = new URLSearchParams(location.search);
const look = parseLook(`${query.get('theme')} ${query.get('size')}`);
theme.choose(look.ground, look.size);
locale.set(query.get('lang') === 'en' ? 'en' : 'zh');

const target = document.getElementById('app');
if (target) {
  const core = new MemoryCore(query);
  Object.assign(window, { core });
  void core.start();
  mount(App, { target, context: coreContext(core) });
}
