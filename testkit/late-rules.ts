/** Rules for an API that is there before they are. */
import type { ApiOptions } from '@netsentinel/api/api.types';

type PersonsRules = ApiOptions['rules'];

/** @param of those that there are now; it is asked at each call */
export function lateRules(of: () => PersonsRules): PersonsRules {
  return {
    list: () => of().list(),
    get: (id) => of().get(id),
    written: (id) => of().written(id),
    reload: () => of().reload(),
    refusalOf: (exception) => of().refusalOf(exception),
    tryOut: (text, signal) => of().tryOut(text, signal),
    checkOwn: (text, signal) => of().checkOwn(text, signal),
    faultsOfOwn: (...step) => of().faultsOfOwn(...step),
    own: (name) => of().own(name),
  };
}
