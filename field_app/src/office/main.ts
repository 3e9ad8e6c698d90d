/** The office app's entry: mounts it on the page. Neighbours: `App.svelte`, the page's HTML. */
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');

export default mount(App, { target });
