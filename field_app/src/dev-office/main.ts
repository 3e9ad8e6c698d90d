/**
 * The office with a made-up company, for looking at states that are hard to bring about. Not part of the build.
 *
 * Use: `npx vite`, then /src/dev-office/index.html?state=login|empty|offline|broken&lang=en&theme=dark#/board. Pictures are asked for at
 * /dev-pictures/<name>.jpg; without them a drawing stands in. Neighbours: company.ts (the records), fake.ts (the core).
 */
import { mount } from 'svelte';
import '$ui/tokens.css';
import '$ui/base.css';
import '../office/office.css';
import { locale } from '$i18n/locale.svelte';
import { parseLook, theme } from '$ui/theme.svelte';
import App from '../office/App.svelte';
import { company } from './company';
import { fakeCore, fakeFetch } from './fake';

const query = new URLSearchParams(location.search);
const look = parseLook(`${query.get('theme')} ${query.get('size')}`);
theme.choose(look.ground, look.size);
locale.set(query.get('lang') === 'en' ? 'en' : 'zh');

const state = query.get('state') ?? '';
const target = document.getElementById('app');
if (target) {
  const records = state === 'empty' ? [] : company();
  mount(App, { target, props: { core: fakeCore(records, state), fetch: fakeFetch(state) } });
}
