/** Where on earth an address is, as well as a table knows it. */
export interface Place {
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** As the table writes it: a name, or two letters. */
  readonly country: string | undefined;
  /** The true place lies within this distance; 0 where the table does not say. */
  readonly radiusKm: number;
}

/** What is known about addresses; undefined for one whose place says nothing about who uses it (a VPN, a proxy, a private network). */
export type PlaceOf = (address: string) => Place | undefined;
