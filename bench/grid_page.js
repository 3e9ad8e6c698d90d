// Runs inside the office's page: what a person at the grid waits for, each until the frame after it was drawn. Times in milliseconds.
window.gridBench = (() => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const grid = () => document.querySelector('[role="grid"]');
  const rows = () => document.querySelectorAll('[role="grid"] [role="gridcell"]').length;
  const count = () => Number(grid()?.getAttribute('aria-rowcount') ?? 0) - 1;
  const until = async (holds) => {
    while (!holds()) await painted();
  };
  const timed = async (work, holds) => {
    const began = performance.now();
    work();
    do await painted();
    while (!holds());
    return performance.now() - began;
  };
  const search = (text) => {
    const box = document.querySelector('input[type="search"]');
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };
  return {
    async opened(all) {
      await until(() => rows() > 0);
      await painted();
      const first = performance.now();
      await until(() => count() === all);
      return { first, whole: performance.now() };
    },
    /** The first words typed: until the page answers, and until every row was looked at. */
    async firstSearch(text, hits) {
      const began = performance.now();
      const answer = await timed(() => search(text), () => true);
      await until(() => count() === hits);
      return { answer, all: performance.now() - began };
    },
    async searches(texts) {
      const each = [];
      let found = 0;
      for (const text of texts) {
        each.push(await timed(() => search(text), () => true));
        found += count();
      }
      search('');
      await painted();
      return { each, found };
    },
    async sort() {
      const head = document.querySelector('[role="columnheader"] button');
      const down = () => head.closest('[role="columnheader"]').getAttribute('aria-sort') !== 'none';
      return await timed(() => head.click(), down);
    },
    async jump() {
      const target = Math.floor(grid().scrollHeight / 2);
      const there = () => {
        const row = document.querySelector('[role="grid"] [role="row"][aria-selected]');
        return row !== null && Number(row.getAttribute('aria-rowindex')) > count() / 3;
      };
      return await timed(() => {
        grid().scrollTop = target;
      }, there);
    },
  };
})();
