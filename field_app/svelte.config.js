/** Svelte settings shared by Vite and svelte-check: runes everywhere, so that old reactive syntax fails the build. */
export default {
  compilerOptions: { runes: true },
};
