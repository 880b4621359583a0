import { knownByName } from '../model/known-by-name.ts';
/** Why a line about a FULLNAT service is not carried out: one line for the operator. */
export class FullnatRefusal extends Error {
  override readonly name = 'FullnatRefusal';
  static override readonly [Symbol.hasInstance] = knownByName('FullnatRefusal');
}
