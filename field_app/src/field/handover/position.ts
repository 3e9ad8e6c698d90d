/**
 * Where the device is while the camera is open, if the person allows it.
 *
 * Neighbours: Viewfinder.svelte starts and stops it, shots.ts writes what it says. Invariants: the platform is asked once on this
 * device, never again after that · no photo waits for a position · an old one is none.
 */
export interface Position {
  lat: number;
  lon: number;
  accuracy_m: number;
}

const KEPT = 'handover.position';
const AGE_MS_MAX = 60_000;
const ACCURACY_M_MAX = 100_000;
const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 15_000 };

/** What the platform gave, in the shape that is written; null when it is no position. */
export function written(
  given: Pick<GeolocationCoordinates, 'latitude' | 'longitude' | 'accuracy'>,
): Position | null {
  const lat = Math.round(given.latitude * 1e6) / 1e6;
  const lon = Math.round(given.longitude * 1e6) / 1e6;
  const accuracy = Math.ceil(given.accuracy);
  const real = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && accuracy >= 0 && accuracy <= ACCURACY_M_MAX;
  return real ? { lat, lon, accuracy_m: accuracy } : null;
}

export class Whereabouts {
  #watch: number | null = null;
  #over = false;
  #last: { position: Position; at: number } | null = null;

  /** Begins to listen, where that is allowed or was never asked. Never rejects. */
  async start(): Promise<void> {
    const geolocation = navigator.geolocation as Geolocation | undefined;
    if (!geolocation || !(await mayAsk()) || this.#over) return;
    this.#watch = geolocation.watchPosition(
      ({ coords }) => {
        const position = written(coords);
        if (position !== null) this.#last = { position, at: performance.now() };
      },
      () => {
        this.#last = null; // refused, or nothing to be had in here: photos go without
      },
      OPTIONS,
    );
  }

  stop(): void {
    this.#over = true;
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
  }

  /** The last position that is still one. */
  now(): Position | null {
    const last = this.#last;
    return last && performance.now() - last.at <= AGE_MS_MAX ? last.position : null;
  }
}

async function mayAsk(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'geolocation' });
    if (state !== 'prompt') return state === 'granted';
  } catch {
    // a platform that does not say: it is asked, once
  }
  try {
    if (localStorage.getItem(KEPT) !== null) return false;
    localStorage.setItem(KEPT, 'asked');
    return true;
  } catch {
    return false; // what cannot be remembered would be asked at every camera
  }
}
