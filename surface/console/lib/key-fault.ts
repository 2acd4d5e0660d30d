/** Why no security key was used, in words for a person. */
export class KeyFault extends Error {}
