/** Node's option for every process of ours (`kernel/one-language.ts`); the `netsentinel` script has it too. */
export const ONE_LANGUAGE = `--import=${import.meta.resolve('@netsentinel/kernel/one-language')}`;
