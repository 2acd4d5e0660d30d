/** What a fake of a program answers, in the place of `runProgram` of the enforcer. */
export type FakeResult = ({ readonly ok: true } | { readonly ok: false; readonly reason: string }) & {
  readonly output: string;
  readonly complaint: string;
};

export function succeeded(output = '', complaint = ''): FakeResult {
  return { ok: true, output, complaint };
}

export function failed(error: unknown): FakeResult {
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, reason, output: '', complaint: reason };
}
