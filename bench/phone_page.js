// Runs inside the field app's page: what a finger waits for, each until the frame after it was drawn. Times in milliseconds.
window.phoneBench = (() => {
  const painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(0);
      });
    });
  const until = async (holds) => {
    let now = await painted();
    while (!holds()) now = await painted();
    return now;
  };

  const taps = [];
  const keys = [];
  const shots = [];
  const named = (target) => {
    const button = target instanceof Element ? (target.closest('button, a, label, [role]') ?? target) : null;
    return (button?.getAttribute('aria-label') ?? button?.textContent ?? '').trim().slice(0, 30);
  };
  const title = () => document.querySelector('h1')?.textContent ?? '';
  const shutter = () => document.querySelector('button.shutter');

  /** From the release until the next picture can be taken, or the screen after the last one stands. */
  const shot = async (began) => {
    const before = title();
    const next = () => title() !== before && (!shutter() || (!shutter().disabled && shutter().ariaBusy === 'false'));
    shots.push((await until(next)) - began);
  };
  addEventListener(
    'click',
    (event) => {
      if (!event.isTrusted) return; // what a label passes on to its field is the same touch
      const what = named(event.target);
      if (event.target instanceof Element && event.target.closest('button.shutter')) void shot(event.timeStamp);
      void painted().then((now) => taps.push([what, now - event.timeStamp]));
    },
    true,
  );
  addEventListener('input', (event) => void painted().then((now) => keys.push(now - event.timeStamp)), true);

  const seen = { lcp: 0, cls: 0, tbt: 0 };
  const observe = (type, take) => {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  };
  observe('largest-contentful-paint', (entry) => {
    seen.lcp = entry.startTime;
  });
  observe('layout-shift', (entry) => {
    if (!entry.hadRecentInput) seen.cls += entry.value;
  });
  observe('longtask', (entry) => {
    seen.tbt += Math.max(0, entry.duration - 50);
  });

  let frames = null;
  const tick = (now) => {
    if (!frames) return;
    frames.push(now);
    requestAnimationFrame(tick);
  };

  return {
    /** When (since the page was asked for) something that matches has been drawn. */
    shown: (selector) => until(() => document.querySelector(selector) !== null),
    /** From the last touch before it until something that matches has been drawn. */
    async after(selector) {
      let began = null;
      const note = (event) => {
        began = event.timeStamp;
      };
      addEventListener('click', note, true);
      const now = await until(() => document.querySelector(selector) !== null);
      removeEventListener('click', note, true);
      return now - began;
    },
    taken: () => ({ taps: taps.splice(0), keys: keys.splice(0), shots: shots.splice(0) }),
    vitals() {
      const fcp = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
      const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
      const files = all.filter((file) => !file.name.includes('/api/'));
      return { ...seen, fcp, transferred: files.reduce((sum, file) => sum + (file.transferSize ?? 0), 0) };
    },
    startFrames() {
      frames = [];
      requestAnimationFrame(tick);
    },
    stopFrames() {
      const all = frames ?? [];
      frames = null;
      return all.slice(1).map((at, index) => at - all[index]);
    },
    /** A phone's still of 12 megapixels in the place of the browser's false camera's; every one has other bytes. */
    async stills() {
      const canvas = new OffscreenCanvas(4032, 3024);
      const pen = canvas.getContext('2d');
      for (let at = 0; at < 4000; at += 1) {
        pen.fillStyle = `hsl(${(at * 47) % 360} 45% ${35 + ((at * 31) % 40)}%)`;
        pen.fillRect((at * 911) % 4032, (at * 577) % 3024, 40 + (at % 90), 30 + (at % 70));
      }
      const base = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
      let number = 0;
      ImageCapture.prototype.getPhotoCapabilities = async () => ({ imageWidth: { max: 4032 }, imageHeight: { max: 3024 } });
      ImageCapture.prototype.takePhoto = async () => new Blob([base, `${(number += 1)}`], { type: 'image/jpeg' });
      return base.size;
    },
  };
})();
