// The office's grid without a document: rows found, searched and ordered by the very code the browser runs. `node grid.mjs <rows>` → JSON.
import { Ordered, SearchIndex, windowOf } from '../field_app/src/office/lib/grid.ts';

const count = Number(process.argv[2]);
const rows = Array.from({ length: count }, (_, n) => ({
  id: `${n}`,
  label: `浙A·B${String(n).padStart(5, '0')}`,
  state: n % 7 ? '可用' : '在外',
  pack: '车辆',
  model: n % 3 ? '五菱 EV50' : '开瑞 优优EV',
  serial: `LZWCBAGA${String((n * 7919) % 1_000_000_007).padStart(9, '0')}`,
  tag: `HB-${String(n).padStart(5, '0')}`,
  depot: n % 2 ? '下沙仓' : '滨江仓',
  bay: `B-${String(n % 997).padStart(4, '0')}`,
  km: 10_000 + n,
}));
const columns = Object.keys(rows[0] ?? { label: '' })
  .slice(1)
  .map((id) => ({ id, title: id, value: (row) => row[id] }));
const timed = (work) => {
  const began = performance.now();
  const result = work();
  return [performance.now() - began, result];
};

const index = new SearchIndex(columns);
const [first] = timed(() => {
  const found = index.search(rows, '');
  const sight = windowOf(0, 800, 44, found.length);
  return found.slice(0, sight.count).map((row) => index.textOf(row));
});
const [cold] = timed(() => index.search(rows, 'hb-00042'));
const each = [];
let found = 0;
for (let n = 0; n < 40; n += 1) {
  const [ms, hits] = timed(() =>
    index.search(rows, `${n % 2 ? '下沙' : 'ev50'} ${String((n * 613) % count)}`),
  );
  each.push(ms);
  found += hits.length;
}
const label = columns.find((column) => column.id === 'label') ?? columns[0];
const order = new Ordered(label, true, 'zh');
const [sort] = timed(() => order.of(rows));
const changed = rows.with(count >> 1, { ...rows[count >> 1], bay: 'C-1' });
const [again] = timed(() => order.of(changed));
process.stdout.write(JSON.stringify({ first, cold, each, sort, again, found }));
