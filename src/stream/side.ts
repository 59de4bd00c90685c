/** The two ends of a conversation, by role (who asked whom), and what a Side names: the sender of bytes. */

export type Side = 'client' | 'server';

/** Who did something: a side, or something in between (an ICMP error, an injected RST). */
export type Actor = Side | 'network';

export const SIDES = ['client', 'server'] as const;

export const opposite = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** One value for each side. */
export interface PerSide<T> {
  client: T;
  server: T;
}

export const perSide = <T>(make: () => T): PerSide<T> => ({ client: make(), server: make() });
