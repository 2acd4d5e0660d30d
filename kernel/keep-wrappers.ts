/**
 * Node strips types by a program of WebAssembly, in each thread anew. V8 makes the wrappers around it faster after a thousand calls, and frees the slow ones; where
 * threads begin and end beside each other, it now and then frees what another has let go of, and the whole process dies (SIGSEGV or SIGTRAP in
 * `Runtime_TierUpWasmToJSWrapper`; Node 24.21: three threads at a time, each with forty modules, took it down within a minute). So they stay slow: it is about stripping
 * alone, which the code cache spares most processes.
 */
export const KEEP_WRAPPERS: readonly string[] = ['--wasm-wrapper-tiering-budget=2000000000'];
