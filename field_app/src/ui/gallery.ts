/**
 * The gallery: every component in a real scene, for looking at while working on them. Not part of the build.
 *
 * Use: `npx vite`, then /gallery.html?scene=today&lang=en&theme=dark&size=large. Neighbours: gallery/*.svelte.
 */
import { mount } from 'svelte';
import './tokens.css';
import './base.css';
import { locale } from '$i18n/locale.svelte';
import Gallery from './Gallery.svelte';
import { parseLook, theme } from './theme.svelte';

const query = new URLSearchParams(location.search);
const look = parseLook(`${query.get('theme')} ${query.get('size')}`);
theme.choose(look.ground, look.size);
locale.set(query.get('lang') === 'en' ? 'en' : 'zh');

const target = document.getElementById('app');
if (target) {
  mount(Gallery, { target, props: { scene: query.get('scene') ?? '' } });
}
