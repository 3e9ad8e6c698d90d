/** Doing something for a person and keeping what went wrong as a problem. Neighbours: forms that write through the core. */
import { CoreError, problem } from '$core/index';
import type { Problem } from '$core/types';

/** Runs it; null when it worked, else the problem to show. */
export async function attempt(run: () => Promise<unknown>): Promise<Problem | null> {
  try {
    await run();
    return null;
  } catch (fault) {
    if (fault instanceof CoreError) {
      return fault.problem;
    }
    return problem('server_error', { fault: fault instanceof Error ? fault.message : String(fault) });
  }
}
