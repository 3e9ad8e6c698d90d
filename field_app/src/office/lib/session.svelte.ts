/** Whether the person left by themselves. Neighbours: Person.svelte sets it, App.svelte then asks for no signing in "again". */
class Session {
  left = $state(false);
}

export const session = new Session();
