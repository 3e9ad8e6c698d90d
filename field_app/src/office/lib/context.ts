/** Hands the office's data and its way to the server to every page. Neighbours: App.svelte sets it, the pages take it. */
import { createContext } from 'svelte';
import type { Fetch } from './api';
import type { Asking } from './asking.svelte';
import type { OfficeData } from './data.svelte';

export interface Office {
  data: OfficeData;
  fetch: Fetch;
  asking: Asking;
}

export const [office, setOffice] = createContext<Office>();
