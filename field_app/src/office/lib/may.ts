/** What a person's roles allow, by the table the server enforces. Neighbour: `$generated/people`. Pure. */
import { FIELD_ROLES, PERMISSIONS } from '$generated/people';
import type { Role } from '$generated/types';

/** True when any of the roles may do it somewhere; the server decides again on arrival. */
export function may(roles: readonly string[], what: string): boolean {
  const cell = PERMISSIONS[what];
  return cell !== undefined && roles.some((role) => cell[role as Role] !== undefined);
}

/** True for someone who works in the field and may be given a device of their own. */
export function worksInField(roles: readonly string[]): boolean {
  return roles.some(
    (role) => FIELD_ROLES.includes(role as Role) || role === 'operations' || role === 'manager',
  );
}
